use super::*;

fn range(from: &str, to: &str) -> DateRange {
    DateRange::new(from.parse().unwrap(), to.parse().unwrap()).unwrap()
}

fn season(from: &str, to: &str) -> Season {
    Season { from: from.to_owned().try_into().unwrap(), to: to.to_owned().try_into().unwrap() }
}

#[test]
fn a_season_over_several_years_becomes_one_stretch_a_year() {
    let check = |season: Season, from: &str, to: &str, expected: &[(&str, &str)]| {
        let filters = Filters { season: Some(season), ..Filters::default() };
        let expected: Vec<_> = expected.iter().map(|(from, to)| range(from, to)).collect();
        assert_eq!(filters.spans(range(from, to)), expected);
    };
    let summer = season("06-01", "08-31");
    check(summer, "2022-07-10", "2024-06-15", &[("2022-07-10", "2022-08-31"), ("2023-06-01", "2023-08-31"), ("2024-06-01", "2024-06-15")]);
    let winter = season("12-01", "02-29");
    check(winter, "2022-01-15", "2023-12-31", &[("2022-01-15", "2022-02-28"), ("2022-12-01", "2023-02-28"), ("2023-12-01", "2023-12-31")]);
    check(summer, "2023-01-01", "2023-02-01", &[]);
    assert!(winter.contains("2024-02-29T12:00:00Z".parse().unwrap()) && !winter.contains("2024-03-01T00:00:00Z".parse().unwrap()));
}

#[test]
fn several_periods_are_asked_for_without_overlaps() {
    let periods = vec![range("2023-05-10", "2023-05-20"), range("2023-05-01", "2023-05-12"), range("2024-01-01", "2024-12-31")];
    let filters = Filters { periods, ..Filters::default() };
    assert_eq!(filters.spans(range("2023-01-01", "2024-02-01")), [range("2023-05-01", "2023-05-20"), range("2024-01-01", "2024-02-01")]);
}

#[test]
fn days_of_the_year_are_checked() {
    for (text, good) in [("02-29", true), ("02-30", false), ("13-01", false), ("6-1", false), ("", false)] {
        assert_eq!(MonthDay::try_from(text.to_owned()).is_ok(), good, "{text}");
    }
}

#[test]
fn names_and_tiles_are_read_as_people_write_them() {
    for (text, pattern, expected) in [
        ("S2B_MSIL2A_X", "s2b_msil2a_x", true),
        ("S2B_MSIL2A_X", "S2B*", true),
        ("S2B_MSIL2A_X", "*L2A*", true),
        ("S2B_MSIL2A_X", "*L1C*", false),
        ("S2B_MSIL2A_X", "S2B_*_X", true),
        ("aa", "a*a*a", false),
    ] {
        assert_eq!(like(text, pattern), expected, "{text} {pattern}");
    }
    for (text, plain) in [("T33TWL", "33TWL"), ("1wcr", "01WCR"), ("191/028", "191028"), ("191028", "191028")] {
        assert_eq!(plain_tile(text), plain);
    }
}

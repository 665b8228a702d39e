use super::*;

fn first(text: &str) -> Option<Place> {
    places(text, 10).into_iter().next()
}

/// The first place found, as "name, region (kind)".
fn check(text: &str, expected: &str) {
    let found = first(text).unwrap_or_else(|| panic!("nothing found for {text:?}"));
    let kind = match found.kind {
        PlaceKind::Country => "country",
        PlaceKind::Region => "region",
        PlaceKind::City => "city",
    };
    let told = format!("{}{} ({kind})", found.name, found.region.map(|r| format!(", {r}")).unwrap_or_default());
    assert_eq!(told, expected, "searched {text:?}; all: {:?}", places(text, 5).iter().map(|p| &p.name).collect::<Vec<_>>());
}

#[test]
fn finds_names_however_they_are_written() {
    for text in [
        "zurich",
        "Zürich",
        "ZÜRICH",
        "zuerich",
        "Zu\u{308}rich",
        "ｚｕｒｉｃｈ",
        "  zurich  ",
        "苏黎世",
        "蘇黎世",
        "Zürich, Switzerland",
        "苏黎世，瑞士",
    ] {
        check(text, "Zürich, Switzerland (city)");
    }
    for text in ["sao paulo, brazil", "São Paulo, Brasil", "SAO-PAULO BRAZIL", "圣保罗, 巴西"] {
        assert!(places(text, 3).iter().any(|p| p.name == "São Paulo" && p.kind == PlaceKind::City), "{text}: {:?}", places(text, 3));
    }
    check("munchen", "Munich, Bayern, Germany (city)");
    check("münchen", "Munich, Bayern, Germany (city)");
    check("Muenchen", "Munich, Bayern, Germany (city)");
    check("xian", "Xi’an, Shaanxi, China (city)");
    check("Xi'an", "Xi’an, Shaanxi, China (city)");
    check("西安", "Xi’an, Shaanxi, China (city)");
    check("peking", "Beijing, China (city)");
    check("bombay", "Mumbai, Maharashtra, India (city)");
    check("rangoon", "Yangon, Myanmar (Burma) (city)");
    assert!(places("kiev", 3).iter().any(|p| p.name == "Kyiv" && p.kind == PlaceKind::City), "{:?}", places("kiev", 3));
    check("sankt gallen", "Sankt Gallen, Switzerland (city)");
}

#[test]
fn finds_chinese_names_with_and_without_what_follows() {
    for (text, name) in [
        ("北京", "Beijing"),
        ("北京市", "Beijing"),
        ("上海", "Shanghai"),
        ("上海市", "Shanghai"),
        ("杭州", "Hangzhou"),
        ("杭州市", "Hangzhou"),
        ("乌鲁木齐", "Ürümqi"),
        ("烏魯木齊", "Ürümqi"),
        ("纽约", "New York City"),
        ("伦敦", "London"),
        ("东京", "Tokyo"),
        ("東京", "Tokyo"),
        ("四川", "Sichuan"),
        ("四川省", "Sichuan"),
        ("内蒙古", "Inner Mongolia"),
        ("加州", "California"),
        ("加利福尼亚", "California"),
        ("中国", "China"),
        ("美国", "United States"),
        ("香港", "Hong Kong"),
        ("台湾", "Taiwan"),
        ("法国", "France"),
        ("巴伐利亚", "Bayern"),
    ] {
        let found = places(text, 3);
        assert!(found.iter().any(|p| p.name == name || p.name.starts_with("Hong Kong")), "{text}: {found:?}");
    }
}

#[test]
fn ranks_exact_names_before_longer_ones_and_then_by_population() {
    check("paris", "Paris, France (city)");
    check("london", "London, England, United Kingdom (city)");
    check("china", "China (country)");
    check("singapore", "Singapore (country)");
    check("springfield", "Springfield, Missouri, United States (city)");
    let found = places("springfield", 20);
    let exact: Vec<_> = found.iter().filter(|p| p.name == "Springfield").collect();
    assert!(exact.len() >= 6, "{exact:?}");
    assert!(exact.windows(2).all(|pair| pair[0].population >= pair[1].population), "{exact:?}");
    let georgia = places("georgia", 5);
    assert!(georgia.iter().any(|p| p.kind == PlaceKind::Country) && georgia.iter().any(|p| p.kind == PlaceKind::Region), "{georgia:?}");
    let york = places("york", 200);
    let position = |name: &str| york.iter().position(|p| p.name == name).unwrap_or_else(|| panic!("no {name}"));
    assert!(position("York") < position("New York City"), "a word inside comes after the whole name");
}

#[test]
fn a_second_name_narrows() {
    check("springfield, illinois", "Springfield, Illinois, United States (city)");
    check("Springfield, Illinois, USA", "Springfield, Illinois, United States (city)");
    check("springfield massachusetts", "Springfield, Massachusetts, United States (city)");
    check("paris, texas", "Paris, Texas, United States (city)");
    check("paris texas", "Paris, Texas, United States (city)");
    check("london, canada", "London, Ontario, Canada (city)");
    check("伦敦，加拿大", "London, Ontario, Canada (city)");
    check("london, england", "London, England, United Kingdom (city)");
    check("paris,", "Paris, France (city)");
    assert_eq!(places("springfield, china", 5), []);
}

#[test]
fn text_that_is_no_name_finds_nothing() {
    let long = "长".repeat(10_000);
    let spaces = " ".repeat(10_000);
    let words = "a ".repeat(5_000);
    for text in [
        "",
        " ",
        "\t\n",
        ",",
        "，,",
        "🛰️",
        "🙂🙂🙂",
        "...",
        "'",
        "\u{301}",
        "\0",
        "zzzzqqqq",
        &long,
        &spaces,
        &"paris".repeat(2_000),
        &words,
        "%",
        "\u{202e}",
        ", france",
    ] {
        assert_eq!(places(text, 10), [], "{:?}", text.chars().take(20).collect::<String>());
    }
    check("🙂 paris 🙂", "Paris, France (city)");
    assert_eq!(places("paris", 0), []);
    assert_eq!(places("a", 7).len(), 7);
    assert!(places("s", usize::MAX).len() > 3_000);
}

#[test]
fn countries_and_regions_have_boxes() {
    let bbox = |text: &str, kind| {
        places(text, 5).into_iter().find(|p| p.kind == kind).and_then(|p| p.bbox).unwrap_or_else(|| panic!("no box of {text}"))
    };
    for (text, kind, expected) in [
        ("france", PlaceKind::Country, [-5.1, 41.4, 9.6, 51.1]),
        ("united states", PlaceKind::Country, [-124.7, 24.5, -66.9, 49.4]),
        ("russia", PlaceKind::Country, [19.6, 41.2, -169.0, 81.9]),
        ("california", PlaceKind::Region, [-124.4, 32.5, -114.1, 42.0]),
        ("浙江", PlaceKind::Region, [118.0, 27.1, 123.0, 31.2]),
    ] {
        for (found, expected) in bbox(text, kind).into_iter().zip(expected) {
            assert!((found - expected).abs() < 0.6, "{text}: {found} is not about {expected}");
        }
    }
    assert!(first("russia").and_then(|p| p.bbox).is_some_and(|[west, _, east, _]| west > east), "crosses longitude 180");
    assert_eq!(first("zurich").and_then(|p| p.bbox), None);
}

#[test]
fn says_where_a_place_is_in_both_languages() {
    let paris = first("paris, texas").expect("a place");
    assert_eq!(paris.region.as_deref(), Some("Texas, United States"));
    assert_eq!(paris.region_chinese.as_deref(), Some("美国 得克萨斯州"));
    let hangzhou = first("hangzhou").expect("a place");
    assert_eq!((hangzhou.chinese.as_deref(), hangzhou.region_chinese.as_deref()), (Some("杭州"), Some("中国 浙江省")));
    assert_eq!(first("china").and_then(|p| p.region), None);
}

#[test]
fn every_line_of_the_data_is_whole() {
    let table = table::get();
    assert!(table.rows() > 38_000);
    let mut kinds = [0, 0, 0];
    for row in 0..table.rows() {
        let place = table.place(row).unwrap_or_else(|| panic!("line {row} is broken"));
        kinds[place.kind as usize] += 1;
        assert!((-180.0..=180.0).contains(&place.longitude) && (-90.0..=90.0).contains(&place.latitude), "{place:?}");
        assert!(!place.name.is_empty() && place.chinese.as_ref().is_none_or(|name| !name.is_empty()), "{place:?}");
        assert_eq!(
            place.region.is_none(),
            place.kind == PlaceKind::Country || table.parents(row).all(|p| table.place(p).is_some_and(|p| p.name == place.name)),
            "{place:?}"
        );
        if place.kind == PlaceKind::Country {
            assert!(place.chinese.is_some(), "{place:?}");
        }
        if let Some([west, south, east, north]) = place.bbox {
            assert!(
                south < north && [west, east].iter().all(|v| (-180.0..=180.0).contains(v)) && south >= -90.0 && north <= 90.0,
                "{place:?}"
            );
            let inside = if west < east {
                west <= place.longitude && place.longitude <= east
            } else {
                place.longitude >= west || place.longitude <= east
            };
            assert!(inside && south <= place.latitude && place.latitude <= north, "{place:?}");
        }
    }
    assert!(kinds[0] >= 240 && kinds[1] > 4_000 && kinds[2] > 30_000, "{kinds:?}");
}

#[test]
fn every_city_is_found_by_the_names_it_is_shown_with() {
    let table = table::get();
    for row in (0..table.rows()).step_by(53) {
        let place = table.place(row).expect("a place");
        for name in std::iter::once(&place.name).chain(&place.chinese) {
            let found = places(name, 400);
            assert!(
                found.iter().any(|p| p.longitude == place.longitude && p.latitude == place.latitude),
                "{name} is not found: {:?}",
                found.first()
            );
        }
    }
}

/// `cargo test --release -p swath-library places::tests::speed -- --ignored --nocapture`
#[test]
#[ignore = "measures"]
#[allow(clippy::print_stdout)]
fn speed() {
    let start = std::time::Instant::now();
    table::get();
    println!("unpacked and sorted in {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    for text in ["s", "a", "sa", "paris", "zürich", "北京", "山", "springfield, illinois", "paris texas usa", "a b c d e f", "zzzz", "st"]
    {
        let repeats = 50;
        let start = std::time::Instant::now();
        let found = (0..repeats).map(|_| places(text, 10).len()).max();
        println!("{text:24} {:7.3} ms, {} found", start.elapsed().as_secs_f64() * 1e3 / f64::from(repeats), found.unwrap_or_default());
    }
}

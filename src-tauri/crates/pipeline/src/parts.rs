//! The parts of a period, each with a product of its own.

use swath_domain::{DateRange, Every, Plan, Recipe, Scene, Step};

use crate::method::day;

/// The recipe of each part; `None` when the recipe makes one image of the whole period.
pub(crate) fn parts(recipe: &Recipe) -> Option<Vec<Recipe>> {
    let every = recipe.composite()?.every?;
    let part = |dates: DateRange| {
        let mut part = Recipe { name: named(&recipe.name, &label(dates, every)), dates, ..recipe.clone() };
        for step in &mut part.steps {
            match step {
                Step::Composite(composite) => composite.every = None,
                // A part holds only some of the scenes that were chosen for the whole.
                Step::Search(_) | Step::Mask(_) | Step::Write(_) => {}
            }
        }
        part
    };
    Some(recipe.dates.parts(every).into_iter().map(part).collect())
}

/// What tells a part from the others.
fn label(dates: DateRange, every: Every) -> String {
    match every {
        Every::Month => dates.from().strftime("%Y-%m").to_string(),
        Every::Season => {
            let season = match dates.from().month() {
                12 | 1 | 2 => "winter",
                3..=5 => "spring",
                6..=8 => "summer",
                _ => "autumn",
            };
            // A winter bears the year in which it ends.
            let year = if dates.from().month() == 12 { dates.from().year() + 1 } else { dates.from().year() };
            format!("{year} {season}")
        }
        Every::Year => dates.from().strftime("%Y").to_string(),
        Every::Days(_) => dates.from().to_string(),
    }
}

/// Names have 100 characters at most.
fn named(name: &str, label: &str) -> String {
    let room = 99_usize.saturating_sub(label.chars().count());
    format!("{} {label}", name.chars().take(room).collect::<String>().trim_end())
}

/// The scenes of a part, and those around it that fill gaps.
pub(crate) fn scenes_of(part: &Recipe, scenes: &[Scene]) -> Vec<Scene> {
    let wide = part.dates.widened(part.composite().map_or(0, |composite| composite.gaps.days()));
    scenes.iter().filter(|scene| wide.contains(scene.datetime)).cloned().collect()
}

/// Whether a plan is that of a period: the job may have been stopped in another of its parts.
pub(crate) fn belongs(plan: &Plan, dates: DateRange) -> bool {
    let within = crate::method::number(dates.from())..=crate::method::number(dates.to());
    plan.looks.iter().filter(|look| !look.beyond).all(|look| within.contains(&day(look.datetime)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_names_of_their_own_that_are_not_too_long() {
        let recipe = |name: &str, every: &str| {
            let text = format!(
                r#"{{"version": 2, "name": "{name}", "area": {{"type": "Polygon", "coordinates": [[[15,45],[15.1,45],[15.1,45.1],[15,45]]]}},
                "dates": {{"from": "2024-12-10", "to": "2025-03-05"}},
                "steps": [{{"step": "search", "sensors": ["sentinel-2-l2a"]}}, {{"step": "composite", "bands": ["red"], "every": {every}}}, {{"step": "write"}}]}}"#
            );
            Recipe::from_json(&text).unwrap()
        };
        let names = |recipe: &Recipe| parts(recipe).unwrap().into_iter().map(|part| part.name).collect::<Vec<_>>();
        assert_eq!(names(&recipe("a", "\"month\"")), ["a 2024-12", "a 2025-01", "a 2025-02", "a 2025-03"]);
        assert_eq!(names(&recipe("a", "\"season\"")), ["a 2025 winter", "a 2025 spring"]);
        assert_eq!(names(&recipe("a", "\"year\"")), ["a 2024", "a 2025"]);
        assert_eq!(names(&recipe("a", "{\"days\": 60}")), ["a 2024-12-10", "a 2025-02-08"]);
        let long = parts(&recipe(&"x".repeat(100), "\"month\"")).unwrap();
        for part in long {
            assert!(part.name.chars().count() <= 100 && part.composite().unwrap().every.is_none());
            assert!(Recipe::from_json(&part.to_json()).is_ok(), "the recipe of a part can be read again");
        }
    }
}

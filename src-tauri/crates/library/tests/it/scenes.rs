//! Searching scenes against going through all of them.

use geo::Intersects;
use swath_domain::{Aoi, DateRange, Scene, SceneId, Sensor};
use swath_library::SceneFilter;

use crate::common::{library, scene};

/// A small generator with a seed, so that a failure can be looked at again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: f64) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as f64 / (1u64 << 31) as f64 * below
    }

    fn bbox(&mut self, size: f64) -> [f64; 4] {
        let (west, south) = (self.roll(360.0) - 180.0, self.roll(160.0) - 80.0);
        let (width, height) = (self.roll(size) + 0.01, self.roll(size.min(9.0)) + 0.01);
        let east = west + width;
        [west, south, if east > 180.0 { east - 360.0 } else { east }, south + height]
    }
}

fn dates(from: &str, to: &str) -> DateRange {
    DateRange::new(from.parse().unwrap(), to.parse().unwrap()).unwrap()
}

fn matches(filter: &SceneFilter, scene: &Scene) -> bool {
    let area = filter.bbox.map(|bbox| Aoi::from_bbox(bbox).unwrap());
    area.is_none_or(|area| area.shape().intersects(&scene.footprint))
        && filter.dates.is_none_or(|dates| dates.contains(scene.datetime))
        && (filter.sensors.is_empty() || filter.sensors.contains(&scene.sensor))
        && scene.cloud_cover.is_none_or(|cloud| filter.max_cloud.is_none_or(|most| cloud <= most))
}

#[test]
fn the_tree_finds_what_going_through_all_finds() {
    let (_dir, library) = library();
    let mut dice = Dice(5);
    let mut scenes: Vec<Scene> = (0..600)
        .map(|i| {
            let moment = format!(
                "2025-{:02}-{:02}T{:02}:59:59.999Z",
                1 + dice.roll(12.0) as u32,
                1 + dice.roll(28.0) as u32,
                dice.roll(24.0) as u32
            );
            // Whole percents, so that limits fall exactly on scenes.
            let cloud = (dice.roll(1.0) < 0.9).then_some(dice.roll(101.0).floor());
            let mut scene = scene(&format!("s{i}"), dice.bbox(4.0), &moment, cloud);
            scene.sensor = Sensor::ALL[dice.roll(6.0) as usize];
            scene
        })
        .collect();
    library.scenes().upsert(&scenes).unwrap();
    // Some are seen again and have moved.
    for index in (0..600).step_by(7) {
        scenes[index].footprint = Aoi::from_bbox(dice.bbox(4.0)).unwrap().shape().clone();
    }
    library.scenes().upsert(&scenes).unwrap();
    library.scenes().upsert(&scenes[..100]).unwrap();
    let (mut found_any, mut crossed) = (0, 0);
    for round in 0..150 {
        let day = |dice: &mut Dice| format!("2025-{:02}-{:02}", 1 + dice.roll(12.0) as u32, 1 + dice.roll(28.0) as u32);
        let (a, b) = (day(&mut dice), day(&mut dice));
        let filter = SceneFilter {
            bbox: (round % 5 != 0).then(|| dice.bbox(60.0)),
            dates: (round % 3 != 0).then(|| dates(a.as_str().min(&b), a.as_str().max(&b))),
            sensors: if round % 4 == 0 { vec![Sensor::Sentinel2L2a, Sensor::LandsatC2L2] } else { vec![] },
            max_cloud: (round % 2 == 0).then(|| dice.roll(101.0).floor()),
            ..SceneFilter::default()
        };
        let mut expected: Vec<_> = scenes.iter().filter(|s| matches(&filter, s)).collect();
        expected.sort_by(|a, b| b.datetime.cmp(&a.datetime).then_with(|| a.id.cmp(&b.id)));
        let found = library.scenes().search(&filter).unwrap();
        assert_eq!(found.iter().map(|s| &s.id).collect::<Vec<_>>(), expected.iter().map(|s| &s.id).collect::<Vec<_>>(), "{filter:?}");
        found_any += usize::from(!found.is_empty());
        crossed += usize::from(filter.bbox.is_some_and(|b| b[0] > b[2]) && !found.is_empty());
        let limited = library.scenes().search(&SceneFilter { limit: Some(3), ..filter }).unwrap();
        assert_eq!(limited, found[..found.len().min(3)]);
    }
    assert!(found_any > 60 && crossed > 2, "{found_any} {crossed}");
}

#[test]
fn both_sides_of_the_antimeridian_are_one_place() {
    let (_dir, library) = library();
    let moment = "2025-06-03T22:00:00Z";
    let all = [
        scene("across", [179.5, -17.0, -179.5, -16.0], moment, None),
        scene("west", [178.0, -17.0, 179.0, -16.0], moment, None),
        scene("east", [-179.2, -17.0, -178.0, -16.0], moment, None),
        scene("greenwich", [0.0, -17.0, 1.0, -16.0], moment, None),
    ];
    library.scenes().upsert(&all).unwrap();
    for (bbox, expected) in [
        ([178.5, -18.0, -179.0, -15.0], vec!["across", "east", "west"]),
        ([179.6, -18.0, 179.9, -15.0], vec!["across"]),
        ([-179.9, -18.0, -179.6, -15.0], vec!["across"]),
        ([-1.0, -18.0, 2.0, -15.0], vec!["greenwich"]),
        ([-180.0, -18.0, 180.0, -15.0], vec!["across", "east", "greenwich", "west"]),
    ] {
        let found = library.scenes().search(&SceneFilter { bbox: Some(bbox), ..SceneFilter::default() }).unwrap();
        assert_eq!(found.iter().map(|s| s.id.item()).collect::<Vec<_>>(), expected, "{bbox:?}");
    }
}

#[test]
fn text_finds_ids_platforms_and_tiles_and_takes_signs_literally() {
    let (_dir, library) = library();
    let mut a = scene("S2A_33TWL_x", [15.0, 45.0, 16.0, 46.0], "2025-06-03T10:00:00Z", None);
    a.tile = Some("33TWL".into());
    let mut b = scene("LC08-100%", [15.0, 45.0, 16.0, 46.0], "2025-06-04T10:00:00Z", None);
    b.platform = "landsat-8".into();
    library.scenes().upsert(&[a.clone(), b.clone()]).unwrap();
    for (text, expected) in [
        ("33twl", vec![&a]),
        ("LANDSAT", vec![&b]),
        ("100%", vec![&b]),
        ("S2A_", vec![&a]),
        ("_3", vec![&a]),
        ("%", vec![&b]),
        ("", vec![&b, &a]),
    ] {
        let found = library.scenes().search(&SceneFilter { text: Some(text.into()), ..SceneFilter::default() }).unwrap();
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{text}");
    }
    assert_eq!(library.scenes().get(&a.id).unwrap(), a);
    assert_eq!(library.scenes().get(&SceneId("none".into())).unwrap_err().code(), "not-found");
}

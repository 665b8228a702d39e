//! Places through the commands.

use serde_json::json;

use super::Rig;

#[test]
fn places_are_told_in_the_language_of_the_question_or_of_the_window() {
    let rig = Rig::new();
    let titles = |text: &str| {
        let found = rig.call("places", json!({ "text": text })).unwrap();
        found.as_array().unwrap().iter().map(|place| place["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(titles("Beijing")[0], "Beijing");
    assert_eq!(titles("北京")[0], "北京");
    assert_eq!(titles("8.55 47.37"), ["47.37° N, 8.55° E", "8.55° N, 47.37° E"]);
    assert_eq!(titles("33TWL")[0], "33TWL");
    assert_eq!(titles("nowhere at all"), [""; 0]);
    let mut settings = rig.call("settings", json!({})).unwrap();
    settings["language"] = json!("zh");
    rig.call("settings_set", json!({ "settings": settings })).unwrap();
    assert_eq!(titles("Beijing")[0], "北京");
    let place = &rig.call("places", json!({ "text": "Beijing" })).unwrap()[0];
    assert!(place["subtitle"].as_str().unwrap().starts_with("Beijing · "), "{place}");
    assert!((place["position"][0].as_f64().unwrap() - 116.4).abs() < 0.5 && place["outline"].is_null(), "{place}");
}

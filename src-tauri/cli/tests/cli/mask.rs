//! Masks of single images.

use crate::program::Program;

#[test]
fn an_image_is_masked_and_what_does_not_fit_is_refused() {
    let program = Program::with_demo();
    let recipe = program.ok(&["demo", "recipe"]);
    let ended = program.call_with(&["run", "-"], &recipe);
    assert_eq!(ended.code, 0, "{ended:?}");
    let image = format!("{}/composite.tif", ended.out.trim_end());
    let out = program.data().join("mask.tif").display().to_string();
    let with = |bands: &str, more: &[&str]| program.call(&[&["mask", &image, "--bands", bands, "--out", &out], more].concat());
    let masked = with("red,green,blue,nir", &["--sun", "140,50"]);
    assert!(masked.code == 0 && masked.out.trim_end() == out && masked.err.contains("clear"), "{masked:?}");
    assert!(swath_raster::describe(out.as_ref()).is_ok_and(|mask| mask.grid.transform.width == 20.0));
    for (bands, more, said) in [
        ("red,green,nir", [].as_slice(), "no blue band"),
        ("red,green,blue,nir,swir16", &[], "no band 5; it has 4"),
        ("red,green,blue,infrared", &[], "not a band"),
        ("red,green,blue,nir", &["--sun", "north"], "azimuth"),
        ("red,green,blue,nir", &["--model", &image], "toml"),
    ] {
        let refused = with(bands, more);
        assert!(refused.code == 2 && refused.err.contains(said), "{bands} {more:?}: {refused:?}");
    }
}

//! From a search over HTTP to a product in the library: right to the pixel, the same every time, and with no more bytes than it takes.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test gives up where something is missing, and tells its figures")]

use swath_demo::Demo;
use swath_domain::{Crs, Evidence, MaskStep, Never, OutputCrs, Placement, Query, Sensor};
use swath_library::ProductFilter;
use swath_tests::expected::{self, Cut, Look, mean_error};
use swath_tests::provider::{Paging, Provider};
use swath_tests::rig::{Files, Rig, catalogue};
use swath_tests::scenes::{mask, recipe, scenes, unmasked, with};
use swath_tests::tiff::Tiff;

const KEYS: [&str; 2] = ["red", "nir"];

/// The area on a product's grid, as the plan of its job has it: inside, and too near to the edge to say.
fn area(rig: &Rig, files: &Files) -> (Vec<bool>, Vec<bool>) {
    let jobs = rig.engine.library().jobs();
    let job = jobs.list().unwrap().into_iter().find(|job| job.product == Some(files.product.id)).unwrap();
    let outline = jobs.plan(job.id).unwrap().unwrap().target.outline;
    let ring: Vec<_> = outline.0[0].exterior().coords().map(|c| (c.x, c.y)).collect();
    let (west, north, pixel) = files.composite.place();
    expected::inside(&ring, (west, north), pixel, (files.composite.levels[0].width, files.composite.levels[0].height))
}

fn truth(demo: &Demo, band: &str) -> Tiff {
    Tiff::new(std::fs::read(demo.truth.join(format!("{band}.tif"))).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_pixel_is_the_median_of_its_clear_looks() {
    let demo = scenes();
    let server = Provider::start(&demo.folder).await;
    let looks = expected::looks(&server, &KEYS);
    for (name, recipe, drop) in [("masked", recipe(&demo), vec![0u8, 1, 3, 8, 9, 10]), ("unmasked", unmasked(&demo), Vec::new())] {
        let rig = Rig::new(&server);
        let files = rig.make(&recipe).await;
        let cut = Cut::of(&files.composite, &looks[0].bands[0]);
        let (inside, doubtful) = area(&rig, &files);
        assert!(inside.iter().filter(|i| **i).count() > 100_000, "the area is large enough to mean something");
        let expected = expected::image(&looks, cut, &drop, &inside);
        let sure = |at: usize| !doubtful[at];
        let (count, source) = (files.quality.pixels(0), files.quality.pixels(1));
        same(&format!("{name} count"), &count, &expected.count, sure);
        for (band, key) in KEYS.iter().enumerate() {
            same(&format!("{name} {key}"), &files.composite.pixels(band), &expected.bands[band], sure);
        }
        check_source(&looks, cut, &drop, &inside, &count, &source);
        assert!(count.iter().max() >= Some(&4) && count.contains(&0), "the counts differ");
    }
}

/// A source is named where there is a look, and it is one of the clear ones.
fn check_source(looks: &[Look], cut: Cut, drop: &[u8], inside: &[bool], count: &[u16], source: &[u16]) {
    let clear: Vec<_> = looks.iter().map(|look| expected::clear(look, cut, drop, inside)).collect();
    let mut used = vec![false; looks.len()];
    for (at, (count, source)) in count.iter().zip(source).enumerate() {
        assert_eq!(*count == 0, *source == 0, "pixel {at} has {count} looks and source {source}");
        if *source > 0 {
            used[usize::from(*source) - 1] = true;
            assert!(clear[usize::from(*source) - 1][at], "pixel {at} comes from look {source}, which is not clear there");
        }
    }
    assert!(used.iter().filter(|used| **used).count() > 2, "pixels come from different dates: {used:?}");
}

#[track_caller]
fn same(what: &str, got: &[u16], expected: &[u16], sure: impl Fn(usize) -> bool) {
    assert_eq!(got.len(), expected.len(), "{what}");
    let wrong: Vec<_> = (0..got.len()).filter(|&at| sure(at) && got[at] != expected[at]).collect();
    let first: Vec<_> = wrong.iter().take(5).map(|&at| (at, got[at], expected[at])).collect();
    assert!(wrong.is_empty(), "{what}: {} of {} pixels differ, first (pixel, got, expected) {first:?}", wrong.len(), got.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_image_is_near_the_truth_because_of_the_mask() {
    let demo = scenes();
    let server = Provider::start(&demo.folder).await;
    let rig = Rig::new(&server);
    let margins = MaskStep { cloud_buffer_m: 100.0, shadow_buffer_m: 60.0, ..mask() };
    let masked = rig.make(&recipe(&demo)).await;
    let grown = rig.make(&with(&demo, Some(margins), OutputCrs::Auto)).await;
    let open = rig.make(&unmasked(&demo)).await;
    let count = masked.quality.pixels(0);
    for (band, key) in KEYS.iter().enumerate() {
        let truth_layer = truth(&demo, key);
        let truth = Cut::of(&masked.composite, &truth_layer).take(&truth_layer, 1);
        let grown_count = grown.quality.pixels(0);
        let often = |at: usize| count[at] >= 3 && grown_count[at] >= 3;
        let error = |files: &Files| mean_error(&files.composite.pixels(band), &truth, often);
        let (masked, grown, open) = (error(&masked), error(&grown), error(&open));
        println!("{key}: mean absolute error (reflectance x 10 000) masked {masked:.1}, with margins {grown:.1}, without mask {open:.1}");
        // Noise of a few numbers, and thin rims of clouds that the classes miss.
        assert!(masked < 12.0, "{key}: {masked}");
        assert!(grown < 12.0, "{key}: {grown}");
        assert!(open > 4.0 * masked, "{key}: without a mask the image must be much worse: {open} against {masked}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_explains_itself() {
    let demo = scenes();
    let server = Provider::start(&demo.folder).await;
    let rig = Rig::new(&server);
    let files = rig.make(&recipe(&demo)).await;
    let names: Vec<_> = files.bytes().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["composite.tif", "quality.tif", "recipe.json", "record.json", "thumbnail.webp"]);

    for (tiff, name, bands, nodata) in [
        (&files.composite, "composite", KEYS.as_slice(), Some("0")),
        (&files.quality, "quality", &["looks", "source", "date", "how"], None),
    ] {
        assert_eq!((tiff.bands(), tiff.nodata()), (bands.len(), nodata), "{name}");
        assert!(tiff.levels.len() >= 2, "{name} has overviews");
        for pair in tiff.levels.windows(2) {
            assert!(pair[1].width.abs_diff(pair[0].width.div_ceil(2)) <= 1, "{name}: each overview is half as wide");
        }
        for band in bands {
            assert!(tiff.metadata().contains(&format!("role=\"description\">{band}<")), "{name} describes {band}: {}", tiff.metadata());
        }
        let head = std::fs::read(files.folder.join(format!("{name}.tif"))).unwrap();
        assert!(String::from_utf8_lossy(&head[..1024]).contains("LAYOUT=IFDS_BEFORE_DATA"), "{name} is cloud-optimised");
    }
    // The mean of the valid pixels makes an overview; no data must not darken it.
    let (full, half) = (files.composite.pixels(0), files.composite.pixels_of(1, 0));
    let mean = |pixels: &[u16]| {
        pixels.iter().filter(|p| **p > 0).map(|p| f64::from(*p)).sum::<f64>() / pixels.iter().filter(|p| **p > 0).count() as f64
    };
    assert!((mean(&full) / mean(&half) - 1.0).abs() < 0.02, "{} {}", mean(&full), mean(&half));

    assert_eq!(files.record.recipe, recipe(&demo));
    let mut named: Vec<_> = files.record.sources.iter().map(|source| source.scene.item().to_owned()).collect();
    let mut items: Vec<_> = server.items().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
    named.sort();
    items.sort();
    assert_eq!(named, items, "the record names every scene");
    for band in files.record.sources.iter().flat_map(|source| &source.bands) {
        assert_ne!(band.evidence, Evidence::Assumed, "{band:?}");
        assert!(band.href.starts_with(server.url()) && !band.href.contains('?'), "{band:?}");
        if !band.band.is_classification() {
            assert_eq!((band.scale, band.offset, band.placement.as_str()), (0.0001, -0.1, "aligned"), "{band:?}");
        }
    }

    let library = rig.engine.library();
    let [west, south, east, north] = demo.area.bbox();
    let inside = [(west + east) / 2.0, (south + north) / 2.0, east, north];
    for (bbox, found) in [(inside, 1), ([100.0, 10.0, 110.0, 20.0], 0)] {
        let filter = ProductFilter { bbox: Some(bbox), ..ProductFilter::default() };
        assert_eq!(library.products().list(&filter).unwrap().len(), found, "{bbox:?}");
    }
    assert_eq!(files.product.scenes as usize, items.len());
    assert_eq!(rig.published(), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_recipe_gives_the_same_bytes() {
    let demo = scenes();
    let server = Provider::start(&demo.folder).await;
    let first = Rig::new(&server).make(&recipe(&demo)).await.bytes();
    let rig = Rig::new(&server);
    // The order in which blocks end must not matter.
    server.set_pace(Some(20 << 20));
    rig.make(&recipe(&demo)).await.assert_same(&first, "a second run in another library");
    server.forget_traffic();
    rig.make(&recipe(&demo)).await.assert_same(&first, "a third run from the cache");
    assert_eq!(server.traffic().bytes("/files/"), 0, "nothing is fetched twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_blocks_with_clear_pixels_are_fetched() {
    let demo = scenes();
    let server = Provider::start(&demo.folder).await;
    let looks = expected::looks(&server, &KEYS);
    let rig = Rig::new(&server);
    let files = rig.make(&recipe(&demo)).await;
    let traffic = server.traffic();
    let cut = Cut::of(&files.composite, &looks[0].bands[0]);
    let (inside, doubtful) = area(&rig, &files);
    let drop = vec![0, 1, 3, 8, 9, 10];
    let (mut spared, mut fetched) = (0, 0);
    for look in &looks {
        let clear = expected::clear(look, cut, &drop, &inside);
        for (band, path) in look.bands.iter().zip(&look.paths[1..]) {
            let level = &band.levels[0];
            let (across, down) = level.blocks();
            for block in 0..across * down {
                let Some((from, to)) = band.block_bytes(0, block) else { continue };
                let (left, top) = (block % across * level.block.0, block / across * level.block.1);
                let under = (0..clear.len()).filter(|at| {
                    let (column, row) = (cut.at.0 + at % cut.size.0, cut.at.1 + at / cut.size.0);
                    (left..left + level.block.0).contains(&column) && (top..top + level.block.1).contains(&row)
                });
                let (needed, doubt) = under.fold((false, false), |(n, d), at| (n || clear[at], d || doubtful[at]));
                // The ends of a block may come along with its neighbour's.
                let margin = (to - from) / 4;
                let touched = traffic.touched(path, from + margin, to - margin);
                match (needed, touched) {
                    (true, touched) => {
                        assert!(touched, "block {block} of {path} is needed");
                        fetched += 1;
                    }
                    (false, true) => assert!(doubt, "block {block} of {path} has no clear pixel of the area and was fetched"),
                    (false, false) => spared += 1,
                }
            }
        }
    }
    assert!(spared >= 50 && fetched >= 50, "the scenes have blocks of both kinds: {spared} spared, {fetched} fetched");
    assert_eq!(traffic.bytes_again(), 0, "no byte is fetched twice");

    let whole: u64 = looks.iter().flat_map(|look| &look.paths).map(|path| server.file(path).len() as u64).sum();
    server.forget_traffic();
    Rig::new(&server).make(&unmasked(&demo)).await;
    let (with, without) = (traffic.bytes("/files/"), server.traffic().bytes("/files/"));
    println!("fetched: {with} bytes mask first ({spared} blocks spared), {without} bytes without mask, {whole} bytes in whole files");
    assert!(with * 10 < without * 9, "masks save bytes: {with} against {without}");
    assert!(without * 10 < whole * 9, "windows save bytes: {without} against {whole}");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_coordinate_systems_show_the_same_ground() {
    let demo = scenes();
    let server = Provider::start(&demo.folder).await;
    let rig = Rig::new(&server);
    let aligned = rig.make(&recipe(&demo)).await;
    let covered = |files: &Files| files.quality.pixels(0).iter().filter(|n| **n > 0).count() as f64;
    let square_metres = |files: &Files| covered(files) * files.composite.place().2.powi(2);
    for epsg in [32630, 3857] {
        let files = rig.make(&with(&demo, Some(mask()), OutputCrs::Chosen(Crs::epsg(epsg)))).await;
        assert_eq!(files.product.grid.crs, Crs::epsg(epsg));
        assert!(files.record.sources.iter().flat_map(|s| &s.bands).all(|band| band.placement == "warped"), "the record says so");
        let ratio = square_metres(&files) / square_metres(&aligned);
        assert!((ratio - 1.0).abs() < 0.05, "EPSG:{epsg} covers {ratio} of the area");
        let count = files.quality.pixels(0);
        for (band, key) in KEYS.iter().enumerate() {
            let path = demo.truth.join(format!("{key}.tif"));
            let truth = swath_raster::read_onto(&path, &files.product.grid, Placement::Warped, false, Some(0.0)).unwrap();
            let error = mean_error(&files.composite.pixels(band), &truth, |at| count[at] >= 3 && truth[at] > 0);
            // One pixel off and the truth no longer fits.
            let width = files.composite.levels[0].width;
            let beside = mean_error(&files.composite.pixels(band), &truth[1..], |at| {
                at + 1 < truth.len() && at % width + 1 < width && count[at] >= 3 && truth[at + 1] > 0
            });
            println!("EPSG:{epsg} {key}: mean absolute error {error:.1}, one pixel off {beside:.1}");
            assert!(error < 25.0 && error < beside, "EPSG:{epsg} {key}: {error}, one pixel off {beside}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_of_paging_finds_every_scene_once() {
    let demo = scenes();
    let server = Provider::start(&demo.folder).await;
    let rig = Rig::new(&server);
    let query = Query {
        area: demo.area.clone(),
        dates: demo.dates,
        sensors: vec![Sensor::Sentinel2L2a],
        max_cloud: None,
        filters: Default::default(),
    };
    for paging in [Paging::Whole, Paging::Body, Paging::Merge, Paging::Href, Paging::RepeatingToken, Paging::NothingNew] {
        server.set_paging(paging);
        server.forget_traffic();
        let mut found = Vec::new();
        let mut take = |page: Vec<swath_domain::Scene>| found.extend(page.into_iter().map(|scene| scene.id.item().to_owned()));
        rig.engine.search(&catalogue(&server), &query, &Never, &mut take).await.unwrap();
        let mut items: Vec<_> = server.items().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
        found.sort();
        items.sort();
        // A token that repeats shows only the pages before it did.
        if paging == Paging::RepeatingToken {
            assert!(found.windows(2).all(|pair| pair[0] != pair[1]) && found.len() >= 4, "{paging:?}: {found:?}");
        } else {
            assert_eq!(found, items, "{paging:?}");
        }
        assert!(server.traffic().requests("/search") <= 6, "{paging:?} ends");
    }
}

use super::shares::area;
use super::*;

fn numbers(folder: &Path, name: &str, grid: &Grid, numbers: &[u16]) -> PathBuf {
    let path = folder.join(name);
    from_pixels(grid, Pixels::U16(numbers), None, 128, true, Compression::Deflate, &path).unwrap();
    path
}

fn bytes(folder: &Path, name: &str, grid: &Grid, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    from_pixels(grid, Pixels::U8(bytes), None, 128, true, Compression::Deflate, &path).unwrap();
    path
}

/// One letter a pixel: the first of the class, in capitals where it cannot be used.
fn letters(mask: &MaskBlock) -> String {
    let letter = |(class, distance): (&u8, &u8)| {
        let name = match PixelClass::of(*class) {
            PixelClass::NoData => '0',
            PixelClass::Cirrus => 'i',
            PixelClass::Shadow => 'h',
            PixelClass::Saturated => 'x',
            PixelClass::Clear => '.',
            other => other.name().chars().next().unwrap(),
        };
        match (name, distance) {
            ('.', 0) => '!',
            (name, 0) => name.to_ascii_uppercase(),
            (name, _) => name,
        }
    };
    mask.class.iter().zip(&mask.distance).map(letter).collect()
}

#[test]
fn probabilities_of_another_grid_and_numbers_that_do_not_exist() {
    let folder = tempfile::tempdir().unwrap();
    let grid = at(0.0, 0.0, 20.0, 6, 2);
    let classes = class_file(folder.path(), "scl.tif", &grid, &[4, 4, 4, 6, 12, 0, 11, 3, 4, 4, 10, 4]);
    // 60 m: three columns and both rows under one number.
    let cloud = |numbers: &[u8], pixel: f64, width: u32| {
        let grid = at(0.0, 0.0, pixel, width, 1);
        layer(Band::CloudProbability, bytes(folder.path(), &format!("cld{width}{pixel}.tif"), &grid, numbers), &grid)
    };
    let snow = layer(Band::SnowProbability, bytes(folder.path(), "snw.tif", &grid, &[0, 90, 106, 90, 90, 90, 0, 90, 0, 0, 90, 0]), &grid);
    let check = |others: Vec<Layer>, step: MaskStep, expected: &str| {
        let layers = std::iter::once(layer(Band::Scl, classes.clone(), &grid)).chain(others).collect();
        Making::of(layers, step, 0.0).make(&grid, &folder.path().join("mask"));
        assert_eq!(letters(&read(&folder.path().join("mask"), &grid).unwrap()), expected);
    };
    let step = |cloud, snow| MaskStep { cloud_probability: cloud, snow_probability: snow, ..MaskStep::default() };
    check(vec![], step(None, None), "...wX0sH..I.");
    // Layers that are there and not asked for change nothing.
    check(vec![cloud(&[106, 10], 60.0, 2), snow.clone()], step(None, None), "...wX0sH..I.");
    check(vec![cloud(&[106, 39], 60.0, 2)], step(Some(40), None), "CCCwX0CCC.I.");
    check(vec![cloud(&[0, 40], 60.0, 2)], step(Some(40), None), "...CC0sH.CCC");
    check(vec![snow.clone()], step(None, Some(90)), ".sssX0sH..I.");
    check(vec![cloud(&[106, 39], 60.0, 2), snow], step(Some(40), Some(90)), "CCCsX0CCC.I.");
    // A shape that ends before the mask does tells nothing of the rest.
    check(vec![cloud(&[100], 60.0, 1)], step(Some(40), None), "CCCwX0CCC.I.");
}

#[test]
fn landsat_is_saturated_in_the_bands_that_are_used_and_hazy_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let grid = at(15.0, 15.0, 30.0, 8, 1);
    // Clear, cloud, fill, cirrus, shadow, water, snow, clear.
    let qa = numbers(folder.path(), "qa.tif", &grid, &[21824, 22280, 1, 54596, 23888, 21952, 30048, 21824]);
    let radsat = numbers(folder.path(), "radsat.tif", &grid, &[1 << 3, 1 << 3, 1 << 3, 1 << 3, 1 << 3, 1 << 11, 0, 1 << 4]);
    let aerosol = bytes(folder.path(), "aerosol.tif", &grid, &[0b0100_0010, 0, 0b1100_0001, 0, 0, 0, 0b1100_0010, 0b1110_0000]);
    let layers = || {
        vec![
            layer(Band::QaPixel, qa.clone(), &grid),
            layer(Band::QaRadsat, radsat.clone(), &grid),
            layer(Band::QaAerosol, aerosol.clone(), &grid),
        ]
    };
    let check = |bands: &[Band], step: MaskStep, layers: Vec<Layer>, expected: &str| {
        let making = Making { sensor: Sensor::LandsatC2L2, bands: bands.to_vec(), ..Making::of(layers, step, 0.0) };
        making.make(&grid, &folder.path().join("mask"));
        assert_eq!(letters(&read(&folder.path().join("mask"), &grid).unwrap()), expected, "{bands:?}");
    };
    let plain = MaskStep::default();
    check(&[Band::Red], plain.clone(), layers()[..1].to_vec(), ".C0IHws.");
    check(&[Band::Red], plain.clone(), layers(), "XC0XXXs.");
    check(&[Band::Green], plain.clone(), layers(), ".C0IHXs.");
    check(&[Band::Nir], plain, layers(), ".C0IHXsX");
    check(&[Band::Green], MaskStep { aerosol: true, ..MaskStep::default() }, layers(), ".C0IHXS!");
}

fn polygon(shows: HandClass, west: f64, north: f64, east: f64, south: f64) -> ByHand {
    let outline = area(west, north, east, south);
    let corners: Vec<String> = outline.0[0].exterior().coords().map(|c| format!("[{},{}]", c.x, c.y)).collect();
    let text = format!(r#"{{"type": "Polygon", "coordinates": [[{}]]}}"#, corners.join(","));
    ByHand { shows, area: Aoi::from_geojson(&text).unwrap().0, scenes: None }
}

#[test]
fn what_is_drawn_decides_and_reaches_only_as_far_as_cloud_does() {
    use HandClass::{Clear, Cloud};
    let folder = tempfile::tempdir().unwrap();
    let grid = at(0.0, 0.0, 20.0, 400, 300);
    let mut classes = vec![4; 120_000];
    // A cloud of 20 x 20 pixels, snow below it, and no data to the right.
    for (i, class) in classes.iter_mut().enumerate() {
        let (x, y) = (i % 400, i / 400);
        *class = if (100..120).contains(&x) && (100..120).contains(&y) {
            9
        } else if (100..120).contains(&x) && y > 250 {
            11
        } else {
            *class
        };
        *class = if x >= 380 { 0 } else { *class };
    }
    let path = class_file(folder.path(), "scl.tif", &grid, &classes);
    let to = folder.path().join("mask");
    let make = |drawn: Vec<ByHand>| {
        let facts = Making { drawn, ..Making::of(vec![layer(Band::Scl, path.clone(), &grid)], step(60.0, 0.0), 740.0) }.make(&grid, &to);
        (facts, read(&to, &grid).unwrap(), read_without_hand(&to, &grid).unwrap())
    };
    let (facts, before, same) = make(vec![]);
    assert_eq!(before, same);
    let at = |x: usize, y: usize| y * 400 + x;
    let metres = |x: usize| x as f64 * 20.0;
    let shows = |mask: &MaskBlock, x: usize, y: usize| (PixelClass::of(mask.class[at(x, y)]), mask.distance[at(x, y)]);

    // Cloud where the mask saw none: unusable, with the margin of cloud, and only its surroundings change.
    let here = polygon(Cloud, metres(250) + 1.0, metres(50) + 1.0, metres(260) - 1.0, metres(60) - 1.0);
    let (cloudy_facts, cloudy, untouched) = make(vec![here.clone()]);
    assert_eq!(untouched.distance, before.distance, "the mask without what was drawn");
    assert_eq!((cloudy_facts.shares, cloudy_facts.clear_share), (facts.shares, facts.clear_share), "and so are the shares");
    assert!(cloudy_facts.evidence.iter().any(|words| words.contains("by hand")) && facts.evidence.len() + 1 == cloudy_facts.evidence.len());
    assert_eq!(shows(&cloudy, 255, 55), (PixelClass::Cloud, 0));
    assert_eq!([shows(&cloudy, 262, 55).1, shows(&cloudy, 263, 55).1, shows(&cloudy, 270, 55).1], [0, 1, 8]);
    let changed = |mask: &MaskBlock| (0..120_000).filter(|i| mask.distance[*i] != before.distance[*i]).collect::<Vec<_>>();
    let reach = 740.0 + 60.0;
    for i in changed(&cloudy) {
        let (x, y) = (metres(i % 400), metres(i / 400));
        let (dx, dy) = ((metres(250) - x).max(x - metres(259)).max(0.0), (metres(50) - y).max(y - metres(59)).max(0.0));
        assert!(dx.hypot(dy) <= reach, "pixel {i} lies {} m away", dx.hypot(dy));
    }

    // Clear where the mask saw cloud: usable at once, also within the margin of the cloud beside it.
    let there = polygon(Clear, metres(90) + 1.0, metres(90) + 1.0, metres(110) - 1.0, metres(130) - 1.0);
    let (_, clear, _) = make(vec![there.clone()]);
    assert_eq!(shows(&clear, 105, 105).0, PixelClass::Clear);
    assert_eq!([shows(&clear, 100, 110).1, shows(&clear, 109, 110).1, shows(&clear, 110, 110).1], [10, 1, 0]);
    // The last one that holds a pixel decides; no data stays what it is.
    let all = |shows| polygon(shows, 0.0, 0.0, metres(400), metres(300));
    let (_, last, _) = make(vec![there.clone(), all(Cloud)]);
    assert!(last.distance.iter().all(|distance| *distance == 0));
    let (_, last, _) = make(vec![all(Cloud), there, all(Clear)]);
    assert_eq!(
        (shows(&last, 110, 110).0, shows(&last, 110, 280).0, shows(&last, 390, 10)),
        (PixelClass::Clear, PixelClass::Clear, (PixelClass::NoData, 0))
    );
    assert!((0..120_000).all(|i| (last.distance[i] > 0) == (i % 400 < 380)));
    // Outside of the scene nothing happens.
    let (_, nothing, _) = make(vec![polygon(Cloud, -5000.0, 0.0, -100.0, 100.0)]);
    assert_eq!(nothing, before);
}

fn band(folder: &Path, band: Band, grid: &Grid, pixels: &[u16]) -> Layer {
    let radiometry = Radiometry { scale: 0.0001, offset: -0.1, nodata: Some(0.0), evidence: Evidence::Metadata };
    Layer { radiometry, ..layer(band, file(folder, &format!("{band}.tif"), grid, pixels, Some(0.0)), grid) }
}

/// Land with a white cloud in the middle and no data in the first row, in bands of 10 and 20 m.
fn scene(folder: &Path) -> Vec<Layer> {
    let land = [(Band::Blue, 400), (Band::Green, 700), (Band::Red, 600), (Band::Nir, 3000), (Band::Swir16, 2000), (Band::Swir22, 1200)];
    land.into_iter()
        .map(|(name, value)| {
            let (pixel, size) = if name == Band::Swir16 || name == Band::Swir22 { (20.0, 200) } else { (10.0, 400) };
            let grid = at(0.0, 0.0, pixel, size, size);
            let mut next = noise(value.into());
            let of = |i: u32| {
                let (x, y) = (i % size * 400 / size, i / size * 400 / size);
                let cloud = (150..250).contains(&x) && (150..250).contains(&y);
                let shown = if cloud { if pixel > 15.0 { 4000 } else { 6000 } } else { value };
                if y < 2 { 0 } else { shown + 1000 + next() % 60 }
            };
            band(folder, name, &grid, &(0..size * size).map(of).collect::<Vec<_>>())
        })
        .collect()
}

#[test]
fn the_detector_makes_masks_of_bands_of_several_sizes() {
    let folder = tempfile::tempdir().unwrap();
    let making =
        Making { by: MaskBy::Detector, sensor: Sensor::Sentinel2L1c, ..Making::of(scene(folder.path()), MaskStep::default(), 740.0) };
    let output = at(0.0, 0.0, 10.0, 400, 400);
    assert_eq!(making.frame(&output).unwrap().grid, at(0.0, 0.0, 20.0, 200, 200));
    let to = folder.path().join("mask");
    let facts = making.make(&output, &to);
    assert!(facts.evidence[0].contains("detector on blue, green, red, nir, swir16"), "{:?}", facts.evidence);
    let mask = read(&to, &output).unwrap();
    let class = |x: usize, y: usize| PixelClass::of(mask.class[y * 400 + x]);
    assert_eq!((class(200, 200), class(50, 50), class(50, 0)), (PixelClass::Cloud, PixelClass::Clear, PixelClass::NoData));
    assert!((facts.cloud_share() - 1.0 / 16.0).abs() < 0.02, "{}", facts.cloud_share());
    // Bands that cannot tell anything are an answer in words.
    let few = Making { layers: making.layers[..2].to_vec(), ..making };
    let error = few.try_make(&output, &to, None, &Never).unwrap_err();
    assert!(matches!(&error, Stop::Failed(BuildError::NoAnswer(why)) if why.contains("red")), "{error:?}");
    // As is a file that cannot be read, by its name.
    std::fs::write(&few.layers[0].path, "no image").unwrap();
    let error = few.try_make(&output, &to, None, &Never).unwrap_err();
    assert!(matches!(&error, Stop::Failed(BuildError::Raster(Some(Band::Blue), _))), "{error:?}");
}

#[test]
fn a_model_sees_reflectance_on_its_own_grid() {
    let folder = tempfile::tempdir().unwrap();
    let layers: Vec<Layer> = scene(folder.path()).into_iter().filter(|layer| [Band::Red, Band::Swir16].contains(&layer.band)).collect();
    let making = Making { by: MaskBy::Model, sensor: Sensor::Sentinel2L1c, ..Making::of(layers, MaskStep::default(), 0.0) };
    let grids: Vec<_> = making.layers.iter().map(|layer| (layer.band, &layer.grid)).collect();
    let output = at(1000.0, 1000.0, 10.0, 200, 200);
    let model = ModelFrame { pixel_m: 60.0, margin_px: 4 };
    let given = Given { by: MaskBy::Model, sensor: Sensor::Sentinel2L1c, sun: None, layers: &grids, model: Some(model) };
    let frame = Frame::new(&given, &making.step, &output, 0.0).unwrap().unwrap();
    // 4000 m are 66.7 pixels; from 1000 to 3000 m, and four pixels around.
    assert_eq!((frame.grid.width, frame.grid.transform.width), (67, 60.0));
    assert_eq!(frame.window, Window { x: 12, y: 12, width: 42, height: 42 });
    let classify = |width: usize, height: usize, bands: &[&[u16]]| {
        assert_eq!((width, height, bands.len(), bands[0].len()), (42, 42, 2, 42 * 42));
        Ok(bands[0].iter().map(|red| if *red > 4000 { PixelClass::Cloud } else { PixelClass::Clear } as u8).collect())
    };
    let with = |model: &Classify, to: &Path| {
        let source = Source {
            by: MaskBy::Model,
            sensor: Sensor::Sentinel2L1c,
            sun: None,
            frame: &frame,
            layers: &making.layers,
            bands: &[],
            drawn: &[],
            model: Some(model),
            reach_m: 0.0,
            key: "",
        };
        build(&source, &making.step, &output, &area(0.0, 0.0, 1.0, 1.0), to, &Never)
    };
    let to = folder.path().join("mask");
    with(&classify, &to).unwrap();
    let mask = read(&to, &at(1000.0, 1000.0, 20.0, 100, 100)).unwrap();
    // Cloud from 1500 to 2500 m.
    assert_eq!((mask.distance[50 * 100 + 50], mask.distance[10 * 100 + 10]), (0, 255));
    let error = with(&|_, _, _| Err(Stop::Failed("it is tired".into())), &to).unwrap_err();
    assert_eq!(error, Stop::Failed(BuildError::NoAnswer("it is tired".into())));
    assert!(with(&|_, _, _| Ok(vec![1; 3]), &to).is_err());
    assert_eq!(with(&|_, _, _| Err(Stop::Cancelled), &to), Err(Stop::Cancelled));
}

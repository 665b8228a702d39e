//! The displacement index on made textures.

use super::*;

const SIDE: usize = 120;

/// Smooth texture of 8 to 12 thousandths, as if seen through optics.
fn texture() -> Vec<f32> {
    let mut next = crate::testing::noise(3);
    let raw: Vec<f32> = (0..SIDE * SIDE).map(|_| f32::from(next()) / 65535.0).collect();
    let at = |x: usize, y: usize| raw[y.min(SIDE - 1) * SIDE + x.min(SIDE - 1)];
    (0..SIDE * SIDE).map(|i| (at(i % SIDE, i / SIDE) + at(i % SIDE + 1, i / SIDE) + at(i % SIDE, i / SIDE + 1)) / 3.0).collect()
}

/// B07, B8A and B08 (at 10 m): over the ground B07 has a colour of its own, over clouds all have one colour and B08 is displaced.
fn bands(high: &dyn Fn(usize, usize) -> bool) -> [Vec<u16>; 3] {
    let (relief, colour) = (texture(), {
        let mut t = texture();
        t.reverse();
        t
    });
    let level = |x: usize, y: usize, shift: usize| relief[y * SIDE + (x + shift).min(SIDE - 1)];
    let value = |v: f32| (3000.0 + 2000.0 * v) as u16;
    let b8a = (0..SIDE * SIDE).map(|i| value(level(i % SIDE, i / SIDE, 0)));
    let b07 = (0..SIDE * SIDE).map(|i| {
        let own = if high(i % SIDE, i / SIDE) { 0.0 } else { 600.0 * colour[i] };
        (f32::from(value(level(i % SIDE, i / SIDE, 0))) * 0.9 + own) as u16
    });
    let b08 = (0..4 * SIDE * SIDE).map(|i| {
        let (x, y) = (i % (2 * SIDE) / 2, i / (4 * SIDE));
        value(level(x, y, if high(x, y) { 2 } else { 0 }))
    });
    [b07.collect(), b8a.collect(), b08.collect()]
}

#[test]
fn what_is_high_has_a_negative_index_and_ground_a_positive_one() {
    let made = Made::new(SIDE / 3, SIDE / 3);
    let layers = made.layers();
    let [b07, b8a, b08] = bands(&|x, _| x < SIDE / 2);
    let coarse: Vec<u16> = (0..SIDE * SIDE).map(|i| b08[i / SIDE * 4 * SIDE + i % SIDE * 2]).collect();
    let given = Optical { pixel_m: 60.0, ..plain(&made, &layers) };
    let scene = Scene::new(&given).unwrap();
    for nir in [&b08, &coarse] {
        let parallax = Parallax { width: SIDE, height: SIDE, rededge3: &b07, nir08: &b8a, nir };
        let index = displacement::index(&scene, &parallax, 0);
        for (i, value) in index.iter().enumerate() {
            let value = value.unwrap();
            match i % made.width {
                0..17 => assert!(value < -0.5, "{i}: {value}"),
                24.. => assert!(value > 0.5, "{i}: {value}"),
                _ => (),
            }
        }
    }
    // Nothing is said where there is no texture.
    let flat = vec![3000u16; SIDE * SIDE];
    let parallax = Parallax { width: SIDE, height: SIDE, rededge3: &flat, nir08: &flat, nir: &flat };
    assert!(displacement::index(&scene, &parallax, 2).iter().all(Option::is_none));
}

#[test]
fn bright_ground_that_is_not_displaced_is_no_cloud() {
    let mut made = Made::new(SIDE, SIDE);
    made.paint(15, 15, (30, 30), CLOUD).paint(70, 15, (30, 30), SAND.map(|v| v * 1.2)).paint(70, 70, (30, 30), CLOUD);
    let [b07, b8a, b08] = bands(&|x, y| x < 60 && y < 60);
    let layers = made.layers();
    let parallax = Some(Parallax { width: SIDE, height: SIDE, rededge3: &b07, nir08: &b8a, nir: &b08 });
    let (without, with) = (classes_of(&made), detect(&Optical { parallax, ..plain(&made, &layers) }).unwrap());
    let cloud = |found: &[u8], x, y| share(&made, found, PixelClass::Cloud, x, y, (30, 30));
    for (x, y, least) in [(15, 15, 0.95), (70, 15, 0.0), (70, 70, 0.0)] {
        assert!(cloud(&without, x, y) > 0.95, "{x} {y}: {}", cloud(&without, x, y));
        assert!(if least > 0.0 { cloud(&with, x, y) > least } else { cloud(&with, x, y) < 0.02 }, "{x} {y}: {}", cloud(&with, x, y));
    }
}

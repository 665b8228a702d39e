use proptest::prelude::*;

use super::*;

fn grid(width: u32, height: u32) -> Grid {
    Grid::from_affine(Crs::epsg(32633), [10.0, 0.0, 499_980.0, 0.0, -10.0, 5_100_000.0], width, height).unwrap()
}

proptest! {
    #[test]
    fn blocks_cover_every_pixel_exactly_once(
        width in 1u32..90, height in 1u32..90, size in 1u32..40, px in 0u32..80, py in 0u32..80,
    ) {
        let mut seen = vec![0u8; (width * height) as usize];
        for block in grid(width, height).blocks(size, (px, py)) {
            prop_assert!(block.width <= size && block.height <= size && block.width > 0 && block.height > 0);
            for y in block.y..block.y + block.height {
                for x in block.x..block.x + block.width {
                    seen[(y * width + x) as usize] += 1;
                }
            }
        }
        prop_assert!(seen.iter().all(|n| *n == 1));
    }

    #[test]
    fn a_window_is_found_again_by_its_bounds(x in 0u32..500, y in 0u32..500, w in 1u32..500, h in 1u32..500) {
        let grid = grid(1000, 1000);
        let window = Window { x, y, width: w, height: h };
        prop_assert_eq!(grid.window_of(grid.bounds_of(window)), Some(window));
        prop_assert_eq!(grid.part(window).shift_in(&grid), Some((i64::from(x), i64::from(y))));
    }

    #[test]
    fn a_covering_grid_covers_and_wastes_less_than_a_pixel(
        west in -1e5f64..1e5, south in -1e5f64..1e5, w in 0.1f64..1e4, h in 0.1f64..1e4, ax in -50f64..50.0, ay in -50f64..50.0,
    ) {
        let bounds = Bounds { west, south, east: west + w, north: south + h };
        let grid = Grid::covering(Crs::epsg(32633), bounds, 10.0, (ax, ay)).unwrap();
        let b = grid.bounds();
        let slack = 10.0 * SAME_EDGE;
        prop_assert!(b.west <= west + slack && b.south <= south + slack && b.east >= bounds.east - slack && b.north >= bounds.north - slack);
        prop_assert!(b.west > west - 10.0 - slack && b.north < bounds.north + 10.0 + slack);
        let lines = (b.west - ax) / 10.0;
        prop_assert!((lines - lines.round()).abs() < 1e-6);
    }

    #[test]
    fn growing_keeps_the_window_and_stays_inside(x in 0u32..50, y in 0u32..50, w in 1u32..50, h in 1u32..50, margin in 0u32..200) {
        let window = Window { x, y, width: w, height: h };
        let grown = window.grown(margin, (100, 100));
        prop_assert_eq!(grown.intersection(&window), Some(window));
        prop_assert!(grown.x + grown.width <= 100 && grown.y + grown.height <= 100);
    }
}

#[test]
fn a_coarser_grid_finds_the_pixels_under_a_window() {
    let fine = grid(5490, 5490);
    let coarse = Grid::from_affine(Crs::epsg(32633), [20.0, 0.0, 499_980.0, 0.0, -20.0, 5_100_000.0], 2745, 2745).unwrap();
    let window = Window { x: 3, y: 4, width: 2, height: 2 };
    assert_eq!(coarse.window_under(&fine, window), Some(Window { x: 1, y: 2, width: 2, height: 1 }));
    assert_eq!(coarse.shift_in(&fine), None);
}

#[test]
fn rotated_flipped_and_empty_grids_are_refused() {
    for affine in [[10.0, 1.0, 0.0, 0.0, -10.0, 0.0], [10.0, 0.0, 0.0, 0.0, 10.0, 0.0], [0.0, 0.0, 0.0, 0.0, -10.0, 0.0]] {
        assert_eq!(Grid::from_affine(Crs::epsg(4326), affine, 1, 1), Err(GridError::NotNorthUp));
    }
    assert!(Grid::from_affine(Crs::epsg(4326), [1.0, 0.0, 0.0, 0.0, -1.0, 0.0], 0, 1).is_err());
}

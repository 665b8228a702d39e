//! What a composite must be, computed from the files of the scenes by the plainest means: pixel by pixel, without the program's code.

use serde_json::Value;

use crate::provider::Provider;
use crate::tiff::Tiff;

/// One acquisition, whole.
pub struct Look {
    /// Id of its item.
    pub item: String,
    /// Moment, as it is written.
    pub datetime: String,
    /// Path of its mask and of its bands on the server.
    pub paths: Vec<String>,
    /// Scene classes at 20 m.
    pub classes: Tiff,
    /// Bands at 10 m.
    pub bands: Vec<Tiff>,
}

/// A product's grid on the scenes' grid.
#[derive(Debug, Clone, Copy)]
pub struct Cut {
    /// Column and row of its corner.
    pub at: (usize, usize),
    /// Columns and rows.
    pub size: (usize, usize),
}

/// A composite and its quality layers.
#[derive(Debug, PartialEq)]
pub struct Image {
    /// One vector for each band.
    pub bands: Vec<Vec<u16>>,
    /// Number of looks.
    pub count: Vec<u16>,
}

/// Reads all looks in the order of time. `keys` are the assets' names of the bands.
pub fn looks(server: &Provider, keys: &[&str]) -> Vec<Look> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut looks: Vec<_> = server
        .items()
        .iter()
        .map(|item| {
            let path = |key: &str| text(&item["assets"][key]["href"]).replacen(server.url(), "", 1);
            let read = |key: &str| Tiff::new(server.file(&path(key)));
            Look {
                item: text(&item["id"]),
                datetime: text(&item["properties"]["datetime"]),
                paths: std::iter::once("scl").chain(keys.iter().copied()).map(path).collect(),
                classes: read("scl"),
                bands: keys.iter().map(|key| read(key)).collect(),
            }
        })
        .collect();
    looks.sort_by(|a, b| a.datetime.cmp(&b.datetime));
    looks
}

impl Cut {
    /// Where a product lies on a scene; panics unless pixels coincide.
    pub fn of(product: &Tiff, scene: &Tiff) -> Self {
        let ((west, north, size), (x, y, pixel)) = (product.place(), scene.place());
        assert_eq!(size, pixel, "equal pixels");
        let (column, row) = ((west - x) / pixel, (y - north) / pixel);
        assert!(column.fract() == 0.0 && row.fract() == 0.0 && column >= 0.0 && row >= 0.0, "pixels coincide: {column} {row}");
        Self { at: (column as usize, row as usize), size: (product.levels[0].width, product.levels[0].height) }
    }

    /// Of a layer of the whole scene, the part under the product. `ratio` is 2 for layers at 20 m, 1 at 10 m.
    pub fn take(&self, layer: &Tiff, ratio: usize) -> Vec<u16> {
        let (pixels, width) = (layer.pixels(0), layer.levels[0].width);
        let rows = self.at.1..self.at.1 + self.size.1;
        rows.flat_map(|row| (self.at.0..self.at.0 + self.size.0).map(move |column| row / ratio * width + column / ratio))
            .map(|at| pixels[at])
            .collect()
    }
}

/// Stored numbers of baseline 05.11 as reflectance times 10 000: 1000 off, valid pixels at least 1, 0 stays 0.
pub fn harmonised(stored: u16) -> u16 {
    if stored == 0 { 0 } else { stored.saturating_sub(1000).max(1) }
}

/// Whether each pixel of a look is inside, kept by the mask (`drop` empty: no mask) and there.
pub fn clear(look: &Look, cut: Cut, drop: &[u8], inside: &[bool]) -> Vec<bool> {
    let classes = cut.take(&look.classes, 2);
    classes.iter().zip(inside).map(|(class, inside)| *inside && !drop.iter().any(|dropped| u16::from(*dropped) == *class)).collect()
}

/// The median of the clear looks, band by band, and their number.
pub fn image(looks: &[Look], cut: Cut, drop: &[u8], inside: &[bool]) -> Image {
    let clear: Vec<_> = looks.iter().map(|look| clear(look, cut, drop, inside)).collect();
    let values: Vec<Vec<Vec<u16>>> = looks.iter().map(|look| look.bands.iter().map(|band| cut.take(band, 1)).collect()).collect();
    let pixels = inside.len();
    let number_of_bands = looks[0].bands.len();
    let mut image = Image { bands: vec![vec![0; pixels]; number_of_bands], count: vec![0; pixels] };
    for at in 0..pixels {
        let seen: Vec<usize> = (0..looks.len()).filter(|&look| clear[look][at]).collect();
        image.count[at] = seen.iter().filter(|&&look| values[look].iter().all(|band| band[at] != 0)).count() as u16;
        for (band, out) in image.bands.iter_mut().enumerate() {
            let all = seen.iter().map(|&look| harmonised(values[look][band][at])).filter(|value| *value != 0);
            out[at] = median(all.collect());
        }
    }
    image
}

/// The middle one, or the mean of the middle two with halves to even.
fn median(mut values: Vec<u16>) -> u16 {
    values.sort_unstable();
    match values.len() {
        0 => 0,
        n if n % 2 == 1 => values[n / 2],
        n => {
            let sum = u32::from(values[n / 2 - 1]) + u32::from(values[n / 2]);
            let half = sum / 2;
            (if sum % 2 == 1 && half % 2 == 1 { half + 1 } else { half }) as u16
        }
    }
}

/// Whether the middle of each pixel lies inside a ring, and whether it lies so near to it (a twentieth of a pixel) that either is right.
pub fn inside(ring: &[(f64, f64)], corner: (f64, f64), pixel: f64, (width, height): (usize, usize)) -> (Vec<bool>, Vec<bool>) {
    let (mut within, mut doubtful) = (Vec::with_capacity(width * height), Vec::with_capacity(width * height));
    for row in 0..height {
        for column in 0..width {
            let (x, y) = (corner.0 + (column as f64 + 0.5) * pixel, corner.1 - (row as f64 + 0.5) * pixel);
            let (mut odd, mut near) = (false, false);
            for pair in ring.windows(2) {
                let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
                if (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax {
                    odd = !odd;
                }
                let (dx, dy) = (bx - ax, by - ay);
                let share = (((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy).max(1e-12)).clamp(0.0, 1.0);
                near |= (x - ax - share * dx).hypot(y - ay - share * dy) < pixel / 20.0;
            }
            within.push(odd);
            doubtful.push(near);
        }
    }
    (within, doubtful)
}

/// Mean absolute difference over the pixels that are `counted`.
pub fn mean_error(values: &[u16], truth: &[u16], counted: impl Fn(usize) -> bool) -> f64 {
    let picked: Vec<_> = (0..values.len()).filter(|&at| counted(at)).collect();
    assert!(!picked.is_empty(), "there are pixels to compare");
    picked.iter().map(|&at| f64::from(values[at].abs_diff(truth[at]))).sum::<f64>() / picked.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_of_few() {
        for (values, expected) in [(vec![], 0), (vec![7], 7), (vec![9, 1, 4], 4), (vec![1, 2], 2), (vec![2, 3], 2), (vec![10, 1, 4, 5], 4)]
        {
            assert_eq!(median(values.clone()), expected, "{values:?}");
        }
    }

    #[test]
    fn a_square_holds_its_pixels() {
        let ring = [(10.0, -10.0), (30.0, -10.0), (30.0, -30.0), (10.0, -30.0), (10.0, -10.0)];
        let (within, doubtful) = inside(&ring, (0.0, 0.0), 10.0, (4, 4));
        assert_eq!(within.iter().filter(|w| **w).count(), 4);
        assert!(within[5] && within[10] && doubtful.iter().all(|d| !d));
    }
}

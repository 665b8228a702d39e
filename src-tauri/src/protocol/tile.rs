//! Pieces of rasters in Web Mercator: `product/<id>/{z}/{x}/{y}` and, while it grows, `job/<id>/{z}/{x}/{y}`.
//!
//! The query says how numbers become colours: `bands` (one or three names), `low` and `high` (a number for each band) and `gamma`. Instead,
//! `layer` names one of the layers beside the image, with `ramp` (colours as `rrggbb`, from `low` to `high`) or `classes` (a colour for each
//! number, as `number:rrggbb`): the page, which shows the legend, is the only place that knows colours.

use std::path::PathBuf;

use swath_domain::{Band, JobId, Product, ProductId};
use swath_raster::tile::{self, Paint, Style};

use super::{Answer, Asked, Keep, Picture, Refusal, number, place, stopped};
use crate::state::AppState;

/// Finest zoom level that rasters are drawn at.
const DEEPEST: u8 = 22;
/// Reflectance times 10 000 that most land lies between, for bands that nobody has measured yet.
const USUAL: (f64, f64) = (0.0, 3000.0);

/// A raster, the bands that may be asked of it in the file's order, and how each is shown unless told otherwise.
struct Raster {
    path: PathBuf,
    /// The layers beside it, once they are written.
    quality: Option<PathBuf>,
    bands: Vec<(Band, (f64, f64))>,
    keep: Keep,
}

pub(super) async fn tile(state: &AppState, asked: &Asked) -> Answer {
    let [kind, id, z, x, y] = asked.parts()[..] else {
        return Err(Refusal::not_found("a tile is called product/<id>/z/x/y or job/<id>/z/x/y"));
    };
    let raster = match kind {
        "product" => product(state, &state.library().products().get(ProductId(number(id)?))?),
        "job" => job(state, JobId(number(id)?))?,
        _ => return Err(Refusal::not_found(format!("there are no tiles of a `{kind}`"))),
    };
    let (z, x, y) = place([z, x, y], DEEPEST)?;
    if let Some(names) = asked.list("layer") {
        return layer(state, asked, raster, (z, x, y), names.join(",")).await;
    }
    let style = style(asked, &raster.bands)?;
    let Raster { path, keep, .. } = raster;
    if matches!(keep, Keep::Never) && !path.exists() {
        return Ok(Picture::empty(keep)); // the job has not begun to paint
    }
    let png = state.engine.on_pixel_threads(move || tile::png(&path, z, x, y, &style)).await.map_err(stopped)?;
    Ok(png.map_or_else(|| Picture::empty(keep), |bytes| Picture { bytes, keep }))
}

/// A tile of a layer beside the image.
async fn layer(state: &AppState, asked: &Asked, raster: Raster, (z, x, y): (u8, u32, u32), name: String) -> Answer {
    let path = raster.quality.ok_or_else(|| Refusal::not_found("a job has no layers beside its image until it is over"))?;
    let paint = paint(asked)?;
    let drawn = state.engine.on_pixel_threads(move || {
        // Told apart from files that are damaged: the page may ask for what only some images have.
        if !tile::names(&path)?.contains(&name) {
            return Ok(Err(Refusal::not_found(format!("there is no layer `{name}` beside this image"))));
        }
        Ok(Ok(tile::painted(&path, z, x, y, &name, &paint)?))
    });
    let png = drawn.await.map_err(stopped)??;
    Ok(png.map_or_else(|| Picture::empty(raster.keep), |bytes| Picture { bytes, keep: raster.keep }))
}

fn paint(asked: &Asked) -> Result<Paint, Refusal> {
    let wrong = || Refusal::bad("`ramp` takes colours such as 1f6fc4,b45314 and `classes` numbers with colours such as 1:1f6fc4,20:b45314");
    if let Some(classes) = asked.list("classes") {
        let class = |text: &&str| {
            let (number, colour) = text.split_once(':')?;
            Some((number.parse().ok()?, colour_of(colour)?))
        };
        return Ok(Paint::Classes(classes.iter().map(class).collect::<Option<_>>().ok_or_else(wrong)?));
    }
    let ramp = asked.list("ramp").ok_or_else(wrong)?;
    let stops = ramp.iter().map(|text| colour_of(text)).collect::<Option<_>>().ok_or_else(wrong)?;
    let end = |key| numbers(asked, key, 1)?.map(|n| n[0]).ok_or_else(|| Refusal::bad("a `ramp` needs `low` and `high`"));
    Ok(Paint::Ramp { low: end("low")?, high: end("high")?, stops })
}

/// Red, green and blue of `rrggbb`.
fn colour_of(text: &str) -> Option<[u8; 3]> {
    let digits = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = u32::from_str_radix(text, 16).ok().filter(|_| digits)?;
    let [_, red, green, blue] = number.to_be_bytes();
    Some([red, green, blue])
}

fn product(state: &AppState, product: &Product) -> Raster {
    let folder = state.library().products().folder(product);
    Raster {
        path: folder.join("composite.tif"),
        quality: Some(folder.join("quality.tif")),
        bands: product.bands.iter().map(|s| (s.band, (s.low, s.high))).collect(),
        keep: Keep::Always,
    }
}

/// The canvas that a job paints on; once it has a product, that.
fn job(state: &AppState, id: JobId) -> Result<Raster, Refusal> {
    let job = state.library().jobs().get(id)?;
    if let Some(product_id) = job.product {
        return Ok(Raster { keep: Keep::Never, ..product(state, &state.library().products().get(product_id)?) });
    }
    Ok(Raster {
        path: state.library().folders().staging_of(id).join("canvas.tif"),
        quality: None,
        bands: job.bands.into_iter().map(|band| (band, USUAL)).collect(),
        keep: Keep::Never,
    })
}

fn style(asked: &Asked, bands: &[(Band, (f64, f64))]) -> Result<Style, Refusal> {
    let names = asked.list("bands").ok_or_else(|| Refusal::bad("`bands` says which bands to show"))?;
    if names.len() != 1 && names.len() != 3 {
        return Err(Refusal::bad("`bands` names one band (grey) or three (red, green, blue)"));
    }
    let find = |name: &&str| {
        let at = bands.iter().position(|(band, _)| band.name() == *name);
        at.ok_or_else(|| Refusal::not_found(format!("there is no band `{name}` in this image")))
    };
    let chosen: Vec<usize> = names.iter().map(find).collect::<Result<_, _>>()?;
    let usual = |pick: fn(&(f64, f64)) -> f64| chosen.iter().map(|at| pick(&bands[*at].1)).collect::<Vec<_>>();
    let low = numbers(asked, "low", chosen.len())?.unwrap_or_else(|| usual(|stretch| stretch.0));
    let high = numbers(asked, "high", chosen.len())?.unwrap_or_else(|| usual(|stretch| stretch.1));
    let gamma = numbers(asked, "gamma", 1)?.map_or(1.0, |gamma| gamma[0]);
    if !(0.1..=10.0).contains(&gamma) {
        return Err(Refusal::bad("`gamma` is a number from 0.1 to 10"));
    }
    Ok(Style { bands: chosen.iter().map(|at| at + 1).collect(), low, high, gamma })
}

fn numbers(asked: &Asked, key: &str, count: usize) -> Result<Option<Vec<f64>>, Refusal> {
    let Some(texts) = asked.list(key) else { return Ok(None) };
    let parsed: Vec<f64> = texts.iter().filter_map(|text| text.parse().ok()).filter(|n: &f64| n.is_finite()).collect();
    if parsed.len() == count && texts.len() == count {
        Ok(Some(parsed))
    } else {
        Err(Refusal::bad(format!("`{key}` takes {count} number(s), one for each band")))
    }
}

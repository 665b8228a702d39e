//! `swath mask`

use serde_json::{Map, json};
use swath_domain::{Band, Compression, Never, PixelClass, Stop};
use swath_model::Model;
use swath_raster::{
    Stack, StackSpec,
    cog::{Pixels, from_pixels},
    mask::detect::{Optical, detect},
    read_stack,
};

use crate::args::MaskFileArgs;
use crate::failure::{Failure, Outcome};
use crate::session::Session;

/// Pixels finer than this tell a detector nothing more.
const FINE_M: f64 = 20.0;
/// Side of the tiles of the mask, pixels.
const TILE: u32 = 256;

/// Makes a mask of classes of one image.
pub(crate) fn mask(session: &Session, args: &MaskFileArgs) -> Outcome {
    let named: Vec<(usize, Band)> = args.bands.iter().enumerate().filter_map(|(at, band)| Some((at + 1, (*band)?))).collect();
    let spec = StackSpec {
        bands: named.iter().map(|(number, _)| *number).collect(),
        scale: args.scale,
        offset: args.offset,
        nodata: args.nodata,
        pixel_m: Some(args.resolution.unwrap_or(FINE_M)),
    };
    let stack = read_stack(&args.image, &spec).map_err(|error| Failure::usage("unreadable", error.to_string()))?;
    let classes = match &args.model {
        Some(file) => by_model(&Model::open(file).map_err(unfit)?, &named, &stack)?,
        None => by_detector(args, &named, &stack)?,
    };
    let (grid, pixels) = (&stack.grid, Pixels::U8(&classes));
    let written = from_pixels(grid, pixels, Some(0.0), TILE, true, Compression::Deflate, &args.out);
    written.map_err(|error| Failure::failed("not-written", error.to_string()))?;
    tell(session, args, &classes);
    Ok(())
}

fn by_detector(args: &MaskFileArgs, named: &[(usize, Band)], stack: &Stack) -> Outcome<Vec<u8>> {
    let bands: Vec<(Band, &[u16])> = named.iter().zip(&stack.bands).map(|((_, band), pixels)| (*band, pixels.as_slice())).collect();
    let pixel_m = match (args.pixel, stack.placed) {
        (Some(metres), _) => metres,
        (None, true) => stack.grid.transform.width,
        (None, false) => {
            return Err(Failure::usage(
                "unplaced",
                format!("{} does not say how large its pixels are: give it with --pixel", args.image.display()),
            ));
        }
    };
    let scene = Optical {
        width: stack.grid.width as usize,
        height: stack.grid.height as usize,
        pixel_m,
        bands: &bands,
        thermal: None,
        sun: args.sun,
        view: None,
        elevation: None,
        parallax: None,
        reference: None,
    };
    detect(&scene).map_err(|error| Failure::usage("no-mask", error.to_string()))
}

fn by_model(model: &Model, named: &[(usize, Band)], stack: &Stack) -> Outcome<Vec<u8>> {
    let band = |wanted: &Band| {
        let found = named.iter().position(|(_, band)| band == wanted).map(|at| stack.bands[at].as_slice());
        found.ok_or_else(|| Failure::usage("no-mask", format!("the model looks at `{wanted}`, which --bands does not name")))
    };
    let bands: Vec<&[u16]> = model.bands().iter().map(band).collect::<Outcome<_>>()?;
    model.classify(stack.grid.width as usize, stack.grid.height as usize, &bands, &Never).map_err(|stop| match stop {
        Stop::Failed(error) => unfit(error),
        Stop::Cancelled => Failure::cancelled("the mask was cancelled; nothing was written"),
    })
}

fn unfit(error: swath_model::ModelError) -> Failure {
    Failure::usage("unfit-model", error.to_string())
}

fn tell(session: &Session, args: &MaskFileArgs, classes: &[u8]) {
    let mut counts = [0usize; PixelClass::ALL.len()];
    classes.iter().for_each(|code| counts[PixelClass::of(*code) as usize] += 1);
    let shares: Map<_, _> = PixelClass::ALL.iter().map(|class| (class.name().to_owned(), json!(counts[*class as usize]))).collect();
    session.out.event("mask", "mask", &json!({ "file": args.out, "pixels": shares }));
    let percent = |class: &PixelClass| counts[*class as usize] as f64 * 100.0 / classes.len().max(1) as f64;
    let seen = PixelClass::ALL.iter().filter(|class| counts[**class as usize] > 0);
    session.out.note(seen.map(|class| format!("{class} {:.1} %", percent(class))).collect::<Vec<_>>().join(", "));
    session.out.line(args.out.display().to_string());
}

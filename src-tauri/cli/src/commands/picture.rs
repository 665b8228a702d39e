//! `swath picture`

use serde_json::json;
use swath_domain::{DateRange, Stop};
use swath_remote::process::{MOST_PIXELS, Picture};

use crate::areas;
use crate::args::{LimitArgs, PictureArgs};
use crate::failure::{Failure, Outcome};
use crate::session::Session;

/// Has a picture of an area computed. Says what it costs before it costs it.
pub(crate) async fn picture(session: &Session, args: PictureArgs) -> Outcome {
    let area = areas::area(session, &args.place)?;
    let dates = DateRange::new(args.from, args.to).map_err(|error| Failure::usage("invalid-dates", error.to_string()))?;
    let picture = if args.band.is_empty() { Picture::TrueColour } else { Picture::Values(args.band) };
    let engine = session.engine(&LimitArgs::default())?;
    let mut request = engine.picture_of(args.sensor, picture, &area, dates, args.resolution).await?;
    request.max_cloud = args.max_cloud.map(f64::from);
    let (width, height) = (request.grid.width, request.grid.height);
    if width.max(height) > MOST_PIXELS {
        let message = format!(
            "{width} x {height} pixels are more than the service computes at a time ({MOST_PIXELS} x {MOST_PIXELS}): choose a smaller area or larger pixels with --resolution"
        );
        return Err(Failure::usage("too-large", message));
    }
    let cost = json!({ "units": request.units(), "width": width, "height": height });
    session.out.event("estimate", "estimate", &cost);
    session.out.note(format!("{width} x {height} pixels, about {:.3} processing units", request.units()));
    if args.estimate {
        return Ok(());
    }
    let bytes = engine.compute(&request, &args.out, &session.interrupt).await;
    engine.shutdown().await;
    let bytes = bytes.map_err(|stop| match stop {
        Stop::Cancelled => Failure::cancelled("the picture was cancelled; nothing was written"),
        failed => failed.into(),
    })?;
    session.out.event("picture", "picture", &json!({ "file": args.out, "bytes": bytes }));
    session.out.line(args.out.display().to_string());
    Ok(())
}

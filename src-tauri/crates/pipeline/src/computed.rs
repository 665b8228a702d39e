//! Pictures that Sentinel Hub computes for an area, instead of files that are fetched.

use std::path::Path;

use geo::BoundingRect;
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use swath_domain::{Aoi, Bounds, DateRange, Grid, Monitor, Sensor, Stop, utm_crs};
use swath_remote::{
    process::{Picture, ProcessRequest, process},
    provider::Kind,
};

use crate::{Engine, PipelineError, error::lift, prepare};

impl Engine {
    /// What to ask for: the area in its UTM zone, its outline cut out, with pixels of `resolution` metres on whole multiples of it. Asks the
    /// Sentinel Hub that is among the catalogues.
    ///
    /// # Errors
    /// An area that has no grid of this resolution.
    pub async fn picture_of(
        &self,
        sensor: Sensor,
        picture: Picture,
        area: &Aoi,
        dates: DateRange,
        resolution: f64,
    ) -> Result<ProcessRequest, Stop<PipelineError>> {
        let [west, south, east, north] = area.bbox();
        let middle = (west + if east < west { east + 360.0 } else { east }) / 2.0;
        let crs = utm_crs(if middle > 180.0 { middle - 360.0 } else { middle }, (south + north) / 2.0);
        let outline = prepare::project(&self.res, area, crs.clone()).await?;
        let Some(r) = outline.bounding_rect() else { return Err(Stop::Failed(PipelineError::Worker)) };
        let bounds = Bounds { west: r.min().x, south: r.min().y, east: r.max().x, north: r.max().y };
        let grid =
            Grid::covering(crs, bounds, resolution, (0.0, 0.0)).map_err(|error| Stop::Failed(PipelineError::NoGrid(error.to_string())))?;
        let moment = |at: DateTime| at.to_zoned(TimeZone::UTC).map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp());
        let times = (moment(dates.from().at(0, 0, 0, 0)), moment(dates.to().at(23, 59, 59, 0)));
        let mut request = ProcessRequest::new(sensor, picture, grid, times);
        request.clip = Some(outline);
        if let Some(url) =
            self.providers().into_iter().find_map(|provider| if let Kind::SentinelHub { url } = provider.kind { Some(url) } else { None })
        {
            request.url = url;
        }
        Ok(request)
    }

    /// Has a picture computed and written to a file, which is there whole or not at all. Returns its bytes. It is paid for in processing units.
    pub async fn compute(&self, request: &ProcessRequest, to: &Path, monitor: &dyn Monitor) -> Result<u64, Stop<PipelineError>> {
        lift(process(&self.res.client, request, to, monitor).await)
    }
}

//! Pixels without any clear look in the period, from looks around it.

use std::sync::Arc;

use swath_domain::Gaps;
use swath_raster::composite::gaps::{GapMethod, gaps};

use super::{Block, Made, Run, compose, decide, fetch};
use crate::{engine::Resources, error::Outcome, progress::JobMonitor, sources::Read};

/// Fills what is empty in the area. Nothing is fetched for a block that has no gap.
pub(super) async fn fill(
    res: &Arc<Resources>,
    run: &Arc<Run>,
    block: &Block,
    made: Made,
    reads: &mut Vec<Read>,
    monitor: &Arc<JobMonitor>,
) -> Outcome<Made> {
    let holes = {
        let (run, block) = (run.clone(), block.clone());
        let empty: Vec<bool> = (0..block.computed.pixels()).map(|at| made.composite.bands.iter().any(|band| band[at] == 0)).collect();
        res.cpu
            .run(move || {
                let inside = decide::inside(&run, &block)?.unwrap_or_default();
                Ok(inside.iter().zip(&empty).map(|(inside, empty)| if *empty { *inside } else { 0 }).collect::<Vec<u8>>())
            })
            .await?
    };
    let method = match run.image.step.gaps {
        Gaps::Empty => return Ok(made),
        Gaps::Nearest(_) => GapMethod::Nearest,
        Gaps::Linear(_) => GapMethod::Linear,
        Gaps::Smooth(_) => GapMethod::Smooth,
        Gaps::Similar(_) => GapMethod::Similar,
    };
    if !holes.contains(&255) {
        return Ok(made);
    }
    let (needed, holes) = {
        let (run, block, monitor) = (run.clone(), block.clone(), monitor.clone());
        res.cpu.run(move || Ok((decide::for_gaps(&run, &block, &holes, &*monitor)?, holes))).await?
    };
    if needed.is_empty() {
        return Ok(made);
    }
    let served = fetch::fetch(res, run, block, &needed, monitor).await?;
    reads.extend(fetch::reads(run, &needed, &served));
    let (run, block, monitor) = (run.clone(), block.clone(), monitor.clone());
    res.cpu
        .run(move || {
            let mut looks = compose::read(&run, &block, &needed, &served, &*monitor)?;
            run.corrections.apply(&mut looks, block.place(&run.plan.target.grid));
            let mut made = made;
            // How pixels came to be is a byte where it is filled, and numbers from 100 on are ways of filling.
            let mut how: Vec<u8> = made.how.iter().map(|how| *how as u8).collect();
            gaps(&mut made.composite, &mut how, &looks, run.image.middle, method, block.computed.width as usize);
            made.how = how.into_iter().map(|code| compose::of_filling(code, swath_domain::how::IN_TIME)).collect();
            // What lies outside the area stays empty.
            let holes = holes.iter().map(|hole| *hole == 255);
            for (at, _) in holes.enumerate().filter(|(_, hole)| !hole) {
                if made.how[at] >= swath_domain::how::IN_TIME && made.how[at] <= swath_domain::how::SIMILAR {
                    made.clear(at);
                }
            }
            Ok(made)
        })
        .await
}

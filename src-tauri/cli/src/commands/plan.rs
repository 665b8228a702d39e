//! `swath plan`

use swath_domain::{Placement, Plan};

use crate::args::PlanArgs;
use crate::failure::Outcome;
use crate::session::Session;
use crate::table::{bands, bytes, grid};
use crate::{find, read};

/// Prints what a run would do and cost.
pub(crate) async fn plan(session: &Session, args: PlanArgs) -> Outcome {
    let recipe = read::recipe(&args.recipe)?;
    let engine = session.engine(&args.limits)?;
    let scenes = find::for_recipe(session, &engine, &recipe).await?;
    let plan = engine.plan(&recipe, scenes, &session.interrupt).await?;
    session.out.event("plan", "plan", &plan);
    for (what, value) in tell(&plan) {
        session.out.line(format!("{what:10} {value}"));
    }
    for (scene, why) in &plan.left_out {
        session.out.line(format!("left out   {scene}: {why}"));
    }
    Ok(())
}

fn tell(plan: &Plan) -> Vec<(&'static str, String)> {
    let scenes: usize = plan.looks.iter().map(|look| look.scenes.len()).sum();
    let days = match plan.looks.as_slice() {
        [] => String::new(),
        [first, ..] => {
            let last = plan.looks.last().unwrap_or(first);
            format!(", {} to {}", first.datetime.strftime("%Y-%m-%d"), last.datetime.strftime("%Y-%m-%d"))
        }
    };
    let warped = plan.looks.iter().flat_map(|l| &l.scenes).filter(|s| s.bands.iter().any(|b| b.placement == Placement::Warped)).count();
    let estimate = plan.estimate;
    vec![
        ("image", grid(&plan.target.grid)),
        ("bands", bands(plan.bands.iter().copied())),
        ("blocks", format!("{}{}", plan.blocks.len(), if plan.target.clip { ", clipped to the area" } else { "" })),
        ("looks", format!("{} of {scenes} scenes{days}", plan.looks.len())),
        ("resampled", if warped == 0 { "no scene needs warping".to_owned() } else { format!("{warped} of {scenes} scenes are warped") }),
        (
            "network",
            format!("at most {}, {} are in the cache", bytes(estimate.fetch_bytes - estimate.cached_bytes), bytes(estimate.cached_bytes)),
        ),
        ("disk", format!("{} while it runs, {} in the end", bytes(estimate.disk_bytes), bytes(estimate.product_bytes))),
        ("memory", bytes(estimate.memory_bytes)),
    ]
}

//! Runs one job and tells its stages, so that a test can kill it at any moment.
//!
//! `swath-crash-run DATA-FOLDER CATALOGUE-URL RECIPE.json`

use std::io::Write;
use std::path::Path;

use swath_domain::Recipe;
use swath_tests::rig::{Rig, catalogue_at};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [data, url, recipe] = arguments.as_slice() else { return Err("expected DATA-FOLDER CATALOGUE-URL RECIPE.json".into()) };
    let rig = Rig::over(Path::new(data), &[catalogue_at(url)]);
    let id = rig.submit(&Recipe::from_json(&std::fs::read_to_string(recipe)?)?);
    let mut told = None;
    loop {
        let job = rig.job(id);
        let stage = job.progress.stages.last().map(|stage| stage.stage.name());
        if stage != told
            && let Some(name) = stage
        {
            writeln!(std::io::stdout(), "{name}")?;
            std::io::stdout().flush()?;
            told = stage;
        }
        if job.state.is_final() {
            writeln!(std::io::stdout(), "{}", job.state)?;
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

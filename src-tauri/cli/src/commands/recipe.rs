//! `swath recipe`

use std::path::PathBuf;

use swath_domain::{ByHand, DateRange, HandClass, MaskStep, Recipe, SearchStep, Sensor, Step, WriteStep};

use crate::areas;
use crate::args::{MaskChoice, NewArgs, PlaceArgs, RecipeCommand, by_hand};
use crate::failure::{Failure, Outcome};
use crate::read;
use crate::session::Session;

/// Checks a recipe, or prints the schema.
pub(crate) fn recipe(session: &Session, command: RecipeCommand) -> Outcome {
    match command {
        RecipeCommand::New(args) => {
            let recipe = new(session, &args)?;
            session.out.event("recipe", "recipe", &recipe);
            session.out.line(recipe.to_json().trim_end());
        }
        RecipeCommand::Check { recipe } => {
            let recipe = read::recipe(&recipe)?;
            session.out.event("recipe", "recipe", &recipe);
            let steps: Vec<_> = recipe.steps.iter().map(|step| step.name()).collect();
            let (dates, area) = (recipe.dates, recipe.area.area_m2() / 1e6);
            session.out.line(format!("{}: {} over {area:.1} km², {} to {}", recipe.name, steps.join(" > "), dates.from(), dates.to()));
        }
        RecipeCommand::Schema => {
            let schema = Recipe::json_schema();
            session.out.event("schema", "schema", &schema);
            let text = serde_json::to_string_pretty(&schema);
            session.out.line(text.map_err(|error| Failure::failed("internal", error.to_string()))?);
        }
    }
    Ok(())
}

/// The recipe that the arguments describe, checked as if it had been read from a file.
fn new(session: &Session, args: &NewArgs) -> Outcome<Recipe> {
    let dates = DateRange::new(args.from, args.to).map_err(|error| Failure::usage("invalid-dates", error.to_string()))?;
    let search = SearchStep {
        sensors: if args.sensor.is_empty() { vec![Sensor::Sentinel2L2a] } else { args.sensor.clone() },
        providers: (!args.provider.is_empty()).then(|| args.provider.clone()),
        max_cloud: args.filters.max_cloud,
        filters: args.filters.filters(),
        scenes: None,
        exclude: args.exclude.clone(),
    };
    let mut steps = vec![Step::Search(search)];
    if let MaskChoice::By(from) = &args.mask.mask {
        let mut drawn = polygons(session, HandClass::Cloud, &args.mask.cloud_here)?;
        drawn.extend(polygons(session, HandClass::Clear, &args.mask.clear_here)?);
        steps.push(Step::Mask(MaskStep {
            from: from.clone(),
            drop: if args.mask.drop.is_empty() { MaskStep::default_drop() } else { args.mask.drop.clone() },
            cloud_buffer_m: args.mask.cloud_buffer,
            shadow_buffer_m: args.mask.shadow_buffer,
            edge_m: args.mask.edge,
            by_hand: drawn,
            ..MaskStep::default()
        }));
    }
    steps.push(Step::Composite(args.composite.step()));
    steps.push(Step::Write(WriteStep { compression: args.composite.compression }));
    let area = areas::area(session, &args.place)?;
    let recipe = Recipe { version: Recipe::VERSION, name: args.title.clone(), area, dates, steps };
    Ok(Recipe::from_json(&recipe.to_json())?)
}

fn polygons(session: &Session, shows: HandClass, files: &[PathBuf]) -> Outcome<Vec<ByHand>> {
    let area = |file: &PathBuf| areas::area(session, &PlaceArgs::of(file.display().to_string()));
    files.iter().map(|file| Ok(by_hand(shows, area(file)?))).collect()
}

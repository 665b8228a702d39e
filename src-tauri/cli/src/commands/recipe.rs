//! `swath recipe`

use swath_domain::Recipe;

use crate::args::RecipeCommand;
use crate::failure::{Failure, Outcome};
use crate::read;
use crate::session::Session;

/// Checks a recipe, or prints the schema.
pub(crate) fn recipe(session: &Session, command: RecipeCommand) -> Outcome {
    match command {
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

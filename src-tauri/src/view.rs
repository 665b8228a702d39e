//! The contract between the window and its page: every shape that crosses, in the words of the page.
//!
//! JSON is camelCase, enums of words are kebab-case, coordinates are degrees with MultiPolygon nesting, days are `YYYY-MM-DD` and moments
//! RFC 3339. Numbers are plain JavaScript numbers: none of them comes near 2^53, and none is ever infinite. The domain's types do not
//! change because the page wants another shape; these do. `bindings.rs` turns them into TypeScript.

mod area;
mod job;
mod library;
mod recipe;
mod search;
mod settings;
mod words;

pub use area::{AreaDropped, AreaView, Bbox, Coordinates};
pub use job::{JobEvent, JobView, StageView};
pub use library::{AppInfo, BandStretch, BasemapView, DemoEvent, DemoView, ProductView};
pub use recipe::{PlanView, RecipeChoice};
pub use search::{ClearShareEvent, ProviderView, QueryView, SceneView, SearchEvent, Shares};
pub use settings::{Language, LimitsView, Settings, Theme};
pub(crate) use words::{BandName, JobStateName, SensorName, StageName};
pub use words::{Bytes, ErrorCode, IpcError, JobId, ProductId};

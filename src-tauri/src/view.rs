//! The contract between the window and its page: every shape that crosses, in the words of the page.
//!
//! JSON is camelCase, enums of words are kebab-case, coordinates are degrees with MultiPolygon nesting, days are `YYYY-MM-DD` and moments
//! RFC 3339. Numbers are plain JavaScript numbers: none of them comes near 2^53, and none is ever infinite. The domain's types do not
//! change because the page wants another shape; these do. `bindings.rs` turns them into TypeScript.

mod account;
mod area;
mod area_file;
mod download;
mod filters;
mod holding;
mod image;
mod job;
mod library;
mod mask;
mod place;
mod provider;
mod recipe;
mod report;
mod scene;
mod search;
mod settings;
mod transfer;
mod words;

pub use account::{AccountId, AccountStateView, AccountView, FieldView};
pub use area::{AreaView, Bbox, Coordinates};
pub use area_file::{AreaDropped, AreaFeatureView, AreaFileKey, AreaFileView, AreaFormat, AreaLayerView, PointsChoice};
pub use download::{BandId, ChoiceView, FindingKind, FindingView, OrderChoice, OrderedView, PreflightView, WantedView};
pub use filters::{FiltersView, PeriodView, SeasonView};
pub use holding::{
    ContentKind, ContentView, HoldingFilterView, HoldingStateName, HoldingView, MoveEvent, RelinkedView, RootView, VerifyEvent,
};
pub use image::{BestPixelChoice, EveryChoice, GapsChoice, GapsHow, ImageChoice, IndexName, MethodChoice, OrderBy};
pub use job::{JobEvent, JobView, StageView};
pub use library::{AppInfo, BandStretch, BasemapView, DemoEvent, DemoView, ProductView};
pub use mask::{HandChoice, HandShows, MaskChoice, MaskFrom, ModelView};
pub use place::{PlaceKindView, PlaceView};
pub use provider::ProviderView;
pub use recipe::{PlanView, RecipeChoice, TouchUpView};
pub use report::{HowView, ProductReportView, QualityLayerView};
pub use scene::{AccessView, PackageView, SceneView};
pub use search::{ClearShareEvent, LackView, QueryView, SearchEvent, Shares};
pub use settings::{HoursView, Language, LimitsView, Settings, Theme, TransferSettings};
pub use transfer::{TransferEvent, TransferView, WaitingFor, WaitingView};
pub(crate) use words::{
    AccountName, BandName, FormName, JobStateName, LayerName, OrbitName, SensorName, StageName, TierName, TransferStageName,
    TransferStateName,
};
pub use words::{BatchId, Bytes, ErrorCode, HoldingId, IpcError, JobId, ProductId, TransferId};

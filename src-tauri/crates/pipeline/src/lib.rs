//! Runs recipes: the only crate that spawns.
//!
//! An [`Engine`] is opened once per process over a library, an HTTP client and a range cache. A recipe becomes a row
//! ([`Engine::submit`]) before it becomes a task; the task takes its slot, reads the row again and walks through the [`stages`]:
//!
//! ```text
//! search   ask the catalogues, keep the scenes in the row          network
//! masks    headers, the plan, and one small mask of each scene     network + CPU
//! blocks   per block: which scenes have a clear pixel here (CPU),  network + CPU + disk
//!          fetch only those, mask, composite, write to the canvas
//! write    canvas -> cloud-optimised GeoTIFFs, thumbnail, record   CPU + disk
//! publish  rename into the library, one transaction                disk
//! ```
//!
//! Everything a task does is reported to one [`progress`] monitor, which is also how it is paused and cancelled. Because every stage
//! begins by looking at what is there (scenes and plan in the row, byte ranges in the cache, finished blocks in the canvas's journal),
//! resuming after a pause, an error or a crash is the same act as running.
//!
//! Scenes themselves come as [`transfers`] ([`Engine::order`]): a queue of its own beside the jobs, by the same rules, with waits where a job
//! would fail.

mod computed;
mod corrections;
mod cpu;
mod engine;
mod error;
mod evening;
mod layers;
mod lend;
mod limits;
mod matching;
mod method;
mod parts;
mod picture;
mod prepare;
mod progress;
mod queue;
mod run;
mod search;
mod shares;
mod sources;
mod stages;
mod transfers;

pub use engine::{Engine, EngineOptions, JobEvent};
pub use error::{PipelineError, SourceFailure};
pub use limits::Limits;
pub use search::{SearchUpdate, Searched};
pub use shares::ClearShare;
pub use transfers::{Choice, Finding, Hours, Order, Ordered, Preflight, TransferEvent, TransferRules, Verified, VerifySummary};

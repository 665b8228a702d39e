//! Why a run ends early, sorted by what a user can do about it.

use swath_domain::{Band, JobError, PlanError, RecipeError, SceneId, Stop};
use swath_library::LibraryError;
use swath_model::ModelError;
use swath_package::PackageError;
use swath_raster::RasterError;
use swath_remote::RemoteError;

use crate::transfers::Finding;

/// Why a run, a plan or a look at a scene failed.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// A server or the network.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// A raster file.
    #[error(transparent)]
    Raster(#[from] RasterError),
    /// The library.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// A whole product on this computer.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// The recipe and the scenes do not make an image.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The user's own cloud model.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The model is not the one that the recipe was made with.
    #[error("{0} (or the card beside it) is not the model that the recipe was made with; choose that one, or make the recipe anew")]
    OtherModel(String),
    /// Nobody can tell cloud from ground in a scene.
    #[error("no mask can be made of {scene}: {why}; choose another mask, or leave this scene out")]
    NoMask {
        /// Which scene.
        scene: SceneId,
        /// Why not.
        why: String,
    },
    /// The recipe itself.
    #[error("the recipe is wrong at {0}")]
    Recipe(#[from] RecipeError),
    /// The recipe names a catalogue that is not there.
    #[error("there is no catalogue `{0}`; add it to the providers folder or take it out of the recipe")]
    UnknownProvider(String),
    /// All catalogues failed.
    #[error("no catalogue answered: {0}")]
    NoProvider(String),
    /// Scenes named in the recipe were not found.
    #[error("{0} of the scenes named in the recipe were not found, the first of them {1}; search again and choose from what is there")]
    ScenesGone(usize, String),
    /// A scene named in the recipe is known only to a catalogue that failed.
    #[error(
        "{scene} is named in the recipe, and its catalogue {provider} did not answer: {why}; run again when it does, or take the scene out"
    )]
    SceneUnanswered {
        /// Which scene.
        scene: String,
        /// Its catalogue.
        provider: String,
        /// The catalogue's words.
        why: String,
    },
    /// A file could not be written.
    #[error("{path} could not be written: {error}")]
    Io {
        /// Which.
        path: String,
        /// The system's words.
        error: std::io::Error,
    },
    /// The catalogue and the file disagree.
    #[error("{0} has another number of pixels than the catalogue says; search again, or leave this scene out")]
    AnotherGrid(String),
    /// Something about one layer of one scene.
    #[error("{}", of_source(.scene, *.band, .error))]
    Source {
        /// Which scene.
        scene: SceneId,
        /// Which of its layers.
        band: Band,
        /// What about it.
        error: Box<PipelineError>,
    },
    /// No place where a layer lies has served.
    #[error("{band} of {scene} cannot be had from any of its {} sources: {}", failures.len(), of_sources(failures))]
    AllSources {
        /// Which scene.
        scene: SceneId,
        /// Which of its layers.
        band: Band,
        /// What each source said, the best first.
        failures: Vec<SourceFailure>,
    },
    /// No place where a file lies has given it.
    #[error("{file} of {scene} cannot be had: {}", of_sources(failures))]
    File {
        /// Which scene.
        scene: SceneId,
        /// Name of the file.
        file: String,
        /// What each source said, the best first.
        failures: Vec<SourceFailure>,
    },
    /// A product whose own list of files cannot be followed.
    #[error(
        "the files of {scene} are not fetched, since its list of files names `{name}`, and {why}; choose another form of it, or another scene"
    )]
    Listed {
        /// Which scene.
        scene: SceneId,
        /// Which file.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// A source that was not asked, and why.
    #[error("{0}")]
    Avoided(String),
    /// An area without a grid of the wanted resolution.
    #[error("there is no picture of this area with such pixels ({0}): choose another resolution")]
    NoGrid(String),
    /// An order that cannot be taken.
    #[error("this cannot be ordered: {}", findings.iter().filter(|f| f.refuses()).map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Refused {
        /// What stands in its way, and what else was found.
        findings: Vec<Finding>,
    },
    /// A worker thread ended unexpectedly.
    #[error("a worker ended unexpectedly; please report this with the log file")]
    Worker,
}

/// What one source of a layer said.
#[derive(Debug)]
pub struct SourceFailure {
    /// The catalogue that named it.
    pub provider: String,
    /// Why it did not serve.
    pub error: PipelineError,
}

impl SourceFailure {
    /// As [`PipelineError::code`]; an image that cannot be read is no fault of this program when it came from a source.
    pub(crate) fn code(&self) -> &'static str {
        match &self.error {
            PipelineError::Raster(RasterError::Open { .. } | RasterError::Read { .. }) => "not-that-file",
            error => error.code(),
        }
    }
}

impl PipelineError {
    /// The word that the window acts on.
    pub fn code(&self) -> &'static str {
        match self {
            PipelineError::Remote(error) => error.code(),
            PipelineError::Source { error, .. } => error.code(),
            // An account that is missing is no reason where another source failed for a better one.
            PipelineError::AllSources { failures, .. } | PipelineError::File { failures, .. } => {
                let mut codes = failures.iter().map(SourceFailure::code);
                codes
                    .find(|code| *code != "needs-account" && *code != "unsupported")
                    .or(failures.first().map(SourceFailure::code))
                    .unwrap_or("internal")
            }
            PipelineError::Avoided(_) => "provider-failed",
            PipelineError::Raster(RasterError::DiskFull { .. }) | PipelineError::Package(PackageError::DiskFull { .. }) => "disk-full",
            PipelineError::Package(PackageError::Damaged { .. } | PackageError::Harmful { .. }) | PipelineError::Listed { .. } => {
                "not-that-file"
            }
            PipelineError::Library(error) => error.code(),
            PipelineError::Plan(PlanError::NoScenes(_)) => "no-scenes",
            PipelineError::Plan(_) | PipelineError::Recipe(_) | PipelineError::UnknownProvider(_) | PipelineError::NoGrid(_) => {
                "invalid-recipe"
            }
            PipelineError::Model(_) | PipelineError::OtherModel(_) | PipelineError::NoMask { .. } => "invalid-recipe",
            PipelineError::NoProvider(_) | PipelineError::SceneUnanswered { .. } => "provider-failed",
            PipelineError::ScenesGone(..) => "no-scenes",
            PipelineError::Io { error, .. } if error.kind() == std::io::ErrorKind::StorageFull => "disk-full",
            PipelineError::AnotherGrid(_) => "provider-failed",
            PipelineError::Refused { .. } => "refused",
            PipelineError::Raster(_) | PipelineError::Package(_) | PipelineError::Io { .. } | PipelineError::Worker => "internal",
        }
    }

    /// As kept in the job's row.
    pub fn to_job_error(&self) -> JobError {
        JobError { code: self.code().to_owned(), message: self.to_string() }
    }
}

/// Names the scene and its layer; of pixels that cannot be read, the place in the cache says nothing to a user.
fn of_source(scene: &SceneId, band: Band, error: &PipelineError) -> String {
    match error {
        PipelineError::Raster(RasterError::Read { words, .. }) => {
            format!(
                "{band} of {scene} cannot be read ({words}): the file is damaged at its source; leave this scene out, or try again later"
            )
        }
        error => format!("{band} of {scene}: {error}"),
    }
}

/// One source after the other, each with its words.
fn of_sources(failures: &[SourceFailure]) -> String {
    let words = |failure: &SourceFailure| match &failure.error {
        // The place in the cache says nothing to a user.
        PipelineError::Raster(RasterError::Read { words, .. } | RasterError::Open { words, .. }) => {
            format!("{}: the file is damaged ({words})", failure.provider)
        }
        PipelineError::Package(PackageError::Damaged { what, .. }) => format!("{}: the file is damaged ({what})", failure.provider),
        PipelineError::Package(PackageError::Harmful { what, .. }) => format!("{}: the file is harmful ({what})", failure.provider),
        error => format!("{}: {error}", failure.provider),
    };
    failures.iter().map(words).collect::<Vec<_>>().join("; ")
}

/// Names the layer of a scene in a failure.
pub(crate) fn name<T>(scene: &SceneId, band: Band, outcome: Outcome<T>) -> Outcome<T> {
    outcome.map_err(|stop| stop.map(|error| PipelineError::Source { scene: scene.clone(), band, error: Box::new(error) }))
}

/// The result of work that can be stopped.
pub(crate) type Outcome<T> = Result<T, Stop<PipelineError>>;

/// `?` cannot convert inside a [`Stop`], so stops of the lower crates are lifted by name.
pub(crate) fn lift<T, E: Into<PipelineError>>(result: Result<T, Stop<E>>) -> Outcome<T> {
    result.map_err(|stop| stop.map(Into::into))
}

/// The same for plain errors.
pub(crate) fn fail<T, E: Into<PipelineError>>(result: Result<T, E>) -> Outcome<T> {
    result.map_err(|error| Stop::Failed(error.into()))
}

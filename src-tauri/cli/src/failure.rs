//! How a command ends when it does not succeed: an exit code for scripts and a sentence for people.

use swath_demo::DemoError;
use swath_domain::{JobError, RecipeError, Stop};
use swath_library::LibraryError;
use swath_pipeline::PipelineError;
use swath_remote::{AccountError, ServicesFileError, provider::ProviderFileError};

/// Exit codes, as the help tells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// It could not be done.
    Failed = 1,
    /// Wrong arguments, or a wrong recipe, area or provider file.
    Usage = 2,
    /// No scenes, or no such job or product.
    Nothing = 3,
    /// No catalogue answered, or the network failed.
    Provider = 4,
    /// Some catalogues failed, others answered.
    Partly = 5,
    /// Ctrl-C.
    Cancelled = 130,
}

/// Why a command did not succeed.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    /// A word that programs can act on.
    pub(crate) code: String,
    /// What happened, why, and what to do.
    pub(crate) message: String,
}

/// How commands end.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    pub(crate) fn new(exit: Exit, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { exit, code: code.into(), message: message.into() }
    }

    pub(crate) fn failed(code: &str, message: impl Into<String>) -> Self {
        Self::new(Exit::Failed, code, message)
    }

    pub(crate) fn usage(code: &str, message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, code, message)
    }

    pub(crate) fn nothing(code: &str, message: impl Into<String>) -> Self {
        Self::new(Exit::Nothing, code, message)
    }

    pub(crate) fn cancelled(message: impl Into<String>) -> Self {
        Self::new(Exit::Cancelled, "cancelled", message)
    }

    /// Why a job failed, with what to do about the job.
    pub(crate) fn of_job(id: swath_domain::JobId, error: Option<&JobError>) -> Self {
        let code = error.map_or("failed", |e| e.code.as_str());
        let why = error.map_or("it does not say why", |e| e.message.as_str());
        Self::new(exit_of(code), code, format!("job {id} failed: {why}\nTry again with `swath jobs retry {id}`; what was fetched is kept."))
    }
}

/// The exit code that belongs to a code of the lower crates.
pub(crate) fn exit_of(code: &str) -> Exit {
    match code {
        "invalid-recipe" => Exit::Usage,
        "needs-account" => Exit::Provider,
        "no-scenes" | "not-found" => Exit::Nothing,
        "provider-failed" | "offline" | "not-that-file" | "quota" => Exit::Provider,
        _ => Exit::Failed,
    }
}

impl From<PipelineError> for Failure {
    fn from(error: PipelineError) -> Self {
        Self::new(exit_of(error.code()), error.code(), error.to_string())
    }
}

impl From<AccountError> for Failure {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::NoSuchField { .. } | AccountError::Lacks { .. } => Self::usage("invalid-account", error.to_string()),
            AccountError::Keychain { .. } => Self::failed("keychain", error.to_string()),
        }
    }
}

impl From<LibraryError> for Failure {
    fn from(error: LibraryError) -> Self {
        Self::new(exit_of(error.code()), error.code(), error.to_string())
    }
}

impl From<ProviderFileError> for Failure {
    fn from(error: ProviderFileError) -> Self {
        Self::usage("invalid-provider", error.to_string())
    }
}

impl From<ServicesFileError> for Failure {
    fn from(error: ServicesFileError) -> Self {
        Self::usage("invalid-services", error.to_string())
    }
}

impl From<RecipeError> for Failure {
    fn from(error: RecipeError) -> Self {
        Self::usage("invalid-recipe", format!("the recipe is wrong at {error}\nCheck it again with `swath recipe check FILE`."))
    }
}

impl From<DemoError> for Failure {
    fn from(error: DemoError) -> Self {
        match error {
            DemoError::Option { .. } => Self::usage("invalid-option", error.to_string()),
            _ => Self::failed("demo-failed", error.to_string()),
        }
    }
}

impl<E: Into<Failure>> From<Stop<E>> for Failure {
    fn from(stop: Stop<E>) -> Self {
        match stop {
            Stop::Cancelled => Self::cancelled("cancelled"),
            Stop::Failed(error) => error.into(),
        }
    }
}

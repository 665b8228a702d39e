//! From the errors of the lower crates to what the page is told.

use std::error::Error;

use swath_domain::{AoiError, DateRangeError, RecipeError, Stop};
use swath_library::LibraryError;
use swath_pipeline::PipelineError;
use swath_raster::vector::VectorError;
use swath_remote::AccountError;

use crate::view::{ErrorCode, IpcError};

impl IpcError {
    /// Without longer words.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), detail: None }
    }

    /// With the words of what it comes from, outermost first, one a line.
    pub fn because(mut self, cause: &(dyn Error + 'static)) -> Self {
        let mut words = cause.to_string();
        let mut deeper = cause.source();
        while let Some(error) = deeper {
            words.push('\n');
            words += &error.to_string();
            deeper = error.source();
        }
        self.detail = Some(words).filter(|words| *words != self.message);
        self
    }

    /// Somebody asked for it, or a newer request has taken its place.
    pub fn cancelled() -> Self {
        Self::new(ErrorCode::Cancelled, "this was stopped, or a newer request has taken its place")
    }

    fn of(code: ErrorCode, error: &(dyn Error + 'static)) -> Self {
        Self::new(code, error.to_string()).because(error)
    }
}

impl From<AoiError> for IpcError {
    fn from(error: AoiError) -> Self {
        Self::of(ErrorCode::InvalidArea, &error)
    }
}

impl From<DateRangeError> for IpcError {
    fn from(error: DateRangeError) -> Self {
        Self::of(ErrorCode::InvalidDates, &error)
    }
}

impl From<RecipeError> for IpcError {
    fn from(error: RecipeError) -> Self {
        Self::of(ErrorCode::InvalidRecipe, &error)
    }
}

impl From<LibraryError> for IpcError {
    fn from(error: LibraryError) -> Self {
        Self::of(ErrorCode::of(error.code()), &error)
    }
}

/// An account that lacks something, or a keychain that does not let go; none of the words is a secret.
impl From<AccountError> for IpcError {
    fn from(error: AccountError) -> Self {
        let code = if matches!(error, AccountError::Lacks { .. }) { ErrorCode::NeedsAccount } else { ErrorCode::Internal };
        Self::of(code, &error)
    }
}

/// Whatever is wrong with a file or a text, the page can do no more than show the words.
impl From<VectorError> for IpcError {
    fn from(error: VectorError) -> Self {
        let code = match error {
            VectorError::Write { .. } => ErrorCode::Internal,
            _ => ErrorCode::InvalidArea,
        };
        Self::of(code, &error)
    }
}

impl From<PipelineError> for IpcError {
    fn from(error: PipelineError) -> Self {
        Self::of(ErrorCode::of(error.code()), &error)
    }
}

/// Being cancelled is an outcome inside the program; a page that waits for an answer has to be told.
impl<E: Into<IpcError>> From<Stop<E>> for IpcError {
    fn from(stop: Stop<E>) -> Self {
        match stop {
            Stop::Cancelled => Self::cancelled(),
            Stop::Failed(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_follow_what_the_page_can_do() {
        let check = |error: IpcError, code: ErrorCode| assert_eq!(error.code, code, "{error:?}");
        check(AoiError::Empty.into(), ErrorCode::InvalidArea);
        check(LibraryError::DiskFull.into(), ErrorCode::DiskFull);
        check(PipelineError::UnknownProvider("x".into()).into(), ErrorCode::InvalidRecipe);
        check(PipelineError::ScenesGone(1, "a/b/c".into()).into(), ErrorCode::NoScenes);
        check(PipelineError::Library(LibraryError::NotFound { what: "job 7".into() }).into(), ErrorCode::NotFound);
        check(Stop::<PipelineError>::Cancelled.into(), ErrorCode::Cancelled);
        check(PipelineError::Worker.into(), ErrorCode::Internal);
    }

    #[test]
    fn longer_words_are_kept_only_where_they_say_more() {
        let plain = IpcError::from(LibraryError::DiskFull);
        assert_eq!(plain.detail, None);
        let io = std::io::Error::other("the cable is out");
        let told = IpcError::new(ErrorCode::Internal, "the file cannot be read").because(&io);
        assert_eq!(told.detail.as_deref(), Some("the cable is out"));
    }
}

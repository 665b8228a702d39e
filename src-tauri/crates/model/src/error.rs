//! What can go wrong with a model, by what the caller can do about it.

use std::io;
use std::path::{Path, PathBuf};

/// Why a model cannot be used, or gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// A file cannot be read.
    #[error("{} cannot be read ({words}): check that it is there and may be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's words.
        words: String,
    },
    /// The card is missing, is no card, or does not fit the model: to be mended in the card.
    #[error("the card {} does not do: {what}", path.display())]
    Card {
        /// The card.
        path: PathBuf,
        /// What is wrong, and what would be right.
        what: String,
    },
    /// The model file is of another kind, damaged, or does what is not allowed here: to be exported again, or left.
    #[error("{} cannot be used as a model: {what}", path.display())]
    File {
        /// The model.
        path: PathBuf,
        /// What is wrong, and what would be right.
        what: String,
    },
    /// The model ran and gave something that is no answer.
    #[error("{} gave no usable answer: {what}", path.display())]
    Answer {
        /// The model.
        path: PathBuf,
        /// What it gave, and what may be the reason.
        what: String,
    },
    /// The pixels that were handed over do not fit together or do not fit the card.
    #[error("these pixels cannot be classified: {what}")]
    Pixels {
        /// What does not fit.
        what: String,
    },
}

impl ModelError {
    pub(crate) fn read(path: &Path, error: &io::Error) -> Self {
        Self::Read { path: path.into(), words: error.to_string() }
    }
}

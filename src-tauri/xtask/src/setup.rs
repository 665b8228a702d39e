//! From a bare machine to one that can build.

use crate::node;
use crate::packages::{self, Need};
use crate::process::Outcome;

/// What the command line needs.
pub(crate) fn engine() -> Outcome {
    packages::ensure(Need::Engine)
}

/// What the window needs.
pub(crate) fn window() -> Outcome {
    packages::ensure(Need::Window)?;
    node::ensure()
}

/// What the tests need.
pub(crate) fn tests() -> Outcome {
    packages::ensure(Need::Tests)?;
    node::ensure()
}

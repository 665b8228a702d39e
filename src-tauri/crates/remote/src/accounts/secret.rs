//! A text that must not be seen.

use std::sync::Arc;

use zeroize::Zeroizing;

/// A password, a key or a token. Shows itself as `…`, and its memory is overwritten when the last clone goes.
///
/// There is no way to its text outside of this crate, and it cannot be serialised, so that it gets into no log, message or file by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<Zeroizing<String>>);

impl Secret {
    pub(crate) fn new(text: String) -> Self {
        Self(Arc::new(Zeroizing::new(text)))
    }

    /// The text, for whoever puts it into a request.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_nothing() {
        let secret = Secret::new("hunter2".into());
        assert_eq!(format!("{secret:?} {:?} {:#?}", Some(&secret), vec![secret.clone()]).matches("hunter2").count(), 0);
        assert_eq!(secret.expose(), "hunter2");
    }
}

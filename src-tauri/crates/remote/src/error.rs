//! What can go wrong, by what the caller can do about it.

mod words;

use swath_domain::AccountKind;

pub(crate) use words::{repeats, words, words_without};

/// Why something could not be fetched. Never holds a query string.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RemoteError {
    /// No connection to the host.
    #[error("{host} cannot be reached ({why}); check the network connection and proxy settings and try again")]
    Connect {
        /// Host name.
        host: String,
        /// What the network layer says.
        why: String,
    },
    /// The host was silent for too long.
    #[error("{host} sent nothing for {seconds} s; it may be overloaded: try again later")]
    Timeout {
        /// Host name.
        host: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// The host refused.
    #[error("{host} answered {status}{}; {}", said(.words), advice(*.status))]
    Status {
        /// HTTP status.
        status: u16,
        /// Host name.
        host: String,
        /// The server's own words, shortened.
        words: String,
    },
    /// What came is not what was asked for: an error page, another length, another digest.
    #[error("{name} from {host} is not the file it should be: {why}; try again later or leave the scene out")]
    NotThatFile {
        /// File name.
        name: String,
        /// Host name.
        host: String,
        /// What is wrong with it.
        why: String,
    },
    /// A whole file came, and its digest is not the published one. It is kept beside its place under a name that ends with `.wrong`: a digest
    /// that was published wrong may be put right.
    #[error(
        "{name} from {host} does not have the {algorithm} digest that is published for it: its bytes are damaged, or the digest is; try again later or choose another source"
    )]
    WrongDigest {
        /// File name.
        name: String,
        /// Host name.
        host: String,
        /// `SHA-256`, `MD5` or `SHA3-256`.
        algorithm: &'static str,
    },
    /// The file on the server is no longer the one that was begun with. Its cached ranges have been dropped: open it again.
    #[error("{name} was replaced on {host} while it was being fetched; what was there has been dropped: run again to fetch the new one")]
    Changed {
        /// File name.
        name: String,
        /// Host name.
        host: String,
    },
    /// An answer that cannot be understood.
    #[error("the answer of {host} cannot be read: {what}; the service may be out of order: try again later")]
    Parse {
        /// Host name, or file name of a local catalogue.
        host: String,
        /// What is wrong.
        what: String,
    },
    /// It is not for everyone, and no account is there.
    #[error(
        "this needs an account of the kind `{account}`, which is not set up; add it in the settings or with `swath accounts set {account}`"
    )]
    NeedsAccount {
        /// Which kind.
        account: AccountKind,
    },
    /// The service does not accept the account.
    #[error(
        "{host} does not accept the account `{account}`{}; check it in the settings or set it anew with `swath accounts set {account}`",
        said(.words)
    )]
    Login {
        /// Which kind.
        account: AccountKind,
        /// Host name.
        host: String,
        /// The server's own words, shortened.
        words: String,
    },
    /// The login wants a one-time code, which only the user can give.
    #[error(
        "the session of the account `{account}` has ended, and a new one wants a one-time code; test the account in the settings, or with `swath accounts test {account}`, with a fresh code"
    )]
    NeedsCode {
        /// Which kind.
        account: AccountKind,
    },
    /// The host knows who asks, and does not allow it.
    #[error("{host} does not allow this{}; {advice}", said(.words))]
    Refused {
        /// HTTP status.
        status: u16,
        /// Host name.
        host: String,
        /// The server's own words, shortened.
        words: String,
        /// What to do.
        advice: &'static str,
    },
    /// Something that Swath does not do.
    #[error("{what} is not supported; choose another source")]
    Unsupported {
        /// What was asked for.
        what: String,
    },
    /// The local disk.
    #[error("the disk cannot be used ({what}); {}", if *.full { "free some disk space" } else { "check the folder's permissions" })]
    Disk {
        /// What the operating system says.
        what: String,
        /// No space left.
        full: bool,
    },
}

impl RemoteError {
    /// A word that the window acts on.
    pub fn code(&self) -> &'static str {
        match self {
            RemoteError::Connect { .. } => "offline",
            RemoteError::Timeout { .. } | RemoteError::Status { .. } | RemoteError::Refused { .. } | RemoteError::Parse { .. } => {
                "provider-failed"
            }
            RemoteError::NotThatFile { .. } | RemoteError::WrongDigest { .. } | RemoteError::Changed { .. } => "not-that-file",
            RemoteError::NeedsAccount { .. } | RemoteError::Login { .. } | RemoteError::NeedsCode { .. } => "needs-account",
            RemoteError::Unsupported { .. } => "unsupported",
            RemoteError::Disk { full: true, .. } => "disk-full",
            RemoteError::Disk { full: false, .. } => "disk",
        }
    }
}

impl From<std::io::Error> for RemoteError {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind::{QuotaExceeded, StorageFull};
        RemoteError::Disk { full: matches!(error.kind(), StorageFull | QuotaExceeded), what: error.to_string() }
    }
}

fn said(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(" (“{words}”)") }
}

fn advice(status: u16) -> &'static str {
    match status {
        401 | 403 => "it wants a login or does not allow this: choose another source",
        404 | 410 => "it no longer has this: search again",
        429 => "it asks for fewer requests: try again later",
        500.. => "the service has a problem: try again later",
        _ => "the request was not understood: search again",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_has_its_own_code() {
        assert_eq!(RemoteError::from(std::io::Error::from(std::io::ErrorKind::StorageFull)).code(), "disk-full");
        assert_eq!(RemoteError::from(std::io::Error::from(std::io::ErrorKind::PermissionDenied)).code(), "disk");
    }
}

//! What can go wrong, by what the caller can do about it.

use swath_domain::AccountKind;

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
    /// Something that Swath does not do.
    #[error("{what} is not supported; choose another source")]
    Unsupported {
        /// What was asked for.
        what: String,
    },
    /// The local disk.
    #[error("the cache cannot be used ({what}); {}", if *.full { "free some disk space" } else { "check the folder's permissions" })]
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
            RemoteError::Timeout { .. } | RemoteError::Status { .. } | RemoteError::Parse { .. } => "provider-failed",
            RemoteError::NotThatFile { .. } | RemoteError::Changed { .. } => "not-that-file",
            RemoteError::NeedsAccount { .. } => "needs-account",
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

/// A server's words, fit for a message: one line, no markup, no addresses with queries, at most 200 characters.
pub(crate) fn words(body: &str) -> String {
    let text = match serde_json::from_str::<serde_json::Value>(body) {
        Ok(json) => ["description", "message", "detail", "error", "errorMessage", "code"]
            .iter()
            .find_map(|key| json.get(key).and_then(|v| v.as_str()))
            .unwrap_or_default()
            .to_owned(),
        Err(_) => without_markup(body),
    };
    let clean = text.split_whitespace().map(without_query).collect::<Vec<_>>().join(" ");
    clean.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// An address in a server's words may carry a signature after its question mark.
fn without_query(word: &str) -> &str {
    let secret = word.contains("sig=") || word.to_ascii_lowercase().contains("token=") || word.contains("X-Amz-");
    match word.find('?') {
        Some(at) if word.contains("://") || secret || word.contains('=') => &word[..at],
        None if secret => "…",
        _ => word,
    }
}

fn without_markup(body: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in body.chars().take(4000) {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            c if !inside => text.push(c),
            _ => {}
        }
    }
    text
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
    fn words_of_servers_lose_markup_and_secrets() {
        for (body, expected) in [
            (r#"{"code":"BadRequest","description":"limit must be <= 1000"}"#, "limit must be <= 1000"),
            (r#"{"message":"Internal server error"}"#, "Internal server error"),
            ("<?xml version=\"1.0\"?><Error><Code>AuthenticationFailed</Code></Error>", "AuthenticationFailed"),
            ("see https://a.example/x.tif?sv=1&sig=SECRET now", "see https://a.example/x.tif now"),
            ("bad token=SECRET", "bad …"),
            ("", ""),
        ] {
            assert_eq!(words(body), expected);
        }
    }

    #[test]
    fn a_full_disk_has_its_own_code() {
        assert_eq!(RemoteError::from(std::io::Error::from(std::io::ErrorKind::StorageFull)).code(), "disk-full");
        assert_eq!(RemoteError::from(std::io::Error::from(std::io::ErrorKind::PermissionDenied)).code(), "disk");
    }
}

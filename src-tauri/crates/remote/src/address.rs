//! Addresses: what may be shown of them, which files they mean, and which a remote catalogue may not send us to.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use url::{Host, Url};

use crate::RemoteError;

/// The address of an asset or service.
pub(crate) fn parse(href: &str) -> Result<Url, RemoteError> {
    let url = Url::parse(href).map_err(|e| RemoteError::Unsupported { what: format!("the address `{}` ({e})", short(href)) })?;
    match url.scheme() {
        "http" | "https" if url.host_str().is_some() => Ok(url),
        "s3" if url.host_str().is_some_and(|bucket| !bucket.is_empty()) => Ok(url),
        "file" => Ok(url),
        other => Err(RemoteError::Unsupported { what: format!("an address that begins with `{other}:`") }),
    }
}

/// The local file that a `file:` address means.
pub(crate) fn file(url: &Url) -> Option<Result<PathBuf, RemoteError>> {
    let wrong = |()| RemoteError::Unsupported { what: format!("the address of `{}`, which is no local path,", name(url)) };
    (url.scheme() == "file").then(|| url.to_file_path().map_err(wrong))
}

/// Host and port, as the key of governors.
pub(crate) fn host(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => "this computer".to_owned(),
    }
}

/// The last part of the path: enough for a message, and never secret.
pub(crate) fn name(url: &Url) -> String {
    url.path_segments().and_then(|mut parts| parts.next_back()).filter(|name| !name.is_empty()).unwrap_or("the answer").to_owned()
}

/// An address without what follows its path.
pub(crate) fn short(href: &str) -> &str {
    href.split(['?', '#']).next().unwrap_or_default()
}

/// The id of a file in the cache: SHA-256 of its address without fragment and without signatures, which change from day to day.
pub(crate) fn cache_id(url: &Url) -> String {
    let mut canonical = url.clone();
    canonical.set_fragment(None);
    if is_signed(url) {
        canonical.set_query(None);
    }
    id(canonical.as_str())
}

/// A name of fixed length for a text that may be long or secret.
pub(crate) fn id(text: &str) -> String {
    hex(&Sha256::digest(text))
}

/// The name of a local file, for messages.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// A path with something added to its name.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}

/// Whether an address carries a signature, and with it the right to fetch what it names.
pub(crate) fn is_signed(url: &Url) -> bool {
    url.query_pairs().any(|(key, _)| key == "sig" || key == "Signature" || key.eq_ignore_ascii_case("x-amz-signature"))
}

/// Takes the signature out of an address that a catalogue signs itself: it is a secret, ends soon, and would be stored with the scene. A file
/// that needs it has to be reached with an account.
pub(crate) fn drop_signature(url: &mut Url) {
    if is_signed(url) {
        url.set_query(None);
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Whether the host is this computer.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => url.scheme() == "file",
    }
}

/// Whether the address lies on this computer or in a private network, where a catalogue on the open network has no business.
pub(crate) fn is_private(url: &Url) -> bool {
    let private = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified() || ip.is_broadcast(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local(),
    };
    match url.host() {
        // The name of a bucket, not of a machine.
        _ if url.scheme() == "s3" => false,
        Some(Host::Ipv4(ip)) => private(ip.into()),
        Some(Host::Ipv6(ip)) => private(ip.to_ipv4_mapped().map_or(IpAddr::V6(ip), IpAddr::V4)),
        Some(Host::Domain(name)) => is_loopback(url) || name.ends_with(".local") || name.ends_with(".internal") || !name.contains('.'),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_known() {
        for (href, private) in [
            ("https://earth-search.aws.element84.com/v1", false),
            ("https://93.184.216.34/a.tif", false),
            ("http://127.0.0.1:8080/a.tif", true),
            ("http://localhost/a", true),
            ("http://169.254.169.254/latest/meta-data", true),
            ("http://10.1.2.3/a", true),
            ("http://[::1]/a", true),
            ("http://[::ffff:192.168.1.1]/a", true),
            ("http://router/a", true),
            ("file:///etc/passwd", true),
            ("s3://eodata/Sentinel-2/a.jp2", false),
        ] {
            assert_eq!(is_private(&Url::parse(href).unwrap()), private, "{href}");
        }
    }

    #[test]
    fn signatures_do_not_change_the_id_of_a_file() {
        let id = |href| cache_id(&Url::parse(href).unwrap());
        assert_eq!(id("https://a.example/x.tif?se=1&sig=AB"), id("https://a.example/x.tif?se=2&sig=CD#f"));
        assert_eq!(id("https://a.example/x.tif?Expires=1&Signature=AB&Key-Pair-Id=K"), id("https://a.example/x.tif"));
        assert_ne!(id("https://a.example/x?file=1"), id("https://a.example/x?file=2"));
    }

    #[test]
    fn file_addresses_are_decoded() {
        let url = parse("file:///data/my%20scenes/%E6%99%B4.tif").unwrap();
        assert_eq!(file(&url).unwrap().unwrap(), PathBuf::from("/data/my scenes/晴.tif"));
        assert_eq!(name(&parse("s3://bucket/a/B04.jp2").unwrap()), "B04.jp2");
        for wrong in ["ftp://a.example/x", "s3:///key", "m2m:dataset/entity"] {
            assert_eq!(parse(wrong).unwrap_err().code(), "unsupported", "{wrong}");
        }
    }
}

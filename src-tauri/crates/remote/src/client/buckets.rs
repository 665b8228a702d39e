//! Object stores: which host holds a bucket, and where.

use url::Url;

use super::endpoints::Endpoints;
use super::sigv4::{encode, percent_decode};
use crate::RemoteError;

/// An object in a store that speaks S3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Object {
    pub(crate) bucket: String,
    /// Decoded.
    pub(crate) key: Vec<u8>,
}

/// Regions of the buckets that hold satellite images.
const REGIONS: &[(&str, &str)] = &[
    ("sentinel-s2-l1c", "eu-central-1"),
    ("sentinel-s2-l2a", "eu-central-1"),
    ("sentinel-s1-l1c", "eu-central-1"),
    ("sentinel-cogs", "us-west-2"),
    ("e84-earth-search-sentinel-data", "us-west-2"),
    ("usgs-landsat", "us-west-2"),
];

/// The region of a bucket, as far as it is known; a store tells when it is another one.
pub(crate) fn region(bucket: &str) -> &'static str {
    REGIONS.iter().find(|(known, _)| *known == bucket).map_or("us-west-2", |(_, region)| region)
}

/// What an address means in AWS: `s3://bucket/key`, or the same as an address of one of its hosts.
pub(crate) fn on_aws(url: &Url, endpoints: &Endpoints) -> Option<Object> {
    let host = url.host_str()?;
    let path = url.path().strip_prefix('/')?;
    let in_path = || path.split_once('/').map(|(bucket, key)| object(bucket, key));
    if url.scheme() == "s3" {
        return Some(object(host, path));
    }
    if endpoints.aws.as_deref().and_then(|own| Url::parse(own).ok()).is_some_and(|own| own.origin() == url.origin()) {
        return in_path();
    }
    let name = host.strip_suffix(".amazonaws.com").filter(|_| url.scheme() == "https")?;
    let is_s3 = |part: &str| part == "s3" || part.starts_with("s3.") || part.starts_with("s3-");
    if is_s3(name) {
        return in_path();
    }
    let dots = name.match_indices('.').map(|(at, _)| at);
    let at = dots.into_iter().find(|at| is_s3(&name[at + 1..]))?;
    Some(object(&name[..at], path))
}

/// What an address means in the object store of the Copernicus Data Space Ecosystem.
pub(crate) fn on_cdse(url: &Url, endpoints: &Endpoints) -> Option<Object> {
    let path = url.path().strip_prefix('/')?;
    if url.scheme() == "s3" {
        return Some(object(url.host_str()?, path));
    }
    let own = Url::parse(&endpoints.cdse_s3).ok()?;
    (own.origin() == url.origin()).then(|| path.split_once('/').map(|(bucket, key)| object(bucket, key)))?
}

fn object(bucket: &str, key: &str) -> Object {
    Object { bucket: bucket.to_owned(), key: percent_decode(key) }
}

impl Object {
    /// Its address in a store that takes the bucket as part of the path.
    pub(crate) fn in_path(&self, store: &str) -> Result<Url, RemoteError> {
        self.at(&format!("{}/{}", store.trim_end_matches('/'), self.bucket))
    }

    /// Its address at AWS.
    pub(crate) fn at_aws(&self, region: &str, endpoints: &Endpoints) -> Result<Url, RemoteError> {
        match &endpoints.aws {
            Some(own) => self.in_path(own),
            // The certificate of a bucket's own host does not cover a name with dots.
            None if self.bucket.contains('.') => self.in_path(&format!("https://s3.{region}.amazonaws.com")),
            None => self.at(&format!("https://{}.s3.{region}.amazonaws.com", self.bucket)),
        }
    }

    fn at(&self, start: &str) -> Result<Url, RemoteError> {
        let good = !self.bucket.is_empty() && self.bucket.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
        let url = good.then(|| Url::parse(&format!("{start}/{}", encode(&self.key, true))).ok()).flatten();
        url.ok_or_else(|| RemoteError::Unsupported { what: format!("an object in the bucket `{}`", self.bucket) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_known_by_every_way_to_write_them() {
        let endpoints = Endpoints { aws: Some("http://127.0.0.1:9000".into()), ..Endpoints::default() };
        for (href, expected) in [
            ("s3://usgs-landsat/collection02/a.TIF", Some(("usgs-landsat", "collection02/a.TIF"))),
            ("https://usgs-landsat.s3.us-west-2.amazonaws.com/c/a.TIF", Some(("usgs-landsat", "c/a.TIF"))),
            ("https://sentinel-s2-l1c.s3.amazonaws.com/t/a%20b", Some(("sentinel-s2-l1c", "t/a b"))),
            ("https://s3.eu-central-1.amazonaws.com/b/k/l", Some(("b", "k/l"))),
            ("https://s3-us-west-2.amazonaws.com/b/k", Some(("b", "k"))),
            ("https://my.dotted.s3.us-west-2.amazonaws.com/k", Some(("my.dotted", "k"))),
            ("http://127.0.0.1:9000/b/k", Some(("b", "k"))),
            ("http://usgs-landsat.s3.us-west-2.amazonaws.com/k", None),
            ("https://usgs-landsat.s3.amazonaws.com.evil.example/k", None),
            ("https://sts.amazonaws.com/b/k", None),
        ] {
            let got = on_aws(&Url::parse(href).unwrap(), &endpoints);
            assert_eq!(got, expected.map(|(bucket, key)| object(bucket, key)), "{href}");
        }
    }

    #[test]
    fn objects_have_one_address() {
        let real = Endpoints::default();
        let at = |bucket: &str, key: &str| object(bucket, key).at_aws(region(bucket), &real).map(String::from);
        assert_eq!(at("usgs-landsat", "a b/c+d.TIF").unwrap(), "https://usgs-landsat.s3.us-west-2.amazonaws.com/a%20b/c%2Bd.TIF");
        assert_eq!(at("sentinel-s1-l1c", "k").unwrap(), "https://sentinel-s1-l1c.s3.eu-central-1.amazonaws.com/k");
        assert_eq!(at("a.b", "k").unwrap(), "https://s3.us-west-2.amazonaws.com/a.b/k");
        assert_eq!(at("evil.example/", "k").unwrap_err().code(), "unsupported");
        let url = Url::parse("s3://eodata/Sentinel-2/x.SAFE/B04.jp2").unwrap();
        let cdse = on_cdse(&url, &real).unwrap().in_path(&real.cdse_s3).unwrap();
        assert_eq!(cdse.as_str(), "https://eodata.dataspace.copernicus.eu/eodata/Sentinel-2/x.SAFE/B04.jp2");
        assert_eq!(on_cdse(&cdse, &real), on_cdse(&url, &real));
    }
}

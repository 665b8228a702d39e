//! Where a file lies, and who may fetch it from there.
//!
//! Catalogues name the same file in several places (`alternate`), and seldom say clearly who may fetch it: the address tells more than the
//! metadata do.

use serde_json::Value;
use swath_domain::{Access, AccountKind};
use url::Url;

use crate::address;

/// What surrounds an asset.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    /// What addresses are relative to.
    pub(super) base: &'a Url,
    /// Whether the catalogue may name private addresses, being one itself.
    pub(super) trusted: bool,
    /// The item's properties.
    pub(super) properties: &'a Value,
    /// What it takes to fetch files of the collection, where the address does not tell.
    pub(super) access: Access,
}

impl Around<'_> {
    /// Every place of an asset that may be used, the easiest first; of `https:` and `s3:` behind the same login the former.
    pub(super) fn places(&self, asset: &Value) -> Vec<(String, Access)> {
        let others = asset.get("alternate").and_then(Value::as_object).into_iter().flat_map(|others| others.values());
        let mut places: Vec<_> = std::iter::once(asset).chain(others).filter_map(|one| self.place(one, asset)).collect();
        places.sort_by_key(|(_, access)| *access);
        places.dedup_by(|a, b| a.0 == b.0);
        places
    }

    /// A picture that anyone may fetch as it is.
    pub(super) fn picture(&self, asset: &Value) -> Option<String> {
        // What a collection takes is meant for its data; only signatures are wanted for pictures as well.
        let access = if self.access == Access::Signed { Access::Signed } else { Access::Open };
        let places = Around { access, ..*self }.places(asset);
        places.into_iter().find(|(_, access)| *access == Access::Open).map(|(href, _)| href)
    }

    /// The absolute address, if it is one that may be fetched: a catalogue on the open network does not get to name files of this computer or
    /// machines of the network it stands in.
    fn place(&self, one: &Value, asset: &Value) -> Option<(String, Access)> {
        let mut url = self.base.join(one.get("href")?.as_str()?).ok()?;
        url.set_fragment(None);
        address::drop_signature(&mut url);
        match url.scheme() {
            "s3" => self.bucket(&url, one, asset),
            "http" | "https" if self.trusted || !address::is_private(&url) => {
                let access = self.host(&url)?;
                Some((url.into(), access))
            }
            "file" if self.trusted && self.base.scheme() == "file" => Some((url.into(), Access::Open)),
            _ => None,
        }
    }

    fn host(&self, url: &Url) -> Option<Access> {
        let host = url.host_str()?;
        let below = |domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        if host == "landsatlook.usgs.gov" {
            // Everything but the small pictures leads to a login page that comes with a status of success.
            let picture = [".jpeg", ".jpg", ".png"].iter().any(|end| url.path().ends_with(end));
            return picture.then_some(Access::Open);
        }
        if below("dataspace.copernicus.eu") {
            return Some(Access::Account(AccountKind::Cdse));
        }
        if self.access == Access::Signed {
            let signed = below("blob.core.windows.net") && host != "ai4edatasetspublicassets.blob.core.windows.net";
            return Some(if signed { Access::Signed } else { Access::Open });
        }
        Some(self.access)
    }

    /// Buckets of AWS are paid for by who fetches unless the item says otherwise, in which case they are as good as any other address.
    fn bucket(&self, url: &Url, one: &Value, asset: &Value) -> Option<(String, Access)> {
        let (bucket, key) = (url.host_str()?, url.path().trim_start_matches('/'));
        if key.is_empty() {
            return None;
        }
        if bucket == "eodata" {
            return Some((url.to_string(), Access::Account(AccountKind::CdseS3)));
        }
        let field = |key: &str| [one, asset, self.properties].into_iter().find_map(|place| place.get(key)).filter(|value| !value.is_null());
        let free = field("storage:requester_pays").and_then(Value::as_bool) == Some(false) && self.access == Access::Open;
        let region = field("storage:region").and_then(Value::as_str);
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.');
        match region {
            Some(region) if free && plain(region) && plain(bucket) => {
                Some((format!("https://{bucket}.s3.{region}.amazonaws.com/{key}"), Access::Open))
            }
            _ => Some((url.to_string(), Access::RequesterPays)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(base: &str, trusted: bool, access: Access, properties: Value, asset: Value, expected: &[(&str, Access)]) {
        let around = Around { base: &Url::parse(base).unwrap(), trusted, properties: &properties, access };
        let got = around.places(&asset);
        let got: Vec<_> = got.iter().map(|(href, access)| (href.as_str(), *access)).collect();
        assert_eq!(got, expected, "{asset}");
    }

    #[test]
    fn addresses_are_resolved_and_watched() {
        for (base, trusted, given, expected) in [
            ("https://a.example/c/i.json", false, "./B02.tif", Some("https://a.example/c/B02.tif")),
            ("https://a.example/c/i.json", false, "https://b.example/x.tif#f", Some("https://b.example/x.tif")),
            ("https://a.example/c/i.json", false, "https://b.example/x.tif?X-Amz-Signature=1&a=b", Some("https://b.example/x.tif")),
            ("https://a.example/c/i.json", false, "http://10.0.0.1/x.tif", None),
            ("https://a.example/c/i.json", false, "file:///etc/passwd", None),
            ("https://a.example/c/i.json", false, "ftp://a.example/x.tif", None),
            ("https://a.example/c/i.json", false, "s3://bucket", None),
            ("http://127.0.0.1:8080/i", true, "http://127.0.0.1:8081/x.tif", Some("http://127.0.0.1:8081/x.tif")),
            ("http://127.0.0.1:8080/i", true, "file:///etc/passwd", None),
            ("file:///data/c/i.json", true, "my scene 晴.tif", Some("file:///data/c/my%20scene%20%E6%99%B4.tif")),
            ("file:///data/c/i.json", true, "../a%20b.tif", Some("file:///data/a%20b.tif")),
        ] {
            let expected: Vec<_> = expected.into_iter().map(|href| (href, Access::Open)).collect();
            check(base, trusted, Access::Open, json!({}), json!({"href": given}), &expected);
        }
    }

    #[test]
    fn addresses_tell_who_may_fetch() {
        let at = "https://a.example/v1/search";
        let of = |href: &str| json!({"href": href});
        let (blob, public) = ("https://x.blob.core.windows.net/c/B04.tif", "https://ai4edatasetspublicassets.blob.core.windows.net/x.png");
        check(at, false, Access::Signed, json!({}), of(blob), &[(blob, Access::Signed)]);
        check(at, false, Access::Signed, json!({}), of(public), &[(public, Access::Open)]);
        check(at, false, Access::Open, json!({}), of(blob), &[(blob, Access::Open)]);
        let paid = "s3://usgs-landsat/x/B4.TIF";
        check(at, false, Access::Open, json!({}), of(paid), &[(paid, Access::RequesterPays)]);
        let free = json!({"storage:requester_pays": false, "storage:region": "us-west-2"});
        let open = "https://sentinel-cogs.s3.us-west-2.amazonaws.com/a/B04.tif";
        check(at, false, Access::Open, free, of("s3://sentinel-cogs/a/B04.tif"), &[(open, Access::Open)]);
        // The login page is not an address of the file.
        let login = json!({"href": "https://landsatlook.usgs.gov/data/x/B4.TIF", "alternate": {"s3": {"href": paid}}});
        check(at, false, Access::RequesterPays, json!({}), login, &[(paid, Access::RequesterPays)]);
        let nodes = "https://zipper.dataspace.copernicus.eu/odata/v1/Products(u)/Nodes(a.SAFE)/Nodes(B04.jp2)/$value";
        let (cdse, s3) = (Access::Account(AccountKind::Cdse), Access::Account(AccountKind::CdseS3));
        let both = json!({"href": "s3://eodata/a/B04.jp2", "alternate": {"https": {"href": nodes}}});
        check(at, false, cdse, json!({}), both, &[(nodes, cdse), ("s3://eodata/a/B04.jp2", s3)]);
    }

    #[test]
    fn pictures_are_only_taken_where_they_are_open() {
        let at = Url::parse("https://a.example/").unwrap();
        for (access, href, open) in [
            (Access::RequesterPays, "https://landsatlook.usgs.gov/data/x_thumb_small.jpeg", true),
            (Access::Account(AccountKind::Cdse), "https://datahub.creodias.eu/odata/v1/Assets(u)/$value", true),
            (Access::Signed, "https://planetarycomputer.microsoft.com/api/data/v1/item/preview.png?item=x", true),
            (Access::Signed, "https://x.blob.core.windows.net/c/thumb.png", false),
            (Access::RequesterPays, "s3://sentinel-s1-l1c/x/quick-look.png", false),
        ] {
            let around = Around { base: &at, trusted: false, properties: &Value::Null, access };
            assert_eq!(around.picture(&json!({"href": href})).as_deref(), open.then_some(href));
        }
    }
}

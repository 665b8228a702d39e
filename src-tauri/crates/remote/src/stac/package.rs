//! Whole products that an item names beside its layers.

use serde_json::Value;
use swath_domain::{Access, AccountKind, Package, PackageForm};

use super::asset;
use super::place::Around;

/// The zip, and the folder in the object store that it is made from. Only products whose files make a SAFE folder are given away like this.
pub(super) fn read(provider: &str, item: &Value, around: &Around<'_>) -> Vec<Package> {
    zip(provider, item, around).into_iter().chain(folder(provider, item)).collect()
}

fn zip(provider: &str, item: &Value, around: &Around<'_>) -> Option<Package> {
    let given = item.get("assets")?.get("Product")?;
    let zipped = given.get("type").and_then(Value::as_str).is_some_and(|kind| kind.contains("zip"));
    let (href, access) = around.places(given).into_iter().find(|(href, _)| zipped && href.starts_with("http"))?;
    let (size, checksum) = (asset::size(given), asset::checksum(given));
    Some(Package { form: PackageForm::SafeZip, href, provider: provider.to_owned(), access, size, checksum, online: true })
}

fn folder(provider: &str, item: &Value) -> Option<Package> {
    let links = item.get("links")?.as_array()?.iter();
    let mut addresses = links.filter(|link| link.get("rel").and_then(Value::as_str) == Some("enclosure"));
    let href = addresses.find_map(|link| link.get("href")?.as_str().filter(|href| href.starts_with("s3://eodata/")))?;
    href.trim_end_matches('/').ends_with(".SAFE").then(|| Package {
        form: PackageForm::SafeS3,
        href: format!("{}/", href.trim_end_matches('/')),
        provider: provider.to_owned(),
        access: Access::Account(AccountKind::CdseS3),
        size: None,
        checksum: None,
        online: true,
    })
}

//! One file of a SAFE folder that lies open, by the address of the folder.

use swath_domain::{Package, PackageForm};
use url::Url;

use crate::{RemoteError, address};

/// The address of one file of the folder that a package names. `path` begins with the folder itself
/// (`S2B_….SAFE/GRANULE/…/T33TWL_…_B04_10m.jp2`), with `/` between the parts.
///
/// # Errors
/// A package that is one file, and a path that leads out of the folder or has characters that such paths do not have.
pub fn inside(package: &Package, path: &str) -> Result<String, RemoteError> {
    let parts: Vec<&str> = path.split('/').collect();
    let odd = |c: char| c.is_control() || matches!(c, '\\' | '?' | '#' | '%' | '(' | ')' | '\'');
    let (Some((root, below)), false) =
        (parts.split_first(), parts.iter().any(|part| matches!(*part, "" | "." | "..") || part.contains(odd)))
    else {
        return Err(RemoteError::Unsupported { what: format!("the name `{}` of a file", path.escape_debug()) });
    };
    let mut url = address::parse(&package.href)?;
    let lost =
        || RemoteError::Unsupported { what: format!("the package at {}, whose files cannot be fetched one by one,", address::host(&url)) };
    let ends_with = |url: &Url, name: &str| {
        url.path_segments().and_then(|mut parts| parts.rfind(|part| !part.is_empty())).is_some_and(|last| last == name)
    };
    match package.form {
        PackageForm::SafeNodes if ends_with(&url, "Nodes") => {
            let lost = lost();
            let mut segments = url.path_segments_mut().map_err(|()| lost)?;
            segments.pop_if_empty().pop();
            segments.extend(parts.iter().map(|part| format!("Nodes({part})"))).push("$value");
        }
        PackageForm::SafeS3 => {
            let lost = lost();
            let names_it = ends_with(&url, root);
            let mut segments = url.path_segments_mut().map_err(|()| lost)?;
            segments.pop_if_empty().extend(if names_it { below } else { &parts });
        }
        _ => return Err(lost()),
    }
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use swath_domain::{Access, AccountKind};

    use super::*;

    fn check(form: PackageForm, href: &str, path: &str, expected: Option<&str>) {
        let access = Access::Account(AccountKind::Cdse);
        let package = Package { form, href: href.into(), provider: "p".into(), access, size: None, checksum: None, online: true };
        assert_eq!(inside(&package, path).ok().as_deref(), expected, "{href} {path}");
    }

    #[test]
    fn files_of_a_folder_have_addresses() {
        let nodes = "https://download.dataspace.copernicus.eu/odata/v1/Products(ab-12)/Nodes";
        let at = "https://download.dataspace.copernicus.eu/odata/v1/Products(ab-12)/Nodes(X.SAFE)/Nodes(GRANULE)/Nodes(B04.jp2)/$value";
        check(PackageForm::SafeNodes, nodes, "X.SAFE/GRANULE/B04.jp2", Some(at));
        for href in ["s3://eodata/S2/X.SAFE", "s3://eodata/S2/X.SAFE/", "s3://eodata/S2/"] {
            check(PackageForm::SafeS3, href, "X.SAFE/manifest.safe", Some("s3://eodata/S2/X.SAFE/manifest.safe"));
        }
        let spaced = Some("s3://eodata/S2/X.SAFE/rep_info/a%20b.xml");
        check(PackageForm::SafeS3, "s3://eodata/S2/X.SAFE/", "X.SAFE/rep_info/a b.xml", spaced);
    }

    #[test]
    fn nothing_leads_out_of_a_folder() {
        for path in
            ["", "/etc/passwd", "X.SAFE/../../other", "X.SAFE//a", "X.SAFE/./a", "X.SAFE\\..\\a", "X.SAFE/a?b", "X.SAFE/a%2e%2e", "X/a)"]
        {
            check(PackageForm::SafeS3, "s3://eodata/S2/X.SAFE/", path, None);
            check(PackageForm::SafeNodes, "https://a.example/odata/v1/Products(1)/Nodes", path, None);
        }
        check(PackageForm::SafeZip, "https://a.example/odata/v1/Products(1)/$value", "X.SAFE/a", None);
        check(PackageForm::LandsatTar, "m2m:landsat_ot_c2_l2/LC9", "LC9/a", None);
    }
}

//! What an account consists of, and where one gets it.

use swath_domain::AccountKind;

/// An account as the settings present it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountInfo {
    /// Name for people.
    pub title: &'static str,
    /// Page on which one gets it.
    pub link: &'static str,
    /// What has to be typed.
    pub fields: &'static [Field],
}

/// One thing that has to be typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Word by which it is stored and asked for.
    pub name: &'static str,
    /// Whether it must not be seen.
    pub secret: bool,
    /// Whether it may be left out.
    pub optional: bool,
}

const fn open(name: &'static str) -> Field {
    Field { name, secret: false, optional: false }
}

const fn secret(name: &'static str) -> Field {
    Field { name, secret: true, optional: false }
}

/// What an account consists of, and where one gets it.
pub fn about(kind: AccountKind) -> AccountInfo {
    match kind {
        AccountKind::Cdse => AccountInfo {
            title: "Copernicus Data Space Ecosystem",
            link: "https://dataspace.copernicus.eu/",
            fields: const { &[open("user"), secret("password")] },
        },
        AccountKind::CdseS3 => AccountInfo {
            title: "Copernicus Data Space Ecosystem, S3 keys",
            link: "https://eodata-s3keysmanager.dataspace.copernicus.eu/",
            fields: const { &[open("access-key"), secret("secret-key")] },
        },
        AccountKind::SentinelHub => AccountInfo {
            title: "Sentinel Hub (on the Copernicus Data Space Ecosystem)",
            link: "https://shapps.dataspace.copernicus.eu/dashboard/",
            fields: const { &[open("client-id"), secret("client-secret")] },
        },
        AccountKind::Usgs => AccountInfo {
            title: "USGS EROS, machine-to-machine access",
            link: "https://ers.cr.usgs.gov/",
            fields: const { &[open("user"), secret("token")] },
        },
        AccountKind::Earthdata => {
            AccountInfo { title: "NASA Earthdata Login", link: "https://urs.earthdata.nasa.gov/", fields: const { &[secret("token")] } }
        }
        AccountKind::Aws => AccountInfo {
            title: "Amazon Web Services (pays for transfers)",
            link: "https://console.aws.amazon.com/iam/",
            fields: const { &[open("access-key"), secret("secret-key")] },
        },
    }
}

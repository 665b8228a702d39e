//! What it takes to fetch a file.

use serde::{Deserialize, Serialize};

/// Who may fetch a file. Ordered from what is simplest for the user to what costs money.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Anyone.
    #[default]
    Open,
    /// Anyone, with a short-lived signature that the provider hands out.
    Signed,
    /// Whoever has an account.
    Account(AccountKind),
    /// Whoever has an AWS account, which pays for the transfer.
    RequesterPays,
}

/// Accounts that a user can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountKind {
    /// Copernicus Data Space Ecosystem: user name and password.
    Cdse,
    /// S3 keys of the Copernicus Data Space Ecosystem.
    CdseS3,
    /// USGS EROS Registration System: user name and application token.
    Usgs,
    /// NASA Earthdata Login: bearer token.
    Earthdata,
    /// Sentinel Hub: OAuth client.
    SentinelHub,
    /// Amazon Web Services: keys of the account that pays.
    Aws,
}

impl AccountKind {
    /// Every kind, in the order in which the settings list them.
    pub const ALL: [AccountKind; 6] =
        [AccountKind::Cdse, AccountKind::CdseS3, AccountKind::SentinelHub, AccountKind::Usgs, AccountKind::Earthdata, AccountKind::Aws];

    /// The word used in settings, in the keychain and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            AccountKind::Cdse => "cdse",
            AccountKind::CdseS3 => "cdse-s3",
            AccountKind::Usgs => "usgs",
            AccountKind::Earthdata => "earthdata",
            AccountKind::SentinelHub => "sentinel-hub",
            AccountKind::Aws => "aws",
        }
    }
}

impl std::fmt::Display for AccountKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for AccountKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        AccountKind::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(|| {
            let known: Vec<_> = AccountKind::ALL.iter().map(|kind| kind.name()).collect();
            format!("`{text}` is no kind of account; known are {}", known.join(", "))
        })
    }
}

//! Where the services lie that hand out tokens, and who may receive them.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::address;

/// The addresses of services. The default is the real ones; whoever sits behind a gateway, or tests, names others in `services.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Endpoints {
    /// Token service of the Copernicus Data Space Ecosystem.
    pub cdse_token: String,
    /// Its sessions; the id of one is added.
    pub cdse_sessions: String,
    /// Hosts that may receive its bearer: `host`, `host:port`, or `.domain` for all below a domain.
    pub cdse_hosts: Vec<String>,
    /// Its object store.
    pub cdse_s3: String,
    /// Token service of Sentinel Hub.
    pub sentinel_hub_token: String,
    /// Hosts that may receive its bearer. They give `Retry-After` in milliseconds.
    pub sentinel_hub_hosts: Vec<String>,
    /// M2M API of the USGS, up to `/json/stable`.
    pub usgs: String,
    /// Hosts that may receive its key.
    pub usgs_hosts: Vec<String>,
    /// An address of NASA that answers whoever has a valid Earthdata token.
    pub earthdata_check: String,
    /// Hosts that may receive an Earthdata bearer.
    pub earthdata_hosts: Vec<String>,
    /// Signing service of the Planetary Computer, up to `/token`.
    pub sas: String,
    /// Hosts whose files it signs.
    pub sas_hosts: Vec<String>,
    /// Object stores of AWS: `None` for the real ones, else one that is asked with the bucket in the path.
    pub aws: Option<String>,
    /// Address at which AWS keys are tried.
    pub aws_check: String,
}

impl Default for Endpoints {
    fn default() -> Self {
        let some = |hosts: &[&str]| hosts.iter().map(|host| (*host).to_owned()).collect::<Vec<_>>();
        let realm = "https://identity.dataspace.copernicus.eu/auth/realms/CDSE";
        Self {
            cdse_token: format!("{realm}/protocol/openid-connect/token"),
            cdse_sessions: format!("{realm}/account/sessions"),
            cdse_hosts: some(&[
                "identity.dataspace.copernicus.eu",
                "catalogue.dataspace.copernicus.eu",
                "download.dataspace.copernicus.eu",
                "zipper.dataspace.copernicus.eu",
            ]),
            cdse_s3: "https://eodata.dataspace.copernicus.eu".into(),
            sentinel_hub_token: format!("{realm}/protocol/openid-connect/token"),
            sentinel_hub_hosts: some(&["sh.dataspace.copernicus.eu"]),
            usgs: "https://m2m.cr.usgs.gov/api/api/json/stable".into(),
            usgs_hosts: some(&["m2m.cr.usgs.gov"]),
            earthdata_check: "https://urs.earthdata.nasa.gov/oauth/userinfo".into(),
            earthdata_hosts: some(&[".asf.alaska.edu", ".earthdata.nasa.gov"]),
            sas: "https://planetarycomputer.microsoft.com/api/sas/v1/token".into(),
            sas_hosts: some(&[".blob.core.windows.net"]),
            aws: None,
            aws_check: "https://sts.us-east-1.amazonaws.com/".into(),
        }
    }
}

/// Whether an address lies on one of the hosts, and no secret sent to it travels in the open.
pub(crate) fn among(hosts: &[String], url: &Url) -> bool {
    let closed = url.scheme() == "https" || address::is_loopback(url);
    let (host, bare) = (address::host(url), url.host_str().unwrap_or_default());
    closed
        && hosts.iter().any(|known| match known.strip_prefix('.') {
            Some(_) => bare.ends_with(known.as_str()),
            None => host == *known || (url.port().is_none() && bare == known),
        })
}

//! How much each host may be asked at a time.

use std::collections::HashMap;
use std::sync::{Arc, MutexGuard, PoisonError};

use swath_domain::{Access, AccountKind};
use url::Url;

use super::endpoints::among;
use super::{Client, Governor, HostStatus};
use crate::address;

/// Name under which all downloads of the Copernicus Data Space Ecosystem are counted together: its limit holds for the account, over zipper,
/// nodes and object store.
const CDSE: &str = "downloads of the account cdse";

/// What a service allows: transfers at a time, and requests a second.
struct Allowed {
    parallel: usize,
    per_second: f64,
}

impl Client {
    /// Requests at a time over all hosts, at least 1. Takes effect at once, also for running work.
    pub fn set_parallel(&self, total: usize) {
        self.inner.total.set_limit(total.max(1));
    }

    /// Sets the bounds of a host: requests at a time (0 for the usual number), and requests a second (0 for no limit). Never above what the
    /// service is known to allow.
    pub fn set_host_limits(&self, url: &str, parallel: usize, requests_per_second: f64) {
        if let Ok(url) = Url::parse(url) {
            let most = self.allowed(&url).parallel;
            let parallel = if parallel == 0 { most } else { parallel.min(most) };
            self.governor(&url, Access::Open).set_bounds(parallel, requests_per_second);
        }
    }

    /// What the governor of an address's host allows at the moment; `None` before the first request to it.
    pub fn host_status(&self, url: &str) -> Option<HostStatus> {
        let url = Url::parse(url).ok()?;
        let hosts = self.hosts();
        hosts.get(&address::host(&url)).or_else(|| hosts.get(CDSE).filter(|_| self.is_cdse(&url))).map(|governor| governor.status())
    }

    pub(super) fn governor(&self, url: &Url, access: Access) -> Arc<Governor> {
        let name = match access {
            Access::Account(AccountKind::Cdse | AccountKind::CdseS3) => CDSE.to_owned(),
            _ => address::host(url),
        };
        let make = || {
            let Allowed { parallel, per_second } = if name == CDSE { CDSE_ALLOWED } else { self.allowed(url) };
            let governor = Governor::new(parallel, self.inner.total.clone());
            governor.set_bounds(parallel, per_second);
            Arc::new(governor)
        };
        self.hosts().entry(name.clone()).or_insert_with(make).clone()
    }

    /// By what services publish or have been seen to take.
    fn allowed(&self, url: &Url) -> Allowed {
        let endpoints = &self.options().endpoints;
        let just = |parallel| Allowed { parallel, per_second: 0.0 };
        match url.host_str().unwrap_or_default() {
            _ if among(&endpoints.sentinel_hub_hosts, url) => Allowed { parallel: 4, per_second: 5.0 },
            _ if among(&endpoints.earthdata_hosts, url) => just(4),
            host if host.ends_with(".usgs.gov") => just(4),
            host if host.ends_with(".dataspace.copernicus.eu") => just(4),
            _ => just(Governor::PARALLEL),
        }
    }

    fn is_cdse(&self, url: &Url) -> bool {
        let endpoints = &self.options().endpoints;
        let store = Url::parse(&endpoints.cdse_s3).is_ok_and(|store| store.origin() == url.origin());
        store || among(&endpoints.cdse_hosts, url) || (url.scheme() == "s3" && url.host_str() == Some("eodata"))
    }

    fn hosts(&self) -> MutexGuard<'_, HashMap<String, Arc<Governor>>> {
        self.inner.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const CDSE_ALLOWED: Allowed = Allowed { parallel: 4, per_second: 0.0 };

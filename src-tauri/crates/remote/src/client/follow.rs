//! A request with what its access takes: signed, with a bearer, or with keys; led by hand to where the file lies.
//!
//! A bearer goes only to the hosts of its service, never to where these redirect to (a signed address in somebody else's store), and never
//! together with a signature. What a service refuses is tried once more with a new token, since tokens end while transfers wait.

use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use swath_domain::{Access, AccountKind, Monitor, Stop};
use url::Url;

use super::endpoints::{Endpoints, among};
use super::send::Act;
use super::sigv4::{EMPTY, Signer, moment};
use super::{Answer, Ask, Client, Method, buckets};
use crate::accounts::Secret;
use crate::retry::Failure;
use crate::{RemoteError, address};

const MOST_STEPS: usize = 10;
const USGS_KEY: HeaderName = HeaderName::from_static("x-auth-token");

/// What proves that a request may be made.
enum Proof {
    None,
    /// In the address.
    Signature(Secret),
    /// In a header, for the hosts of the account's service.
    Bearer(AccountKind, Secret),
    /// In headers, for one host. With the region that was signed for.
    Keys(AccountKind, String),
}

impl Client {
    /// Sends a request that anyone may make and waits for the head of the answer. Statuses from 400 on are failures.
    pub(crate) async fn send(&self, ask: Ask, monitor: &dyn Monitor) -> Result<Answer, Stop<Failure>> {
        self.send_as(ask, Access::Open, monitor).await
    }

    /// Sends a request with what its access takes.
    ///
    /// # Errors
    /// [`RemoteError::NeedsAccount`] before any request when the account is not there; [`RemoteError::Login`] when it is not accepted;
    /// [`RemoteError::Refused`] when it does not suffice.
    pub(crate) async fn send_as(&self, ask: Ask, access: Access, monitor: &dyn Monitor) -> Result<Answer, Stop<Failure>> {
        let (mut refused, mut region) = (None, None);
        loop {
            let prepared = self.prepare(ask.clone(), access, refused.as_ref(), region.as_deref(), monitor).await;
            let (ready, proof) = prepared.map_err(|stop| stop.map(Failure::last))?;
            let answer = match self.follow(ready, &proof, access, monitor).await {
                Ok(answer) => answer,
                Err(Stop::Failed(failure)) => match (&failure.error, &proof) {
                    (error, Proof::Signature(token) | Proof::Bearer(_, token)) if refused.is_none() && may_be_outdated(error, &proof) => {
                        refused = Some(token.clone());
                        continue;
                    }
                    _ => return Err(Stop::Failed(explained(failure, &proof, &ask.url))),
                },
                Err(Stop::Cancelled) => return Err(Stop::Cancelled),
            };
            // A bucket that lies in another region than was thought is asked for there, once.
            if let Proof::Keys(AccountKind::Aws, signed) = &proof
                && answer.status >= 300
                && let Some(right) = answer.text(HeaderName::from_static("x-amz-bucket-region"))
                && region.is_none()
                && right != signed
            {
                region = Some(right.to_owned());
                continue;
            }
            return self.arrived(answer, &proof, &ask.url).map_err(Stop::Failed);
        }
    }

    /// The request with its proof. `refused` is the token that was not accepted a moment ago.
    async fn prepare(
        &self,
        mut ask: Ask,
        access: Access,
        refused: Option<&Secret>,
        region: Option<&str>,
        monitor: &dyn Monitor,
    ) -> Result<(Ask, Proof), Stop<RemoteError>> {
        let endpoints = &self.options().endpoints;
        let elsewhere = |url: &Url| RemoteError::Unsupported { what: format!("using this account at {}", address::host(url)) };
        match access {
            Access::Open => {
                if ask.url.scheme() == "s3" {
                    let object = buckets::on_aws(&ask.url, endpoints).ok_or_else(|| elsewhere(&ask.url))?;
                    ask.url = object.at_aws(buckets::region(&object.bucket), endpoints)?;
                }
                Ok((ask, Proof::None))
            }
            Access::Signed => {
                let Some(token) = self.sas(&ask.url, refused, monitor).await? else { return Ok((ask, Proof::None)) };
                let query = match ask.url.query().filter(|query| !query.is_empty()) {
                    Some(query) => format!("{query}&{}", token.expose()),
                    None => token.expose().to_owned(),
                };
                ask.url.set_query(Some(&query));
                Ok((ask, Proof::Signature(token)))
            }
            Access::Account(AccountKind::CdseS3) => {
                let account = AccountKind::CdseS3;
                let object = buckets::on_cdse(&ask.url, endpoints).ok_or_else(|| elsewhere(&ask.url))?;
                ask.url = object.in_path(&endpoints.cdse_s3)?;
                self.sign(&mut ask, account, "default", "s3").await?;
                Ok((ask, Proof::Keys(account, "default".into())))
            }
            Access::RequesterPays | Access::Account(AccountKind::Aws) => {
                let object = buckets::on_aws(&ask.url, endpoints).ok_or_else(|| elsewhere(&ask.url))?;
                let region = region.unwrap_or_else(|| buckets::region(&object.bucket));
                ask.url = object.at_aws(region, endpoints)?;
                ask.headers.insert(HeaderName::from_static("x-amz-request-payer"), HeaderValue::from_static("requester"));
                self.sign(&mut ask, AccountKind::Aws, region, "s3").await?;
                Ok((ask, Proof::Keys(AccountKind::Aws, region.to_owned())))
            }
            Access::Account(account) => {
                // Download addresses of the USGS are good without its key, which is for its API alone; whoever has one had an account.
                let receives = among(bearer_hosts(endpoints, account), &ask.url);
                if !receives && account != AccountKind::Usgs {
                    self.credentials(account).await?;
                    return Err(elsewhere(&ask.url).into());
                }
                let token = self.bearer_unlike(account, refused, monitor).await?;
                Ok((ask, Proof::Bearer(account, token)))
            }
        }
    }

    /// Adds the headers of a signature by AWS's rules.
    pub(super) async fn sign(&self, ask: &mut Ask, account: AccountKind, region: &str, service: &str) -> Result<(), RemoteError> {
        let credentials = self.credentials(account).await?;
        let now = jiff::Timestamp::now();
        let set = |headers: &mut HeaderMap, name: &'static str, value: &str| {
            if let Ok(mut value) = HeaderValue::from_str(value) {
                value.set_sensitive(name == "authorization");
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        set(&mut ask.headers, "x-amz-date", &moment(now));
        set(&mut ask.headers, "x-amz-content-sha256", EMPTY);
        let host = address::host(&ask.url);
        let ours = |name: &str| name.starts_with("x-amz-");
        let mut headers: Vec<_> = ask.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
        headers.retain(|(name, _)| ours(name));
        headers.push(("host", &host));
        let signer = Signer { access_key: credentials.field("access-key"), secret_key: credentials.field("secret-key"), region, service };
        let authorization = signer.authorization(&ask.url, &headers, now);
        set(&mut ask.headers, "authorization", &authorization);
        Ok(())
    }

    /// Goes where the answers lead: at most ten steps, never from an encrypted to an open connection, never from the open network into a
    /// private one.
    async fn follow(&self, mut ask: Ask, proof: &Proof, access: Access, monitor: &dyn Monitor) -> Result<Answer, Stop<Failure>> {
        for _ in 0..=MOST_STEPS {
            let mut step = ask.clone();
            self.prove(&mut step, proof);
            let answer = self.step(step, Act::AsAsked, access, monitor).await?;
            let location = answer.text(header::LOCATION).filter(|_| matches!(answer.status, 301 | 302 | 303 | 307 | 308));
            // A store leads to another region, for which the signature is not good.
            let Some(location) = location.filter(|_| !matches!(proof, Proof::Keys(..))) else { return Ok(answer) };
            let next = ask.url.join(location).map_err(|_| lost(&ask.url, "it leads to an address that is none"))?;
            if ask.url.scheme() == "https" && next.scheme() != "https" {
                return Err(lost(&ask.url, "redirected to an open connection").into());
            }
            if !matches!(next.scheme(), "http" | "https") || (!address::is_private(&ask.url) && address::is_private(&next)) {
                return Err(lost(&ask.url, "redirected into a private network").into());
            }
            if next.origin() != ask.url.origin() {
                for name in [header::AUTHORIZATION, header::COOKIE, USGS_KEY] {
                    ask.headers.remove(name);
                }
            }
            if matches!((answer.status, &ask.method), (301..=303, Method::Post(_))) {
                ask.method = Method::Get;
            }
            tracing::debug!(from = address::host(&ask.url), to = address::host(&next), "redirected");
            ask.url = next;
            ask.url.set_fragment(None);
        }
        Err(lost(&ask.url, "too many redirects").into())
    }

    /// Adds the bearer where the host may receive it.
    fn prove(&self, ask: &mut Ask, proof: &Proof) {
        let Proof::Bearer(account, token) = proof else { return };
        if !among(bearer_hosts(&self.options().endpoints, *account), &ask.url) || address::is_signed(&ask.url) {
            return;
        }
        let (name, text) = match account {
            AccountKind::Usgs => (USGS_KEY, token.expose().to_owned()),
            _ => (header::AUTHORIZATION, format!("Bearer {}", token.expose())),
        };
        if let Ok(mut value) = HeaderValue::from_str(&text) {
            value.set_sensitive(true);
            ask.headers.insert(name, value);
        }
    }

    /// Services that want a login lead to a page for it, which comes with a status of success.
    fn arrived(&self, answer: Answer, proof: &Proof, asked: &Url) -> Result<Answer, Failure> {
        if answer.status >= 300 && !matches!(proof, Proof::None) && answer.status != 304 {
            return Err(lost(asked, "it leads elsewhere, where the signature is not good"));
        }
        let page = answer.text(header::CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/html"));
        let path = answer.url.path();
        match proof {
            Proof::Bearer(account, _)
                if page && ["/oauth", "/login", "/auth/", "/approve_app"].iter().any(|login| path.starts_with(login)) =>
            {
                let words = "it asks for a login in the browser".to_owned();
                Err(Failure::last(RemoteError::Login { account: *account, host: address::host(&answer.url), words }))
            }
            _ => Ok(answer),
        }
    }
}

pub(super) fn bearer_hosts(endpoints: &Endpoints, account: AccountKind) -> &[String] {
    match account {
        AccountKind::Cdse => &endpoints.cdse_hosts,
        AccountKind::SentinelHub => &endpoints.sentinel_hub_hosts,
        AccountKind::Usgs => &endpoints.usgs_hosts,
        AccountKind::Earthdata => &endpoints.earthdata_hosts,
        AccountKind::CdseS3 | AccountKind::Aws => &[],
    }
}

fn lost(url: &Url, why: &str) -> Failure {
    Failure::last(RemoteError::NotThatFile { name: address::name(url), host: address::host(url), why: why.to_owned() })
}

/// Whether a new token may help. A pasted one cannot be renewed.
fn may_be_outdated(error: &RemoteError, proof: &Proof) -> bool {
    let RemoteError::Status { status, words, .. } = error else { return false };
    match proof {
        Proof::Signature(_) => matches!(status, 401 | 403),
        Proof::Bearer(AccountKind::Earthdata, _) => false,
        Proof::Bearer(..) => *status == 401 || (*status == 403 && words.to_ascii_lowercase().contains("expired")),
        _ => false,
    }
}

/// What 401 and 403 mean, which depends on who says it.
fn explained(failure: Failure, proof: &Proof, asked: &Url) -> Failure {
    let Failure { error: RemoteError::Status { status: status @ (401 | 403), host, words }, again } = failure else { return failure };
    let advice = match proof {
        Proof::Bearer(account, _) if status == 401 => {
            return Failure { error: RemoteError::Login { account: *account, host, words }, again };
        }
        Proof::Keys(account, _)
            if ["InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"].iter().any(|code| words.contains(code)) =>
        {
            return Failure { error: RemoteError::Login { account: *account, host, words }, again };
        }
        Proof::Signature(_) => {
            "a new signature was refused as well: the file may have been withdrawn, search again or choose another source"
        }
        Proof::Bearer(AccountKind::Cdse, _) => {
            "the account may not fetch this, or its monthly quota is used up: see its page, or choose another source"
        }
        Proof::Bearer(AccountKind::Earthdata, _) => {
            "accept the licence of the Alaska Satellite Facility on the account's page, then try again"
        }
        Proof::Bearer(AccountKind::Usgs, _) => "ask for access to the M2M API on the account's page; it is granted within days",
        Proof::Bearer(AccountKind::SentinelHub, _) => "the client may not do this, or its quota is used up: see its dashboard",
        Proof::Keys(AccountKind::CdseS3, _) => {
            "the keys may have ended, they are made for a limited time: make new ones on the account's page"
        }
        Proof::Keys(..) => "the keys must be allowed to read from S3 at their owner's cost: check their permissions in AWS",
        Proof::None if asked.host_str().is_some_and(|host| host.ends_with(".amazonaws.com")) || asked.scheme() == "s3" => {
            "the files may have to be paid for by who fetches them: set up the account `aws` or choose another source"
        }
        _ => return Failure { error: RemoteError::Status { status, host, words }, again },
    };
    Failure { error: RemoteError::Refused { status, host, words, advice }, again }
}

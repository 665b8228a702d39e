//! Trying accounts.

use jiff::Timestamp;
use serde_json::Value;
use swath_domain::{Access, AccountKind, Monitor, Stop};

use super::login::Login;
use super::{Ask, Client};
use crate::accounts::{AccountStatus, Secret, jwt_end};
use crate::ranges::on_disk;
use crate::retry::Budget;
use crate::{RemoteError, address};

impl Client {
    /// Tries an account: a real login, or the cheapest request that needs it. What is learned is kept with the account.
    ///
    /// `one_time_code` is for a login at the Copernicus Data Space Ecosystem with a second factor; the session that it opens is the one that
    /// is used from then on.
    ///
    /// # Errors
    /// [`RemoteError::NeedsAccount`] when the account is not there; [`RemoteError::Login`] when it is not accepted; whatever else the
    /// service says.
    pub async fn test_account(
        &self,
        account: AccountKind,
        one_time_code: Option<&str>,
        monitor: &dyn Monitor,
    ) -> Result<AccountStatus, Stop<RemoteError>> {
        let credentials = self.credentials(account).await?;
        let endpoints = &self.options().endpoints;
        let (mut valid_until, mut quota) = (None, None);
        match account {
            AccountKind::Cdse | AccountKind::SentinelHub | AccountKind::Usgs => {
                let live = self.login(account, &credentials, Login::ByUser(one_time_code), monitor).await?;
                valid_until = Some(live.ends);
                if account == AccountKind::Usgs {
                    quota = self.usgs_permissions(&live.token, monitor).await?;
                }
                self.put_token(account, live).await;
            }
            AccountKind::Earthdata => {
                valid_until = jwt_end(credentials.field("token"));
                if let Some(end) = valid_until.filter(|end| *end <= Timestamp::now()) {
                    let words = format!("the token ended at {end}");
                    return Err(RemoteError::Login { account, host: "Earthdata Login".into(), words }.into());
                }
                self.try_once(&endpoints.earthdata_check, Access::Account(account), monitor).await?;
            }
            AccountKind::CdseS3 => {
                let url = format!("{}/eodata?list-type=2&max-keys=1", endpoints.cdse_s3.trim_end_matches('/'));
                self.try_signed(&url, account, "default", "s3", monitor).await?;
            }
            AccountKind::Aws => {
                let url = format!("{}?Action=GetCallerIdentity&Version=2011-06-15", endpoints.aws_check);
                let body = self.try_signed(&url, account, "us-east-1", "sts", monitor).await?;
                let owner = body.split_once("<Account>").and_then(|(_, rest)| Some(rest.split_once("</Account>")?.0));
                quota = owner.filter(|id| id.chars().all(|c| c.is_ascii_digit())).map(|id| format!("AWS account {id}"));
            }
        }
        let (accounts, serial) = (self.accounts().clone(), credentials.serial);
        let with_code = account == AccountKind::Cdse && one_time_code.is_some_and(|code| !code.trim().is_empty());
        on_disk(move || {
            accounts.learn(account, serial, |known| {
                (known.checked, known.one_time_code) = (Some(Timestamp::now()), with_code);
                (known.valid_until, known.quota) = (valid_until, quota);
            });
            Ok(())
        })
        .await?;
        Ok(self.accounts().status(account))
    }

    /// What the USGS allows; of no consequence when it does not say.
    async fn usgs_permissions(&self, key: &Secret, monitor: &dyn Monitor) -> Result<Option<String>, Stop<RemoteError>> {
        match self.ask_usgs("permissions", &Secret::new("{}".into()), Some(key), monitor).await {
            Ok(Value::Array(all)) => {
                let all: Vec<_> = all.iter().filter_map(Value::as_str).take(20).collect();
                Ok((!all.is_empty()).then(|| all.join(", ")))
            }
            Ok(_) | Err(Stop::Failed(_)) => Ok(None),
            Err(Stop::Cancelled) => Err(Stop::Cancelled),
        }
    }

    async fn try_signed(
        &self,
        url: &str,
        account: AccountKind,
        region: &str,
        service: &str,
        monitor: &dyn Monitor,
    ) -> Result<String, Stop<RemoteError>> {
        let mut budget = Budget::new(self.options(), 3);
        loop {
            let mut ask = Ask::get(address::parse(url)?);
            self.sign(&mut ask, account, region, service).await?;
            let attempt = async {
                let mut answer = self.send(ask, monitor).await?;
                answer.whole(1 << 20, monitor).await
            };
            match attempt.await {
                Ok(bytes) => return Ok(String::from_utf8_lossy(&bytes).into_owned()),
                Err(Stop::Failed(failure)) if matches!(failure.error, RemoteError::Status { status: 400 | 401 | 403, .. }) => {
                    let RemoteError::Status { host, words, .. } = failure.error else { return Err(failure.error.into()) };
                    return Err(RemoteError::Login { account, host, words }.into());
                }
                Err(failure) => budget.spend(failure, monitor).await?,
            }
        }
    }

    async fn try_once(&self, url: &str, access: Access, monitor: &dyn Monitor) -> Result<(), Stop<RemoteError>> {
        let mut budget = Budget::new(self.options(), 3);
        loop {
            match self.send_as(Ask::get(address::parse(url)?), access, monitor).await {
                Ok(_) => return Ok(()),
                Err(failure) => budget.spend(failure, monitor).await?,
            }
        }
    }
}

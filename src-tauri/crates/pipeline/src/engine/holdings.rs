//! What the library holds of scenes, where that takes more than a look at its rows.

use swath_domain::{HoldingId, Monitor};

use super::Engine;
use crate::{Verified, VerifySummary, error::Outcome, transfers::verify};

impl Engine {
    /// Reads the files of holdings (all when none are named) and compares lengths, digests and structure; what is found is written to their
    /// rows and told to `on` as it comes.
    pub async fn verify(
        &self,
        ids: Option<&[HoldingId]>,
        monitor: &dyn Monitor,
        on: &mut (dyn FnMut(Verified) + Send),
    ) -> Outcome<VerifySummary> {
        verify(&self.res, ids, monitor, on).await
    }
}

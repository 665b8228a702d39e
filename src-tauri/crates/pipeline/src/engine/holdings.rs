//! What the library holds of scenes, where that takes more than a look at its rows.

use std::path::Path;

use swath_domain::{HoldingId, Monitor, Stop};
use swath_library::{Relinked, RemoveHow};

use super::Engine;
use crate::{
    PipelineError, Verified, VerifySummary,
    error::{fail, lift},
    stages,
    transfers::verify,
};

impl Engine {
    /// Reads the files of holdings (all when none are named) and compares lengths, digests and structure; what is found is written to their
    /// rows and told to `on` as it comes.
    pub async fn verify(
        &self,
        ids: Option<&[HoldingId]>,
        monitor: &dyn Monitor,
        on: &mut (dyn FnMut(Verified) + Send),
    ) -> Result<VerifySummary, Stop<PipelineError>> {
        verify(&self.res, ids, monitor, on).await
    }

    /// Moves the library's folder; see [`Library::move_root`](swath_library::Library::move_root). `monitor` is asked and told from another
    /// thread.
    pub async fn move_library(&self, to: &Path, monitor: std::sync::Arc<dyn Monitor>) -> Result<(), Stop<PipelineError>> {
        let (library, to) = (self.res.library.clone(), to.to_owned());
        stages::on_disk(&self.res, move || lift(library.move_root(&to, &*monitor))).await
    }

    /// Looks for missing holdings below a folder; see [`Holdings::relink`](swath_library::Holdings::relink).
    pub async fn relink(&self, folder: &Path) -> Result<Relinked, Stop<PipelineError>> {
        let (library, folder) = (self.res.library.clone(), folder.to_owned());
        stages::on_disk(&self.res, move || fail(library.holdings().relink(&folder))).await
    }

    /// Removes a holding with its files; answers with the bytes freed.
    pub async fn remove_holding(&self, id: HoldingId, how: RemoveHow) -> Result<u64, Stop<PipelineError>> {
        let library = self.res.library.clone();
        stages::on_disk(&self.res, move || fail(library.holdings().remove(id, how))).await
    }
}

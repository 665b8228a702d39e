//! From an order to rows: what is there already, or on its way, is not fetched again.

use std::collections::HashMap;

use jiff::Timestamp;
use swath_domain::{Band, Content, Transfer, TransferState, Wanted};
use swath_library::TransferRequest;

use super::{Order, Ordered, preflight};
use crate::{PipelineError, engine::Resources};

pub(crate) fn order(res: &Resources, order: Order) -> Result<Ordered, PipelineError> {
    let found = preflight(res, &order)?;
    if found.refuses() {
        return Err(PipelineError::Refused { findings: found.findings });
    }
    let mut ordered = Ordered { batch: None, transfers: Vec::new(), held: Vec::new(), queued: Vec::new(), queued_as: Vec::new() };
    let mut requests: Vec<TransferRequest> = Vec::new();
    let mut seen: HashMap<String, Vec<usize>> = HashMap::new();
    for scene in &order.scenes {
        let there = res.library.holdings().held(scene, &order.wanted)?;
        let Some(wanted) = missing(&order.wanted, &there) else {
            ordered.held.push(scene.id.clone());
            continue;
        };
        if let Some(id) = res.library.transfers().ordered(scene, &wanted)? {
            ordered.queued.push(scene.id.clone());
            ordered.queued_as.push(id);
            continue;
        }
        // Two catalogues' words for one product, ordered at once.
        let same = seen.entry(scene.acquisition()).or_default();
        if !same.iter().any(|index| requests[*index].scene.is_same_product(scene)) {
            same.push(requests.len());
            let name = scene.name.clone().unwrap_or_else(|| scene.id.item().to_owned());
            requests.push(TransferRequest { scene: scene.clone(), wanted, name });
        }
    }
    if !requests.is_empty() {
        let (batch, transfers) = res.library.transfers().order(&order.name, &requests, Timestamp::now())?;
        (ordered.batch, ordered.transfers) = (Some(batch), transfers);
    }
    for transfer in &ordered.transfers {
        res.transfers.tell(transfer.clone());
    }
    let waiting: Vec<_> = ordered.queued_as.iter().filter(|id| is_queued(res, **id)).copied().collect();
    res.transfers.take_on(ordered.transfers.iter().map(|transfer| transfer.id).chain(waiting));
    Ok(ordered)
}

fn is_queued(res: &Resources, id: swath_domain::TransferId) -> bool {
    matches!(res.library.transfers().get(id), Ok(Transfer { state: TransferState::Queued, .. }))
}

/// What is wanted without what is there; `None` when all of it is.
fn missing(wanted: &Wanted, there: &[Content]) -> Option<Wanted> {
    let lacking = |content: &Content| !there.contains(content);
    if !wanted.contents().iter().any(lacking) {
        return None;
    }
    let left = |bands: &[Band], content: &dyn Fn(Band) -> Content| -> Vec<Band> {
        bands.iter().copied().filter(|band| lacking(&content(*band))).collect()
    };
    Some(match wanted {
        Wanted::Bands { bands } => Wanted::Bands { bands: left(bands, &|band| Content::Band { band }) },
        Wanted::Window { bands, area } => {
            let fingerprint = area.fingerprint();
            let bands = left(bands, &|band| Content::Window { band, area: fingerprint.clone() });
            Wanted::Window { bands, area: area.clone() }
        }
        other => other.clone(),
    })
}

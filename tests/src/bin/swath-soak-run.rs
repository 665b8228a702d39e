//! Brings everything that was ordered into the library, going on where an earlier run was killed. Transfers that fail are tried again, as a
//! user would do it.
//!
//! `swath-soak-run DATA-FOLDER CATALOGUE-URL ORDERS.json PARALLEL`; the orders are pairs of scenes and what is wanted of them. At the end it
//! tells how many succeeded, and the most memory that it has used.

use std::io::Write;
use std::path::Path;

use swath_domain::{Scene, TransferId, TransferState, Wanted};
use swath_library::Library;
use swath_pipeline::{Engine, EngineOptions, Order, TransferRules};
use swath_tests::rig::{items_at, options};

/// Rounds of trying again before it gives up.
const ROUNDS: usize = 20;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [data, url, orders, parallel] = arguments.as_slice() else {
        return Err("expected DATA-FOLDER CATALOGUE-URL ORDERS.json PARALLEL".into());
    };
    let orders: Vec<(Vec<Scene>, Wanted)> = serde_json::from_str(&std::fs::read_to_string(orders)?)?;
    let transfers = Some(TransferRules { parallel: parallel.parse()?, ..TransferRules::default() });
    let options = EngineOptions { transfers, take_up_queued: true, ..options(vec![items_at("first", url)]) };
    let engine = Engine::start(Library::open(Path::new(data))?, options)?;
    // Killed while it ordered: what stands in the queue already is not ordered twice.
    if engine.transfers()?.len() < orders.iter().map(|(scenes, _)| scenes.len()).sum() {
        for (scenes, wanted) in orders {
            engine.order(Order { name: "Soak".into(), scenes, wanted })?;
        }
    }
    for _ in 0..ROUNDS {
        let failed = ended(&engine).await?;
        if failed.is_empty() {
            break;
        }
        engine.retry_transfers(&failed)?;
    }
    let all = engine.transfers()?;
    let succeeded = all.iter().filter(|transfer| transfer.state == TransferState::Succeeded).count();
    engine.shutdown().await;
    let mut out = std::io::stdout();
    writeln!(out, "succeeded {succeeded} of {}", all.len())?;
    writeln!(out, "memory {}", most_memory().unwrap_or(0))?;
    for transfer in all.iter().filter(|transfer| transfer.state != TransferState::Succeeded) {
        writeln!(out, "{} {}: {:?}", transfer.name, transfer.state, transfer.error)?;
    }
    Ok(())
}

/// Waits until nothing runs or waits any more; tells what failed.
async fn ended(engine: &Engine) -> Result<Vec<TransferId>, Box<dyn std::error::Error>> {
    let all: Vec<TransferId> = engine.transfers()?.iter().map(|transfer| transfer.id).collect();
    let ended = engine.wait_transfers(&all).await?;
    Ok(ended.iter().filter(|transfer| transfer.state == TransferState::Failed).map(|transfer| transfer.id).collect())
}

/// Most memory of this process so far, in bytes, where the system tells it.
fn most_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()? * 1024)
}

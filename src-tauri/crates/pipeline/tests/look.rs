//! Looking again at what the library holds.

#![allow(clippy::unwrap_used, reason = "a test gives up where something is missing")]

mod rig;

use std::sync::atomic::{AtomicU64, Ordering};

use rig::{Rig, Server, add, asset, made, scene};
use swath_domain::{Band, Content, Holding, HoldingId, HoldingState, Monitor, Never, Report, Scene, Stop, Wanted};
use swath_pipeline::PipelineError;

const BANDS: [Band; 4] = [Band::Red, Band::Green, Band::Blue, Band::Nir];

fn wanted() -> Wanted {
    Wanted::Bands { bands: BANDS.to_vec() }
}

/// A library that holds four bands.
async fn held() -> (Server, Rig, Scene) {
    let (server, rig) = (Server::start().await, Rig::new());
    let mut scene = scene("a");
    for (seed, band) in BANDS.into_iter().enumerate() {
        add(&mut scene, band, asset(&server.put(&format!("/{band}.tif"), made::cog(seed as u16, 300)), "a"));
    }
    rig.one(&scene, &wanted()).await.unwrap();
    (server, rig, scene)
}

fn of(rig: &Rig, band: Band) -> Holding {
    rig.holdings().into_iter().find(|holding| holding.content == Content::Band { band }).unwrap()
}

/// Counts bytes; cancels after so many.
struct Counting {
    bytes: AtomicU64,
    most: u64,
}

impl Monitor for Counting {
    fn report(&self, report: Report) {
        if let Report::Advanced(bytes) = report {
            self.bytes.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) >= self.most
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_or_lost_is_found_when_looked_at_again() {
    let (server, rig, scene) = held().await;
    let of = |band| of(&rig, band);
    std::fs::remove_file(rig.path(&of(Band::Red))).unwrap();
    let green = rig.path(&of(Band::Green));
    let mut bytes = std::fs::read(&green).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&green, bytes).unwrap();
    let blue = rig.path(&of(Band::Blue));
    let bytes = std::fs::read(&blue).unwrap();
    std::fs::write(&blue, &bytes[..bytes.len() - 1]).unwrap();
    assert_eq!(rig.states().await, (1, 1, 2));
    assert_eq!(of(Band::Red).state, HoldingState::Missing);
    assert!(matches!(of(Band::Green).state, HoldingState::Damaged { why } if why.contains("changed")));
    assert!(matches!(of(Band::Blue).state, HoldingState::Damaged { why } if why.contains("bytes instead of")));
    assert!(matches!(of(Band::Nir).state, HoldingState::Verified { .. }));

    // What is missing or damaged is fetched anew, and only that.
    server.forget();
    rig.one(&scene, &wanted()).await.unwrap();
    assert_eq!(server.asked("nir.tif"), 0);
    assert_eq!(rig.states().await, (4, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_byte_is_read_and_told_and_a_cancel_is_heard() {
    let (_server, rig, _) = held().await;
    let bytes: u64 = rig.holdings().iter().map(|holding| holding.bytes).sum();
    let all = Counting { bytes: AtomicU64::new(0), most: u64::MAX };
    let mut told = Vec::new();
    rig.engine.verify(None, &all, &mut |one| told.push(one.id)).await.unwrap();
    told.sort();
    let mut ids: Vec<HoldingId> = rig.holdings().iter().map(|holding| holding.id).collect();
    ids.sort();
    assert_eq!((all.bytes.into_inner(), told), (bytes, ids));

    let one = rig.engine.verify(Some(&[of(&rig, Band::Red).id]), &Never, &mut |_| ()).await.unwrap();
    assert_eq!((one.verified, one.missing, one.damaged), (1, 0, 0));
    let cancelled = rig.engine.verify(None, &Counting { bytes: AtomicU64::new(0), most: 0 }, &mut |_| ()).await;
    assert!(matches!(cancelled, Err(Stop::Cancelled)), "{cancelled:?}");
    let unknown = rig.engine.verify(Some(&[HoldingId(99)]), &Never, &mut |_| ()).await;
    assert!(matches!(&unknown, Err(Stop::Failed(error)) if error.code() == "not-found"), "{unknown:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_said_of_what_lies_on_a_disk_that_is_not_there() {
    let (_server, rig, _) = held().await;
    let root = rig.engine.library().root().unwrap().path;
    let away = root.with_extension("away");
    std::fs::rename(&root, &away).unwrap();
    let gone = rig.engine.verify(None, &Never, &mut |_| ()).await;
    assert!(matches!(&gone, Err(Stop::Failed(PipelineError::Library(error))) if error.code() == "root-missing"), "{gone:?}");
    std::fs::rename(&away, &root).unwrap();
    assert!(rig.holdings().iter().all(|holding| matches!(holding.state, HoldingState::Verified { .. })));
    assert_eq!(rig.states().await, (4, 0, 0));
}

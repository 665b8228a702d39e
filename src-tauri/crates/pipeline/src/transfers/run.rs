//! One run of a transfer, step after step. Each step starts from what is there already.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use futures::future::join_all;
use jiff::Timestamp;
use swath_domain::{FileOrder, Monitor, TransferStage, Wanted};
use tokio::sync::Semaphore;

use super::{
    Fetched, Piece, Work, clip, fetch, finish,
    progress::FileMonitor,
    quota, resolve, turn,
    waits::{Halt, Waits},
};
use crate::{
    error::{Outcome, fail},
    stages::on_disk,
};

/// Small files of one transfer fetched at a time: a folder of a hundred small files would wait for answers most of the time.
const LANES: usize = 4;
/// Files from this length on are fetched alone: their bytes take longer than the answer, and the client splits them where it may.
const LARGE: u64 = 16 << 20;

pub(super) async fn run(work: &Work) -> Result<(), Halt> {
    let over = &AtomicBool::new(false);
    let files = files(work, over).await?;
    work.monitor.files(&files);
    let fetched = fetch_all(work, &files, over).await?;
    work.monitor.begin(TransferStage::Check);
    let pieces = pieces(work, &files, &fetched, over).await?;
    check(work)?;
    publish(work, pieces, over).await
}

/// What the row says; asked for once.
async fn files(work: &Work, over: &AtomicBool) -> Result<Vec<FileOrder>, Halt> {
    work.monitor.begin(TransferStage::Resolve);
    let mut waits = Waits::new(work, &work.folder, over);
    loop {
        let found = match fail(work.res.library.transfers().files(work.id))? {
            Some(files) => Ok(files),
            None => resolved(work).await,
        };
        if let Some(files) = waits.after(found).await? {
            return Ok(files);
        }
    }
}

async fn resolved(work: &Work) -> Outcome<Vec<FileOrder>> {
    let files = resolve::files(work).await?;
    fail(work.res.library.transfers().set_files(work.id, &files))?;
    Ok(files)
}

/// Every file, large ones alone and small ones a few at a time, in the order in which they are listed.
async fn fetch_all(work: &Work, files: &[FileOrder], over: &AtomicBool) -> Result<Vec<Fetched>, Halt> {
    let lanes = Semaphore::new(LANES);
    let next = AtomicUsize::new(0);
    let lane = || async {
        let mut mine = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(order) = files.get(index) else { return Ok(mine) };
            let large = order.sources.iter().find_map(|source| source.size).is_some_and(|size| size >= LARGE);
            // Never closed, so there is always a permit in the end.
            let _permit = lanes.acquire_many(if large { LANES as u32 } else { 1 }).await;
            let outcome = if over.load(Ordering::Relaxed) { Err(Halt::Cancelled) } else { one(work, order, over).await };
            match outcome {
                Ok(fetched) => mine.push((index, fetched)),
                Err(halt) => {
                    over.store(true, Ordering::Relaxed);
                    return Err(halt);
                }
            }
        }
    };
    let ends = join_all((0..LANES.min(files.len())).map(|_| lane())).await;
    let (mut fetched, mut why) = (Vec::with_capacity(files.len()), None);
    for end in ends {
        match end {
            Ok(mine) => fetched.extend(mine),
            // The lanes that were asked to stop since another failed say nothing new.
            Err(Halt::Cancelled) => drop(why.get_or_insert(Halt::Cancelled)),
            Err(halt) => why = Some(halt),
        }
    }
    if let Some(why) = why {
        return Err(why);
    }
    fetched.sort_by_key(|(index, _)| *index);
    Ok(fetched.into_iter().map(|(_, fetched)| fetched).collect())
}

/// One file, for as long as it takes.
async fn one(work: &Work, order: &FileOrder, over: &AtomicBool) -> Result<Fetched, Halt> {
    let window = matches!(work.request.wanted, Wanted::Window { .. });
    let mut waits = Waits::new(work, &work.folder, over);
    loop {
        let order = &quota::affordable(&work.res, order, Timestamp::now())?;
        work.monitor.begin(TransferStage::Fetch);
        let monitor = FileMonitor::new(&work.monitor, &order.path, over);
        let outcome = if window { clip::window(work, order, &monitor).await } else { fetch::file(work, order, &monitor).await };
        if let Ok(fetched) = &outcome {
            monitor.done((!window).then_some(fetched.held.bytes));
        }
        if let Some(fetched) = waits.after(outcome).await? {
            return Ok(fetched);
        }
    }
}

async fn pieces(work: &Work, files: &[FileOrder], fetched: &[Fetched], over: &AtomicBool) -> Result<Vec<Piece>, Halt> {
    let mut waits = Waits::new(work, &work.folder, over);
    loop {
        let outcome = finish::pieces(work, files, fetched).await;
        if let Some(pieces) = waits.after(outcome).await? {
            return Ok(pieces);
        }
    }
}

/// Moves the pieces into the library, which also ends the transfer.
async fn publish(work: &Work, pieces: Vec<Piece>, over: &AtomicBool) -> Result<(), Halt> {
    work.monitor.begin(TransferStage::Publish);
    // Publishing ends the row: whoever reads it from then on is not to see what was waited for a moment ago.
    turn::save_progress(&work.res, &work.monitor);
    let root = work.res.library.folders().library();
    let mut waits = Waits::new(work, &root, over);
    loop {
        let (library, id, pieces) = (work.res.library.clone(), work.id, pieces.clone());
        let outcome = on_disk(&work.res, move || fail(library.transfers().publish(id, pieces, Timestamp::now()))).await;
        if waits.after(outcome).await?.is_some() {
            return Ok(());
        }
    }
}

fn check(work: &Work) -> Result<(), Halt> {
    if work.monitor.is_cancelled() { Err(Halt::Cancelled) } else { Ok(()) }
}

//! One answer into the part. Its last bytes are held back until it has ended well: servers that fail half-way write their error message behind
//! what they have sent.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::Bytes;
use swath_domain::{Report, Stop};

use super::fetch::Fetch;
use super::magic;
use super::part::Part;
use crate::RemoteError;
use crate::client::Answer;
use crate::retry::Failure;

/// Held back.
const TAIL: u64 = 64 << 10;
/// Written at a time.
const PIECE: u64 = 1 << 20;
/// Or what came in this time, so that a kill on a slow line loses little.
const WHILE: Duration = Duration::from_millis(250);
/// How often it is asked whether to go on, while the disk is waited for.
const POLL: Duration = Duration::from_millis(50);

/// Bytes of one answer that have not been handed over.
struct Held {
    at: u64,
    bytes: VecDeque<Bytes>,
    length: u64,
    since: Instant,
}

impl Held {
    fn new(at: u64) -> Self {
        Self { at, bytes: VecDeque::new(), length: 0, since: Instant::now() }
    }

    fn push(&mut self, bytes: Bytes) {
        self.length += bytes.len() as u64;
        self.bytes.push_back(bytes);
    }

    fn is_due(&self) -> bool {
        self.length >= TAIL + PIECE || (self.length > TAIL && self.since.elapsed() >= WHILE)
    }

    /// The first bytes, and where they belong.
    fn take(&mut self, mut count: u64) -> (u64, Vec<Bytes>) {
        let (at, mut taken) = (self.at, Vec::new());
        (self.at, self.length, self.since) = (self.at + count, self.length - count, Instant::now());
        while count > 0
            && let Some(mut first) = self.bytes.pop_front()
        {
            if first.len() as u64 > count {
                self.bytes.push_front(first.split_off(count as usize));
            }
            count -= first.len() as u64;
            taken.push(first);
        }
        (at, taken)
    }
}

impl Fetch<'_> {
    /// Takes the bytes of an answer that begins at `from` and must reach `end`; `None` when it ends where the file does. Returns where it ended.
    pub(super) async fn pour(&self, part: &Part, mut answer: Answer, from: u64, end: Option<u64>) -> Result<u64, Stop<Failure>> {
        let mut held = Held::new(from);
        loop {
            match answer.chunk(self.monitor).await {
                Ok(Some(mut bytes)) => {
                    let room = end.map_or(u64::MAX, |end| end - held.at - held.length);
                    if bytes.len() as u64 > room {
                        self.monitor.report(Report::Lost(bytes.len() as u64 - room));
                        bytes.truncate(room as usize);
                    }
                    held.push(bytes);
                    if end == Some(held.at + held.length) {
                        self.give(part, &mut held, 0).await?;
                        let _ = answer.finish(self.monitor).await;
                        return Ok(held.at);
                    }
                    if held.is_due() {
                        self.give(part, &mut held, TAIL).await?;
                    }
                }
                Ok(None) if end.is_none() => {
                    self.give(part, &mut held, 0).await?;
                    return Ok(held.at);
                }
                Ok(None) => {
                    let missing = end.map_or(0, |end| end - held.at - held.length);
                    self.roll_back(part, &mut held).await?;
                    return Err(Failure::passing(self.not_that(format!("it ended {missing} bytes early"))).into());
                }
                // Nothing is wrong with what came before the user had enough.
                Err(Stop::Cancelled) => {
                    let known = held.at > 0 || held.length >= magic::ENOUGH as u64;
                    if known {
                        let _ = self.give(part, &mut held, 0).await;
                    }
                    return Err(Stop::Cancelled);
                }
                Err(stop) => {
                    self.roll_back(part, &mut held).await?;
                    return Err(stop);
                }
            }
        }
    }

    /// Takes all but the last bytes of an answer that ended badly.
    async fn roll_back(&self, part: &Part, held: &mut Held) -> Result<(), Stop<Failure>> {
        if held.length > TAIL {
            self.give(part, held, TAIL).await?;
        }
        self.monitor.report(Report::Lost(held.length));
        Ok(())
    }

    /// Hands over all but the last bytes. Who cancels waits a moment for it, but not for a disk that hangs.
    async fn give(&self, part: &Part, held: &mut Held, tail: u64) -> Result<(), Stop<Failure>> {
        let mut work = std::pin::pin!(self.hand_over(part, held, tail));
        let mut asked = false;
        loop {
            match tokio::time::timeout(POLL, work.as_mut()).await {
                Ok(given) => return given.map_err(Stop::Failed),
                Err(_) if asked => return Err(Stop::Cancelled),
                Err(_) => asked = self.monitor.is_cancelled(),
            }
        }
    }

    /// Hands over all but the last bytes. What is there already must be the same.
    async fn hand_over(&self, part: &Part, held: &mut Held, tail: u64) -> Result<(), Failure> {
        let (at, bytes) = held.take(held.length - tail);
        if at == 0 {
            let start: Vec<u8> = bytes.iter().flatten().copied().take(magic::ENOUGH).collect();
            if let Err(why) = magic::check(self.kind, &start) {
                self.monitor.report(Report::Lost(bytes.iter().map(|bytes| bytes.len() as u64).sum::<u64>() + held.length));
                return Err(Failure::passing(self.not_that(why)));
            }
        }
        let length: u64 = bytes.iter().map(|bytes| bytes.len() as u64).sum();
        let missing = part.missing(at..at + length);
        if missing.total() == length {
            return part.keep(at, bytes).await.map_err(Failure::last);
        }
        let all = Bytes::from(bytes.concat());
        let slice = |start: u64, end: u64| all.slice((start - at) as usize..(end - at) as usize);
        let mut there = at;
        for range in missing.iter().chain(std::iter::once(at + length..at + length)) {
            if there < range.start && !part.is_same(there, slice(there, range.start)).await.map_err(Failure::last)? {
                self.monitor.report(Report::Lost(at + length - there + held.length));
                return Err(Failure::last(self.changed()));
            }
            self.monitor.report(Report::Lost(range.start - there));
            part.keep(range.start, vec![slice(range.start, range.end)]).await.map_err(Failure::last)?;
            there = range.end;
        }
        Ok(())
    }

    pub(super) fn not_that(&self, why: String) -> RemoteError {
        RemoteError::NotThatFile { name: self.name.clone(), host: self.host(), why }
    }

    pub(super) fn changed(&self) -> RemoteError {
        RemoteError::Changed { name: self.name.clone(), host: self.host() }
    }
}

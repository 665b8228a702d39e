//! What is looked at before anything is ordered, and what stands in the way.

use std::path::PathBuf;

use jiff::Timestamp;
use swath_domain::{AccountKind, SceneId};

/// What an order takes, and what stands in its way.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Preflight {
    /// What has to be said; some of it refuses the order.
    pub findings: Vec<Finding>,
    /// Bytes over the network, as far as they can be told.
    pub bytes: Option<u64>,
    /// Bytes free on the disk that the library lies on.
    pub disk_free: u64,
    /// Transfers that would be queued.
    pub transfers: usize,
    /// Scenes that the library has already.
    pub held: usize,
}

impl Preflight {
    /// Whether the order would be refused.
    pub fn refuses(&self) -> bool {
        self.findings.iter().any(Finding::refuses)
    }
}

/// Something that stands in the way of an order, or may.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Finding {
    /// Not enough room on the disk.
    #[error("{} has {} free and {} are needed; free some space, or move the library to another disk", folder.display(), mb(*.free), mb(*.needs))]
    Disk {
        /// Bytes needed.
        needs: u64,
        /// Bytes free.
        free: u64,
        /// Where.
        folder: PathBuf,
    },
    /// Cutting the area out takes more memory than Swath may use.
    #[error("this takes {} of memory and the limit is {}; choose a smaller area, or raise the limit in the settings", mb(*.needs), mb(*.limit))]
    Memory {
        /// Bytes needed.
        needs: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// The account's allowance does not cover it.
    #[error("the account `{account}` may fetch {} more until {until} and {} are needed; the rest waits until then", mb(*.left), mb(*.needs))]
    Quota {
        /// Whose allowance.
        account: AccountKind,
        /// Bytes needed.
        needs: u64,
        /// Bytes left.
        left: u64,
        /// When enough is free again.
        until: Timestamp,
    },
    /// A file would have a path that Windows programs cannot open.
    #[error(
        "the longest path would have {length} characters, and programs on Windows take {most} ({path}); move the library to a folder with a shorter path"
    )]
    PathTooLong {
        /// The longest path.
        path: String,
        /// Its length.
        length: usize,
        /// The most that is possible.
        most: usize,
    },
    /// The library cannot be written.
    #[error("{} cannot be written ({why}); change its permissions, or move the library", folder.display())]
    NotWritable {
        /// Where.
        folder: PathBuf,
        /// The system's words.
        why: String,
    },
    /// The library is not there.
    #[error("{} is not there; connect its disk, or re-link the library", folder.display())]
    RootMissing {
        /// Where it should be.
        folder: PathBuf,
    },
    /// It takes an account that is not set up.
    #[error(
        "this needs an account of the kind `{account}`, which is not set up; add it in the settings or with `swath accounts set {account}`"
    )]
    NoAccount {
        /// Which kind.
        account: AccountKind,
    },
    /// Some products have to be brought from an archive first.
    #[error("{} of the products lie in an archive and cannot be fetched at once; choose other scenes, or order them at their provider first", scenes.len())]
    Archived {
        /// Which.
        scenes: Vec<SceneId>,
    },
    /// Some scenes cannot be had in this form.
    #[error("{} of the scenes cannot be had in this form; choose another form, or other scenes", scenes.len())]
    NotOffered {
        /// Which.
        scenes: Vec<SceneId>,
    },
}

impl Finding {
    /// Whether the order cannot be taken because of it.
    pub fn refuses(&self) -> bool {
        match self {
            // What is over the allowance waits until it comes back.
            Finding::Quota { .. } => false,
            // Elsewhere such paths are only trouble for whoever carries the files to Windows.
            Finding::PathTooLong { .. } => cfg!(windows),
            _ => true,
        }
    }

    /// As programs know it.
    pub fn kind(&self) -> &'static str {
        match self {
            Finding::Disk { .. } => "disk",
            Finding::Memory { .. } => "memory",
            Finding::Quota { .. } => "quota",
            Finding::PathTooLong { .. } => "path-too-long",
            Finding::NotWritable { .. } => "not-writable",
            Finding::RootMissing { .. } => "root-missing",
            Finding::NoAccount { .. } => "no-account",
            Finding::Archived { .. } => "archived",
            Finding::NotOffered { .. } => "not-offered",
        }
    }
}

fn mb(bytes: u64) -> String {
    if bytes >= 1_000_000_000 { format!("{:.1} GB", bytes as f64 / 1e9) } else { format!("{:.1} MB", bytes as f64 / 1e6) }
}

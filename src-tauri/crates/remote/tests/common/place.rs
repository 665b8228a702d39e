//! One file on a server, and a folder for what comes of it.

use std::sync::Arc;

use swath_domain::{Never, Stop, Window};
use swath_remote::{RangeCache, RangeFile, RemoteError};

use super::tiff::{Made, make};
use super::{Server, client};

/// Two blocks beside each other in the second row.
pub const WINDOW: Window = Window { x: 300, y: 260, width: 400, height: 100 };

pub struct Place {
    pub server: Arc<Server>,
    pub folder: tempfile::TempDir,
}

impl Place {
    pub async fn new(made: Made) -> Self {
        Self { server: Server::start(make(made)).await, folder: tempfile::tempdir().unwrap() }
    }

    /// As after a start of the program.
    pub fn cache(&self) -> RangeCache {
        RangeCache::new(client(), self.folder.path().into())
    }

    pub async fn open(&self) -> Arc<RangeFile> {
        self.cache().open(&self.server.asset(), &Never).await.unwrap()
    }

    pub fn check_bytes(&self, file: &RangeFile, window: Window) {
        let (local, remote) = (std::fs::read(file.path()).unwrap(), self.server.file.lock().unwrap());
        assert_eq!(local.len(), remote.len());
        for range in file.ranges(0, window) {
            let range = range.start as usize..range.end as usize;
            assert!(local[range.clone()] == remote[range.clone()], "{range:?}");
        }
    }
}

pub fn failed<T>(result: Result<T, Stop<RemoteError>>) -> RemoteError {
    match result {
        Err(Stop::Failed(error)) => error,
        Err(Stop::Cancelled) => panic!("cancelled"),
        Ok(_) => panic!("it should have failed"),
    }
}

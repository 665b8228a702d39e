//! One file to be downloaded from a server, and a folder for it.

use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use swath_domain::{Access, Checksum, FileKind, FileSource, Stop};
use swath_remote::{Client, Downloaded, RemoteError};

use super::{Server, Watch, client};

pub struct Get {
    pub server: Arc<Server>,
    pub folder: tempfile::TempDir,
    pub client: Client,
    pub source: FileSource,
}

/// A file that begins as a TIFF does and in which no two places are alike.
pub fn file(length: usize) -> Vec<u8> {
    let mut seed = length as u64 + 1;
    let mut next = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed.to_le_bytes()
    };
    let mut bytes: Vec<u8> = std::iter::repeat_with(&mut next).take(length.div_ceil(8)).flatten().collect();
    bytes.truncate(length);
    bytes.iter_mut().zip(b"II*\0").for_each(|(byte, magic)| *byte = *magic);
    bytes
}

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Get {
    /// With the digest of the file as the published one.
    pub async fn new(length: usize) -> Self {
        let bytes = file(length);
        let checksum = Some(Checksum::Sha256(sha256(&bytes)));
        let server = Server::start(bytes).await;
        let href = format!("{}/scene/B04.tif", server.address);
        let source = FileSource { href, provider: "p".into(), access: Access::Open, size: None, checksum };
        Self { server, folder: tempfile::tempdir().unwrap(), client: client(), source }
    }

    pub fn to(&self) -> PathBuf {
        self.folder.path().join("B04.tif")
    }

    pub fn beside(&self, ending: &str) -> PathBuf {
        self.folder.path().join(format!("B04.tif{ending}"))
    }

    pub async fn run(&self, watch: &Watch) -> Result<Downloaded, Stop<RemoteError>> {
        self.client.download(&self.source, FileKind::Tiff, &self.to(), watch).await
    }

    /// Downloads; the file must be the server's, told as it is, and alone in its folder.
    pub async fn whole(&self, watch: &Watch) -> Downloaded {
        let got = self.run(watch).await.unwrap();
        let expected = self.server.file.lock().unwrap().clone();
        assert!(std::fs::read(self.to()).unwrap() == expected, "the bytes of the file");
        assert_eq!((got.bytes, &got.sha256), (expected.len() as u64, &sha256(&expected)));
        assert_eq!(watch.has(), got.bytes, "{watch:?}");
        assert!(!self.beside(".part").exists() && !self.beside(".journal").exists());
        got
    }

    /// The download must fail, and nothing may have the name of the file.
    pub async fn fails(&self, watch: &Watch) -> RemoteError {
        match self.run(watch).await {
            Err(Stop::Failed(error)) => {
                assert!(!self.to().exists(), "{error}");
                error
            }
            other => panic!("it should have failed: {other:?}"),
        }
    }
}

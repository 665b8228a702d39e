//! Downloads files as transfers do, for measuring beside other programs: `download FOLDER PARALLEL URL…`.

#![allow(clippy::unwrap_used, reason = "a tool for measuring by hand")]

use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use futures::StreamExt;
use swath_domain::{Access, FileKind, FileSource, Never};
use swath_remote::{Client, ClientOptions};

#[tokio::main]
async fn main() {
    let mut words = std::env::args().skip(1);
    let (folder, parallel) = (PathBuf::from(words.next().unwrap()), words.next().unwrap().parse().unwrap());
    let client = Client::new(ClientOptions::default()).unwrap();
    let begun = Instant::now();
    let one = |(number, href): (usize, String)| {
        let (client, to) = (client.clone(), folder.join(format!("file-{number}")));
        let source = FileSource { href, provider: "p".into(), access: Access::Open, size: None, checksum: None };
        async move { client.download(&source, FileKind::Any, &to, &Never).await.unwrap().bytes }
    };
    // In tasks of their own, as an engine runs them.
    let tasks = words.enumerate().map(|word| tokio::spawn(one(word)));
    let bytes: u64 =
        futures::stream::iter(tasks).buffer_unordered(parallel).map(Result::unwrap).fold(0, |sum, n| async move { sum + n }).await;
    let seconds = begun.elapsed().as_secs_f64();
    std::io::stdout().write_all(format!("{bytes} bytes in {seconds:.2} s: {:.0} MB/s\n", bytes as f64 / seconds / 1e6).as_bytes()).unwrap();
}

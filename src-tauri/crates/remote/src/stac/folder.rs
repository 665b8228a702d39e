//! A static catalogue in a folder: JSON files that link to each other.

use std::collections::HashSet;
use std::path::Path;

use serde_json::Value;
use swath_domain::{Monitor, Stop};
use url::Url;

use crate::RemoteError;
use crate::catalogue::Found;

const PAGE: usize = 100;
const MOST_FILES: usize = 200_000;

pub(crate) async fn search(folder: &Path, found: &mut Found<'_>, monitor: &dyn Monitor) -> Result<(), Stop<RemoteError>> {
    let root = root(folder).await?;
    let mut seen = HashSet::from([root.clone()]);
    // A stack keeps the items of one collection together.
    let mut open = vec![(root.clone(), None::<String>)];
    let mut page = Vec::new();
    while let Some((url, collection)) = open.pop() {
        if monitor.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        let document = match read(&url).await {
            Ok(document) => document,
            Err(error) if url == root => return Err(error.into()),
            Err(error) => {
                tracing::warn!(%error, "a file of the catalogue cannot be read");
                found.skip("a file of the catalogue cannot be read");
                continue;
            }
        };
        match document.get("type").and_then(Value::as_str) {
            Some("Feature") => page.extend(found.scene(&document, collection.as_deref(), &url, true)),
            Some("FeatureCollection") => {
                for item in document.get("features").and_then(Value::as_array).into_iter().flatten() {
                    page.extend(found.scene(item, collection.as_deref(), &url, true));
                }
            }
            kind => {
                let id = document.get("id").and_then(Value::as_str).filter(|_| kind == Some("Collection")).map(str::to_owned);
                let collection = id.or(collection);
                for next in links(&document, &url).into_iter().rev() {
                    if seen.len() < MOST_FILES && seen.insert(next.clone()) {
                        open.push((next, collection.clone()));
                    }
                }
            }
        }
        while page.len() >= PAGE {
            let rest = page.split_off(PAGE);
            found.hand_over(std::mem::replace(&mut page, rest));
        }
    }
    found.hand_over(page);
    Ok(())
}

async fn root(folder: &Path) -> Result<Url, RemoteError> {
    let folder = std::path::absolute(folder)?;
    for name in ["catalog.json", "collection.json"] {
        let path = folder.join(name);
        if tokio::fs::try_exists(&path).await.unwrap_or(false) {
            let what = || RemoteError::Unsupported { what: format!("the folder {}", folder.display()) };
            return Url::from_file_path(&path).map_err(|()| what());
        }
    }
    let what = "there is no catalog.json or collection.json in it".into();
    Err(RemoteError::Parse { host: folder.file_name().unwrap_or_default().to_string_lossy().into_owned(), what })
}

async fn read(url: &Url) -> Result<Value, RemoteError> {
    let name = crate::address::name(url);
    let wrong = |what: String| RemoteError::Parse { host: name.clone(), what };
    let path = url.to_file_path().map_err(|()| wrong("its address is no local path".into()))?;
    let bytes = tokio::fs::read(path).await.map_err(|e| wrong(e.to_string()))?;
    serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes)).map_err(|e| wrong(e.to_string()))
}

fn links(document: &Value, base: &Url) -> Vec<Url> {
    let links = document.get("links").and_then(Value::as_array).into_iter().flatten();
    let down = |link: &&Value| matches!(link.get("rel").and_then(Value::as_str), Some("item" | "child" | "items"));
    let target = |link: &Value| base.join(link.get("href")?.as_str()?).ok().filter(|url| url.scheme() == "file");
    links.filter(down).filter_map(target).collect()
}

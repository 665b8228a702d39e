//! Recordings of real services, and a server on loopback that gives their answers, or others, again.

use std::collections::BTreeMap;
use std::fmt::{Display, Formatter, Result as Written};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response};
use bytes::Bytes;
use serde_json::Value;

/// The shared data, and who used what of them. Empty when they are absent: then every question is answered with nothing.
pub struct Shared {
    root: PathBuf,
    files: BTreeMap<String, Use>,
}

enum Use {
    Unread,
    Used,
    LeftOut(&'static str),
}

/// One question to a service, and its answer.
#[derive(Debug, Clone)]
pub struct Recording {
    /// Its folder, `api/…/001`.
    pub folder: String,
    pub method: String,
    pub url: String,
    /// Body of the question; `Null` when it had none or it is no JSON.
    pub question: Value,
    pub reply: Reply,
}

impl Shared {
    pub fn open() -> Self {
        let root = std::env::var_os("SWATH_SHARED")
            .map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared").into(), PathBuf::from)
            .join("data");
        let mut files = BTreeMap::new();
        for folder in ["api", "stac-items"] {
            list(&root, Path::new(folder), &mut files);
        }
        if files.is_empty() {
            println!("skipped: no recordings at SWATH_SHARED; only pages written for this suite are checked");
        }
        Self { root, files }
    }

    /// Every recording below a folder (`api/cdse-odata`), in the order of their names, which is that of the questions.
    pub fn recordings(&mut self, folder: &str) -> Vec<Recording> {
        let below: Vec<String> = self.below(folder).filter_map(|path| path.strip_suffix("/request.json").map(str::to_owned)).collect();
        below.iter().map(|folder| self.recording(folder)).collect()
    }

    fn recording(&mut self, folder: &str) -> Recording {
        let read = |bytes: Bytes| serde_json::from_slice::<Value>(&bytes).unwrap();
        let (request, response) = (self.file(&format!("{folder}/request.json")), self.file(&format!("{folder}/response.json")));
        let (request, response) = (read(request.unwrap()), read(response.unwrap()));
        let body = response["body_file"].as_str().and_then(|name| self.file(&format!("{folder}/{name}"))).unwrap_or_default();
        let own = ["content-length", "transfer-encoding", "content-encoding", "connection"];
        let values = response["headers"].as_object().into_iter().flatten().filter_map(|(name, value)| {
            let value = value.as_str().or_else(|| value.get(0)?.as_str())?;
            (!own.contains(&name.to_ascii_lowercase().as_str())).then(|| (name.clone(), value.to_owned()))
        });
        let text = |key: &str| request[key].as_str().unwrap_or_default().to_owned();
        let question = match &request["body"] {
            Value::String(text) => serde_json::from_str(text).unwrap_or_default(),
            other => other.clone(),
        };
        let status = response["status"].as_u64().unwrap_or(200) as u16;
        let reply = Reply { status, headers: values.collect(), body };
        Recording { folder: folder.to_owned(), method: text("method"), url: text("url"), question, reply }
    }

    /// A file as it is; `None` when the shared data are absent.
    pub fn file(&mut self, path: &str) -> Option<Bytes> {
        *self.files.get_mut(path)? = Use::Used;
        Some(std::fs::read(self.root.join(path)).unwrap().into())
    }

    /// Every file below a folder as it is.
    pub fn files(&mut self, folder: &str) -> Vec<(String, Bytes)> {
        let paths: Vec<String> = self.below(folder).cloned().collect();
        paths.into_iter().map(|path| (path.clone(), self.file(&path).unwrap())).collect()
    }

    /// Says why nobody uses what lies below a folder (or begins with a path).
    pub fn leave_out(&mut self, folder: &str, why: &'static str) {
        for (path, used) in &mut self.files {
            if path.starts_with(folder) && matches!(used, Use::Unread) {
                *used = Use::LeftOut(why);
            }
        }
    }

    pub fn is_absent(&self) -> bool {
        self.files.is_empty()
    }

    /// Folders with files that nobody used, for which nobody gave a reason.
    pub fn unread(&self) -> Vec<String> {
        let unread = self.files.iter().filter(|(_, used)| matches!(used, Use::Unread));
        let mut folders: Vec<String> = unread.map(|(path, _)| path.split('/').take(3).collect::<Vec<_>>().join("/")).collect();
        folders.dedup();
        folders
    }

    fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a String> {
        self.files.keys().filter(move |path| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    }
}

impl Display for Shared {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        self.files.values().for_each(|used| {
            if let Use::LeftOut(why) = used {
                *reasons.entry(why).or_default() += 1;
            }
        });
        let used = self.files.values().filter(|used| matches!(used, Use::Used)).count();
        writeln!(f, "{used} of {} recorded files used", self.files.len())?;
        reasons.iter().try_for_each(|(why, number)| writeln!(f, "{number:>5} not applicable: {why}"))
    }
}

fn list(root: &Path, folder: &Path, files: &mut BTreeMap<String, Use>) {
    for entry in std::fs::read_dir(root.join(folder)).into_iter().flatten().flatten() {
        let path = folder.join(entry.file_name());
        if entry.path().is_dir() {
            list(root, &path, files);
        } else {
            files.insert(path.to_string_lossy().replace('\\', "/"), Use::Unread);
        }
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

impl Reply {
    pub fn json(status: u16, body: &Value) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Self { status, headers, body: body.to_string().into() }
    }

    pub fn value(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// With one text put in place of another; `SERVER` in a text becomes the address of the server that sends it.
    pub fn replaced(mut self, from: &str, to: &str) -> Self {
        // Pictures are left as they are.
        if let Ok(text) = std::str::from_utf8(&self.body) {
            self.body = text.replace(from, to).into();
        }
        self.headers.iter_mut().for_each(|(_, value)| *value = value.replace(from, to));
        self
    }
}

/// What the server was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    /// Path and query.
    pub uri: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Asked {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

type Answer = dyn Fn(&Asked) -> Reply + Send + Sync;

/// A server on loopback. Remembers what it was asked.
pub struct Server {
    pub address: String,
    asked: Mutex<Vec<Asked>>,
    answer: Box<Answer>,
}

impl Server {
    /// Answers as `answer` says.
    pub async fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let server = Arc::new(Self { address, asked: Mutex::default(), answer: Box::new(answer) });
        let router = Router::new().fallback(serve).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        server
    }

    /// Gives one answer after the other, and the last one for ever.
    pub async fn in_turn(replies: Vec<Reply>) -> Arc<Self> {
        let left = Mutex::new(std::collections::VecDeque::from(replies));
        Self::start(move |_| {
            let mut left = left.lock().unwrap();
            if left.len() > 1 { left.pop_front().unwrap() } else { left[0].clone() }
        })
        .await
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

async fn serve(State(server): State<Arc<Server>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 16 << 20).await.unwrap();
    let asked = Asked { method: parts.method.to_string(), uri: parts.uri.to_string(), headers: parts.headers, body };
    let reply = (server.answer)(&asked).replaced("SERVER", &server.address);
    server.asked.lock().unwrap().push(asked);
    let mut response = Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        response = response.header(name, value);
    }
    response.body(reply.body.into()).unwrap()
}

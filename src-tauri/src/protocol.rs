//! Pictures for the page, under three schemes of their own: `thumb`, `tile` and `base`.
//!
//! The page names pictures by ids and numbers, never by path or address; what they mean is decided here. Nothing else on the computer or
//! in the network can be reached through these schemes. Answers may be read by the map's worker, whose origin differs from theirs.

mod base;
mod thumb;
mod tile;

use percent_encoding::percent_decode_str;
use swath_domain::Stop;
use swath_pipeline::PipelineError;
use tauri::http::{Request, Response, StatusCode, header};
use tauri::{Builder, Manager, Runtime};

use crate::{
    state::AppState,
    view::{ErrorCode, IpcError},
};

/// What is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Small pictures of scenes and products.
    Thumb,
    /// Pieces of products and of running jobs.
    Tile,
    /// Pieces of online base maps.
    Base,
}

impl Scheme {
    const ALL: [Scheme; 3] = [Scheme::Thumb, Scheme::Tile, Scheme::Base];

    fn name(self) -> &'static str {
        match self {
            Scheme::Thumb => "thumb",
            Scheme::Tile => "tile",
            Scheme::Base => "base",
        }
    }
}

/// Serves the schemes on the runtime's threads; Tauri hands requests over on the main thread, which draws the window.
pub fn register<R: Runtime>(builder: Builder<R>) -> Builder<R> {
    Scheme::ALL.into_iter().fold(builder, |builder, scheme| {
        builder.register_asynchronous_uri_scheme_protocol(scheme.name(), move |context, request, responder| {
            let state = context.app_handle().try_state::<AppState>().map(|state| state.inner().clone());
            tauri::async_runtime::spawn(async move {
                let answer = match state {
                    Some(state) => answer(scheme, &state, &request).await,
                    None => respond(Err(Refusal::not_found("the program is still starting"))),
                };
                responder.respond(answer);
            });
        })
    })
}

/// Answers one request.
pub async fn answer(scheme: Scheme, state: &AppState, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    respond(match Asked::of(request) {
        Ok(asked) => match scheme {
            Scheme::Thumb => thumb::thumb(state, &asked).await,
            Scheme::Tile => tile::tile(state, &asked).await,
            Scheme::Base => base::base(state, &asked).await,
        },
        Err(refusal) => Err(refusal),
    })
}

/// A picture and how long the webview may keep it.
struct Picture {
    bytes: Vec<u8>,
    keep: Keep,
}

#[derive(Clone, Copy)]
enum Keep {
    /// The same address always gives the same picture.
    Always,
    /// It may be another one the next time.
    Never,
}

/// Why there is no picture.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    words: String,
}

type Answer = Result<Picture, Refusal>;

/// Shown where a raster has nothing: MapLibre takes an empty answer for an error.
const EMPTY: &[u8] = include_bytes!("protocol/empty.png");

impl Picture {
    fn empty(keep: Keep) -> Self {
        Self { bytes: EMPTY.to_vec(), keep }
    }
}

impl Refusal {
    fn bad(words: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, words: words.into() }
    }

    fn not_found(words: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, words: words.into() }
    }
}

impl<E: Into<PipelineError>> From<E> for Refusal {
    fn from(error: E) -> Self {
        let error = IpcError::from(error.into());
        let status = match error.code {
            ErrorCode::NotFound => StatusCode::NOT_FOUND,
            ErrorCode::Offline | ErrorCode::ProviderFailed => StatusCode::BAD_GATEWAY,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self { status, words: error.message }
    }
}

fn stopped(stop: Stop<PipelineError>) -> Refusal {
    match stop {
        Stop::Cancelled => Refusal { status: StatusCode::SERVICE_UNAVAILABLE, words: "the program is ending".into() },
        Stop::Failed(error) => error.into(),
    }
}

fn respond(answer: Answer) -> Response<Vec<u8>> {
    let (status, kind, keep, body) = match answer {
        Ok(Picture { bytes, keep }) => match media_type(&bytes) {
            Some(kind) => (StatusCode::OK, kind, keep, bytes),
            None => (StatusCode::BAD_GATEWAY, "text/plain", Keep::Never, b"what came is not a picture".to_vec()),
        },
        Err(Refusal { status, words }) => (status, "text/plain", Keep::Never, words.into_bytes()),
    };
    let keep = match keep {
        Keep::Always => "private, max-age=31536000, immutable",
        Keep::Never => "no-store",
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")] {
        headers.insert(name, header::HeaderValue::from_static(value));
    }
    response
}

/// By the first bytes, since servers often say something else. SVG is left out: it may hold scripts.
fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        _ => None,
    }
}

/// A request taken apart: decoded parts of the path, and the query.
struct Asked {
    parts: Vec<String>,
    query: Vec<(String, String)>,
}

impl Asked {
    fn of(request: &Request<Vec<u8>>) -> Result<Self, Refusal> {
        let decode = |text: &str| {
            let decoded = percent_decode_str(text).decode_utf8();
            decoded.map(|text| text.into_owned()).map_err(|_| Refusal::bad("the address is not UTF-8"))
        };
        let uri = request.uri();
        let parts = uri.path().trim_start_matches('/').split('/').map(decode).collect::<Result<_, _>>()?;
        let pairs = uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        let pair = |pair: &str| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok::<_, Refusal>((decode(key)?, decode(value)?))
        };
        Ok(Self { parts, query: pairs.map(pair).collect::<Result<_, _>>()? })
    }

    fn parts(&self) -> Vec<&str> {
        self.parts.iter().map(String::as_str).collect()
    }

    /// The comma-separated values of a key; `None` when it is not there.
    fn list(&self, key: &str) -> Option<Vec<&str>> {
        self.query.iter().find(|(k, _)| k == key).map(|(_, value)| value.split(',').collect())
    }
}

fn number(text: &str) -> Result<i64, Refusal> {
    text.parse().map_err(|_| Refusal::not_found(format!("`{text}` is not a number")))
}

/// Zoom level, column and row of a tile that there is.
fn place([z, x, y]: [&str; 3], deepest: u8) -> Result<(u8, u32, u32), Refusal> {
    let wrong = || Refusal::bad(format!("there is no tile {z}/{x}/{y}"));
    let zoom: u8 = z.parse().map_err(|_| wrong())?;
    let (column, row): (u32, u32) = (x.parse().map_err(|_| wrong())?, y.parse().map_err(|_| wrong())?);
    let side = 1u32.checked_shl(zoom.into()).unwrap_or(0);
    if zoom > deepest || column >= side || row >= side { Err(wrong()) } else { Ok((zoom, column, row)) }
}

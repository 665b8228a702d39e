//! One request, once: turn, time limits, and what the status means.

use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use reqwest::header::{self, HeaderMap};
use swath_domain::{Access, Monitor, Report, Stop};
use url::Url;

use super::Client;
use super::bandwidth::Bandwidth;
use super::endpoints::among;
use super::governor::{Governor, Permit};
use crate::accounts::Secret;
use crate::error::{repeats, words, words_without};
use crate::retry::{Again, Failure, retry_after, wait_in_words};
use crate::{RemoteError, address, cancel::unless_cancelled};

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
}

/// How it is asked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Method {
    Get,
    /// With a JSON body.
    Post(serde_json::Value),
}

impl Ask {
    pub(crate) fn get(url: Url) -> Self {
        Self { method: Method::Get, url, headers: HeaderMap::new() }
    }
}

/// What travels along.
#[derive(Debug, Clone, Copy)]
pub(super) enum Act<'a> {
    /// What the request says.
    AsAsked,
    /// A POST with a body that must not be seen, and its content type.
    Post(&'static str, &'a Secret),
    /// A DELETE.
    Delete,
}

/// An answer whose body has not been read. Holds its turn at the host until dropped.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// Where it came from, after redirects.
    pub(crate) url: Url,
    host: String,
    /// Whether this host gives the time to wait in milliseconds.
    milliseconds: bool,
    /// Secrets that were sent, and that the answer may repeat.
    sent: Vec<Secret>,
    stall: Duration,
    longest_wait: Duration,
    /// Whether the end of the body can be told from a connection that was lost.
    pub(crate) is_framed: bool,
    bandwidth: std::sync::Arc<Bandwidth>,
    body: BoxStream<'static, Result<Bytes, reqwest::Error>>,
    governor: std::sync::Arc<Governor>,
    permit: Permit,
}

impl Client {
    /// One request, once, without following where it leads: statuses from 400 on are failures.
    pub(super) async fn step(&self, ask: Ask, act: Act<'_>, access: Access, monitor: &dyn Monitor) -> Result<Answer, Stop<Failure>> {
        let host = address::host(&ask.url);
        let governor = self.governor(&ask.url, access);
        let held = |wait: Duration| monitor.report(Report::Held(seconds_up(wait)));
        let permit = unless_cancelled(monitor, governor.permit(&held)).await?;
        let (http, url) = (self.http(&ask.url), ask.url.clone());
        let carried = ask.headers.values().filter(|value| value.is_sensitive()).filter_map(|value| value.to_str().ok());
        let carried = carried.map(|text| Secret::new(text.trim_start_matches("Bearer ").to_owned())).collect();
        let request = match (act, ask.method) {
            (Act::Delete, _) => http.delete(ask.url),
            (Act::Post(kind, body), _) => http.post(ask.url).header(header::CONTENT_TYPE, kind).body(body.expose().to_owned()),
            (Act::AsAsked, Method::Get) => http.get(ask.url),
            (Act::AsAsked, Method::Post(body)) => http.post(ask.url).json(&body),
        };
        // Lengths and ranges mean the bytes as they travel, so they must not be compressed on the way.
        let request = request.headers(ask.headers).header(header::ACCEPT_ENCODING, "identity");
        let patience = self.options().first_byte;
        let sent = unless_cancelled(monitor, tokio::time::timeout(patience, request.send())).await?;
        let response = match sent {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => {
                if error.is_timeout() {
                    governor.complained(&permit, None);
                }
                return Err(Failure::from_network(&host, &error).into());
            }
            Err(_) => {
                governor.complained(&permit, None);
                monitor.report(Report::Stalled(whole_seconds(patience)));
                return Err(Failure::passing(RemoteError::Timeout { host, seconds: patience.as_secs().max(1) }).into());
            }
        };
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let is_framed = response.version() > reqwest::Version::HTTP_11
            || [header::CONTENT_LENGTH, header::TRANSFER_ENCODING].iter().any(|name| headers.contains_key(name));
        let mut answer = Answer {
            status,
            headers,
            milliseconds: among(&self.options().endpoints.sentinel_hub_hosts, &url),
            sent: carried,
            url,
            host,
            stall: self.options().stall,
            longest_wait: self.options().longest_wait,
            is_framed,
            bandwidth: self.inner.bandwidth.clone(),
            body: response.bytes_stream().boxed(),
            governor,
            permit,
        };
        if status < 400 { Ok(answer) } else { Err(answer.refusal(&self.secrets(), monitor).await) }
    }
}

impl Answer {
    /// The next piece of the body; `None` at its end.
    pub(crate) async fn chunk(&mut self, monitor: &dyn Monitor) -> Result<Option<Bytes>, Stop<Failure>> {
        unless_cancelled(monitor, self.bandwidth.turn()).await?;
        match unless_cancelled(monitor, tokio::time::timeout(self.stall, self.body.next())).await? {
            Ok(Some(Ok(bytes))) => {
                self.bandwidth.came(bytes.len() as u64);
                monitor.report(Report::Fetched(bytes.len() as u64));
                Ok(Some(bytes))
            }
            Ok(None) => {
                self.governor.succeeded();
                Ok(None)
            }
            Ok(Some(Err(error))) => {
                let what = format!("the transfer broke off ({})", innermost(&error));
                Err(Failure::passing(RemoteError::Parse { host: self.host.clone(), what }).into())
            }
            Err(_) => {
                self.governor.complained(&self.permit, None);
                monitor.report(Report::Stalled(whole_seconds(self.stall)));
                let seconds = self.stall.as_secs().max(1);
                Err(Failure::passing(RemoteError::Timeout { host: self.host.clone(), seconds }).into())
            }
        }
    }

    /// All that was wanted has arrived: waits for the end of the body, so that the connection can be used again, and counts a success.
    /// What follows is of no interest, nor is an error in it.
    pub(crate) async fn finish(&mut self, monitor: &dyn Monitor) -> Result<(), Stop<Failure>> {
        self.governor.succeeded();
        let _ = unless_cancelled::<_, Failure>(monitor, tokio::time::timeout(Duration::from_millis(100), self.body.next())).await;
        Ok(())
    }

    /// The whole body, at most `most` bytes.
    pub(crate) async fn whole(&mut self, most: usize, monitor: &dyn Monitor) -> Result<Bytes, Stop<Failure>> {
        let mut all = Vec::new();
        while let Some(bytes) = self.chunk(monitor).await? {
            if all.len() + bytes.len() > most {
                let what = format!("it is longer than {most} bytes");
                return Err(Failure::last(RemoteError::Parse { host: self.host.clone(), what }).into());
            }
            all.extend_from_slice(&bytes);
        }
        if let Some(length) = self.number(header::CONTENT_LENGTH).filter(|length| *length != all.len() as u64) {
            let what = format!("{} of {length} bytes came", all.len());
            return Err(Failure::passing(RemoteError::Parse { host: self.host.clone(), what }).into());
        }
        // Some services repeat the request in what they answer, from where it would get into messages.
        Ok(repeats(&all, &self.sent).map_or_else(|| all.into(), Bytes::from))
    }

    pub(crate) fn text(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn number(&self, name: header::HeaderName) -> Option<u64> {
        self.text(name)?.trim().parse().ok()
    }

    /// What a refusal means; reads a little of the body for the server's own words.
    async fn refusal(&mut self, secrets: &[Secret], monitor: &dyn Monitor) -> Stop<Failure> {
        let mut body = Vec::new();
        while body.len() < 4096 {
            match unless_cancelled::<_, Failure>(monitor, tokio::time::timeout(Duration::from_secs(2), self.body.next())).await {
                Err(_) => return Stop::Cancelled,
                Ok(Ok(Some(Ok(bytes)))) => body.extend_from_slice(&bytes),
                Ok(_) => break,
            }
        }
        let words = words_without(&String::from_utf8_lossy(&body), secrets);
        let asked = self.text(header::RETRY_AFTER).and_then(|value| retry_after(value, self.milliseconds, jiff::Timestamp::now()));
        let wait = asked.or_else(|| wait_in_words(&words).filter(|_| self.status == 429));
        if matches!(self.status, 429 | 503 | 504 | 408) {
            // Who asks for longer is answered by failing; the host must not stay shut for whoever tries again.
            self.governor.complained(&self.permit, wait.map(|wait| wait.min(self.longest_wait)));
        }
        let error = RemoteError::Status { status: self.status, host: self.host.clone(), words };
        let passing = matches!(self.status, 408 | 429 | 500 | 502 | 503 | 504);
        Failure { error, again: if passing { Again::After(wait) } else { Again::Never } }.into()
    }
}

impl Failure {
    fn from_network(host: &str, error: &reqwest::Error) -> Self {
        let why = innermost(error);
        let host = host.to_owned();
        if error.is_redirect() {
            return Failure::last(RemoteError::NotThatFile { name: "the answer".into(), host, why });
        }
        if error.is_builder() {
            return Failure::last(RemoteError::Unsupported { what: format!("a request to {host} ({why})") });
        }
        if !error.is_connect() {
            let what = format!("the connection was closed before it came ({why})");
            return Failure::passing(RemoteError::Parse { host, what });
        }
        Failure::passing(RemoteError::Connect { host, why })
    }
}

/// The outer errors repeat the whole address; only the innermost cause is fit to be shown.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    // An error without a cause is shown with its address, which can be long but holds no query after this.
    words(&cause.to_string())
}

fn whole_seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX).max(1)
}

/// Never 0 for a time that is to be waited for.
pub(crate) fn seconds_up(wait: Duration) -> u32 {
    u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX)
}

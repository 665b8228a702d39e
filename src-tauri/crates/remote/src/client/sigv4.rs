//! Signatures of Amazon Web Services, version 4, in a header: nothing secret gets into an address.
//!
//! Only what reading takes: requests without a body. After AWS's description of "Signature Version 4 signing process".

use hmac::{Hmac, Mac};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use url::Url;

use crate::address::hex;

/// SHA-256 of nothing.
pub(crate) const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Who signs, and for which service.
pub(crate) struct Signer<'a> {
    pub(crate) access_key: &'a str,
    pub(crate) secret_key: &'a str,
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
}

impl Signer<'_> {
    /// The value of `Authorization` for a GET. `headers` have lower-case names; `host` and `x-amz-date` must be among them.
    pub(crate) fn authorization(&self, url: &Url, headers: &[(&str, &str)], now: Timestamp) -> String {
        let mut headers = headers.to_vec();
        headers.sort_unstable();
        let signed = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let lines: String = headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
        let body = headers.iter().find(|(name, _)| *name == "x-amz-content-sha256").map_or(EMPTY, |(_, hash)| *hash);
        let canonical = format!("GET\n{}\n{}\n{lines}\n{signed}\n{body}", path(url), query(url));
        let (day, scope) = (day(now), format!("{}/{}/{}/aws4_request", day(now), self.region, self.service));
        let text = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{}", moment(now), hex(&Sha256::digest(canonical)));
        let key = [&day, self.region, self.service, "aws4_request"]
            .iter()
            .fold(format!("AWS4{}", self.secret_key).into_bytes(), |key, part| mac(&key, part.as_bytes()));
        let signature = hex(&mac(&key, text.as_bytes()));
        format!("AWS4-HMAC-SHA256 Credential={}/{scope},SignedHeaders={signed},Signature={signature}", self.access_key)
    }
}

/// The value of `x-amz-date`.
pub(crate) fn moment(now: Timestamp) -> String {
    now.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn day(now: Timestamp) -> String {
    now.strftime("%Y%m%d").to_string()
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    // A key of any length is accepted, so this cannot fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn path(url: &Url) -> String {
    let path = percent_decode(url.path());
    if path.is_empty() { "/".into() } else { encode(&path, true) }
}

fn query(url: &Url) -> String {
    let mut pairs: Vec<_> =
        url.query_pairs().map(|(key, value)| (encode(key.as_bytes(), false), encode(value.as_bytes(), false))).collect();
    pairs.sort_unstable();
    pairs.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("&")
}

/// Everything but letters, digits, `-`, `.`, `_` and `~`, as AWS wants it; other rules give other signatures.
pub(crate) fn encode(bytes: &[u8], keep_slashes: bool) -> String {
    let mut text = String::new();
    for byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => text.push(char::from(*byte)),
            b'/' if keep_slashes => text.push('/'),
            other => text.push_str(&format!("%{other:02X}")),
        }
    }
    text
}

pub(crate) fn percent_decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let (mut decoded, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let code = (bytes[at] == b'%').then(|| bytes.get(at + 1..at + 3)).flatten();
        match code.and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of AWS's "Signature Calculations for the Authorization Header" and of its test suite for signers.
    #[test]
    fn published_signatures_are_met() {
        let s3 = Signer {
            access_key: "AKIAIOSFODNN7EXAMPLE",
            secret_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            region: "us-east-1",
            service: "s3",
        };
        let date = ("x-amz-date", "20130524T000000Z");
        let host = ("host", "examplebucket.s3.amazonaws.com");
        let body = ("x-amz-content-sha256", EMPTY);
        let now: Timestamp = "2013-05-24T00:00:00Z".parse().unwrap();
        for (path, headers, signature) in [
            (
                "test.txt",
                vec![host, ("range", "bytes=0-9"), body, date],
                "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
            ),
            ("?lifecycle", vec![host, body, date], "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
            ("?max-keys=2&prefix=J", vec![date, body, host], "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
        ] {
            let url = Url::parse(&format!("https://examplebucket.s3.amazonaws.com/{path}")).unwrap();
            let got = s3.authorization(&url, &headers, now);
            assert!(got.ends_with(&format!("Signature={signature}")), "{path}: {got}");
        }
        let suite = Signer {
            access_key: "AKIDEXAMPLE",
            secret_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            region: "us-east-1",
            service: "service",
        };
        let headers = [("host", "example.amazonaws.com"), ("x-amz-date", "20150830T123600Z")];
        let got =
            suite.authorization(&Url::parse("https://example.amazonaws.com/").unwrap(), &headers, "2015-08-30T12:36:00Z".parse().unwrap());
        assert_eq!(
            got,
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request,SignedHeaders=host;x-amz-date,\
             Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        );
    }

    #[test]
    fn every_byte_of_a_key_has_one_spelling() {
        for (given, expected) in [("/a b+c(1)~.tif", "/a%20b%2Bc%281%29~.tif"), ("/%E6%99%B4%2f%zz", "/%E6%99%B4/%25zz"), ("", "/")] {
            let url = Url::parse(&format!("https://a.example{given}")).unwrap();
            assert_eq!(path(&url), expected);
        }
    }
}

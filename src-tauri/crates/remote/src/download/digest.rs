//! The digests of a file, computed by a thread that follows what has arrived without a gap, and what they say about the file.

use std::fs::File;
use std::sync::Arc;

use sha2::Digest;
use swath_domain::{Access, AccountKind, Checksum, FileKind, FileSource};

use super::Checked;
use super::shared::Shared;
use crate::{address::hex, at::read_at};

/// Read at a time: what the processor's caches hold.
const PIECE: usize = 256 << 10;

/// SHA-256, which is stored with every file, and the algorithm of the published digest where it is another one.
pub(super) struct Digests {
    sha256: sha2::Sha256,
    md5: Option<md5::Md5>,
    sha3: Option<sha3::Sha3_256>,
}

/// What came out, in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) sha256: String,
    md5: Option<String>,
    sha3: Option<String>,
}

impl Digests {
    pub(super) fn new(published: Option<&Checksum>) -> Self {
        Self {
            sha256: sha2::Sha256::new(),
            md5: matches!(published, Some(Checksum::Md5(_))).then(md5::Md5::new),
            sha3: matches!(published, Some(Checksum::Sha3(_))).then(sha3::Sha3_256::new),
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.md5.iter_mut().for_each(|md5| md5.update(bytes));
        self.sha3.iter_mut().for_each(|sha3| sha3.update(bytes));
    }

    pub(super) fn finish(self) -> Found {
        Found {
            sha256: hex(&self.sha256.finalize()),
            md5: self.md5.map(|md5| hex(&md5.finalize())),
            sha3: self.sha3.map(|sha3| hex(&sha3.finalize())),
        }
    }
}

/// Follows a file until it is whole; `None` when it is given up before. The bytes are read back, most often from memory, so that beginning and
/// going on are the same.
pub(super) fn follow(shared: &Shared, file: &Arc<File>, mut digests: Digests) -> std::io::Result<Option<Found>> {
    let mut piece = vec![0; PIECE];
    let mut at = 0;
    while let Some(until) = shared.beyond(at) {
        if until == at {
            return Ok(Some(digests.finish()));
        }
        while at < until && !shared.is_given_up() {
            let count = (until - at).min(PIECE as u64) as usize;
            read_at(file, at, &mut piece[..count])?;
            digests.update(&piece[..count]);
            at += count as u64;
        }
    }
    Ok(None)
}

/// What the digests mean.
pub(super) enum Verdict {
    Good(Checked),
    /// By the algorithm that was published.
    Wrong(&'static str),
}

/// Compares with the published digest. Catalogues are known to name the wrong algorithm, so one of the same length that is known as well counts.
pub(super) fn judge(found: &Found, source: &FileSource, kind: FileKind) -> Verdict {
    let same = |computed: Option<&String>, published: &str| computed.is_some_and(|computed| computed.eq_ignore_ascii_case(published));
    let Some(checksum) = &source.checksum else { return Verdict::Good(Checked::Length) };
    let (name, fits) = match checksum {
        Checksum::Sha256(text) => ("SHA-256", same(Some(&found.sha256), text)),
        Checksum::Md5(text) => ("MD5", same(found.md5.as_ref(), text)),
        Checksum::Sha3(text) if same(Some(&found.sha256), text) => {
            tracing::info!(provider = source.provider, "a digest that is named SHA3-256 is SHA-256");
            ("SHA-256", true)
        }
        Checksum::Sha3(text) => ("SHA3-256", same(found.sha3.as_ref(), text)),
    };
    match fits {
        true => Verdict::Good(Checked::Digest(name)),
        false if is_doubtful(source, checksum, kind) => {
            tracing::warn!(provider = source.provider, "a published digest fits under no algorithm and is not believed");
            Verdict::Good(Checked::Doubtful)
        }
        false => Verdict::Wrong(name),
    }
}

/// The STAC catalogue of the Copernicus Data Space Ecosystem gives digests of metadata under a name that cannot be theirs, and it is not known
/// for certain what they are. Files of a product are compared with its manifest besides.
fn is_doubtful(source: &FileSource, checksum: &Checksum, kind: FileKind) -> bool {
    let cdse = matches!(source.access, Access::Account(AccountKind::Cdse | AccountKind::CdseS3));
    cdse && kind == FileKind::Xml && matches!(checksum, Checksum::Sha3(_)) && source.size.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(checksum: Option<Checksum>, access: Access, kind: FileKind, expected: Result<Checked, &str>) {
        let mut digests = Digests::new(checksum.as_ref());
        digests.update(b"ab");
        digests.update(b"c");
        let source = FileSource { href: "https://a.example/x".into(), provider: "p".into(), access, size: Some(3), checksum };
        match judge(&digests.finish(), &source, kind) {
            Verdict::Good(checked) => assert_eq!(Ok(checked), expected, "{source:?}"),
            Verdict::Wrong(name) => assert_eq!(Err(name), expected, "{source:?}"),
        }
    }

    #[test]
    fn digests_of_every_kind_are_compared_also_when_they_have_the_wrong_name() {
        let sha2 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".to_owned();
        let sha3 = "3A985DA74FE225B2045C172D6BD390BD855F086E3E9D525B46BFE24511431532".to_owned();
        let md5 = "900150983cd24fb0d6963f7d28e17f72".to_owned();
        let cdse = Access::Account(AccountKind::Cdse);
        check(None, Access::Open, FileKind::Zip, Ok(Checked::Length));
        check(Some(Checksum::Sha256(sha2.clone())), Access::Open, FileKind::Zip, Ok(Checked::Digest("SHA-256")));
        check(Some(Checksum::Sha3(sha3)), Access::Open, FileKind::Jp2, Ok(Checked::Digest("SHA3-256")));
        check(Some(Checksum::Sha3(sha2)), Access::Open, FileKind::Jp2, Ok(Checked::Digest("SHA-256")));
        check(Some(Checksum::Md5(md5)), cdse, FileKind::Zip, Ok(Checked::Digest("MD5")));
        check(Some(Checksum::Md5("00".repeat(16))), cdse, FileKind::Zip, Err("MD5"));
        check(Some(Checksum::Sha256("00".repeat(32))), Access::Open, FileKind::Tiff, Err("SHA-256"));
        check(Some(Checksum::Sha3("00".repeat(32))), cdse, FileKind::Jp2, Err("SHA3-256"));
        check(Some(Checksum::Sha3("00".repeat(32))), cdse, FileKind::Xml, Ok(Checked::Doubtful));
        check(Some(Checksum::Sha3("00".repeat(32))), Access::Open, FileKind::Xml, Err("SHA3-256"));
    }
}

//! SAFE folders: their manifests, parts of them, and whether all of it is there.

#![allow(clippy::unwrap_used, reason = "a test gives up where something is missing")]

mod folders;
mod manifests;
mod real;

use std::fs;
use std::path::Path;

use md5::{Digest, Md5};
use sha3::Sha3_256;

/// A manifest of these files with digests of the given kind, in the words of the real ones.
fn manifest(files: &[(&str, &[u8])], algorithm: &str) -> String {
    let objects = files.iter().enumerate().map(|(number, (path, bytes))| {
        let digest = match algorithm {
            "MD5" => hexadecimal(&Md5::digest(bytes)),
            _ => hexadecimal(&Sha3_256::digest(bytes)),
        };
        format!(
            "<dataObject ID=\"o{number}\"><byteStream mimeType=\"application/octet-stream\" size=\"{}\">\n\
             <fileLocation locatorType=\"URL\" href=\"./{path}\"/>\n<checksum checksumName=\"{algorithm}\">{digest}</checksum>\n</byteStream></dataObject>\n",
            bytes.len()
        )
    });
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xfdu:XFDU xmlns:xfdu=\"urn:ccsds:schema:xfdu:1\"><informationPackageMap/>\n\
         <metadataSection><metadataObject ID=\"x\"><metadataReference href=\"./support/x.xsd\"/></metadataObject></metadataSection>\n\
         <dataObjectSection>\n{}</dataObjectSection></xfdu:XFDU>\n",
        objects.collect::<String>()
    )
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Writes files into a folder, with a manifest of them.
fn safe_folder(folder: &Path, files: &[(&str, &[u8])], algorithm: &str) {
    for (path, bytes) in files {
        let to = folder.join(path);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, bytes).unwrap();
    }
    fs::write(folder.join("manifest.safe"), manifest(files, algorithm)).unwrap();
}

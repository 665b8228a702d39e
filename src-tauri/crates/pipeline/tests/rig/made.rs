//! Small products, byte by byte: images, a SAFE folder, zips and tars.

use std::path::Path;

use md5::{Digest, Md5};
use sha3::Sha3_256;
use swath_domain::{Compression, Crs, Grid, Transform};
use swath_raster::cog::{self, Pixels};

/// Name of the product.
pub const NAME: &str = "S2B_MSIL2A_20250818T100559_N0511_R022_T33TWL_20250818T131559";

/// 10 m pixels at the corner of tile 33TWL.
pub fn grid(side: u32) -> Grid {
    let transform = Transform { west: 499_980.0, north: 5_200_020.0, width: 10.0, height: 10.0 };
    Grid { crs: Crs::epsg(32633), transform, width: side, height: side }
}

/// The value of a pixel in [`cog`].
pub fn value(seed: u16, x: u32, y: u32) -> u16 {
    // Hard to compress, so that files have some length.
    let mix = (u32::from(seed) + 1).wrapping_mul(2_654_435_761).wrapping_add(x.wrapping_mul(40_503)).wrapping_add(y.wrapping_mul(30_011));
    1 + ((mix ^ (mix >> 13)) & 0x3fff) as u16
}

/// A cloud-optimised GeoTIFF of one band.
pub fn cog(seed: u16, side: u32) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("band.tif");
    let pixels: Vec<u16> = (0..side).flat_map(|y| (0..side).map(move |x| value(seed, x, y))).collect();
    cog::from_pixels(&grid(side), Pixels::U16(&pixels), Some(0.0), 256, false, Compression::Deflate, &path).unwrap();
    std::fs::read(path).unwrap()
}

/// A JPEG 2000 without detail, with a comment that makes it differ from others.
pub fn jp2(comment: &str) -> Vec<u8> {
    let boxed = |kind: &[u8; 4], content: &[u8]| [&(content.len() as u32 + 8).to_be_bytes()[..], kind, content].concat();
    let marker = |kind: u8, content: &[u8]| [&[0xff, kind][..], &(content.len() as u16 + 2).to_be_bytes(), content].concat();
    let side = 64_u32.to_be_bytes();
    let header = [boxed(b"ihdr", &[&side[..], &side, &[0, 1, 15, 7, 0, 0]].concat()), boxed(b"colr", &[1, 0, 0, 0, 0, 0, 17])].concat();
    let none = [0; 4];
    let stream = [
        vec![0xff, 0x4f],
        marker(0x51, &[&[0, 0][..], &side, &side, &none, &none, &side, &side, &none, &none, &[0, 1, 15, 1, 1]].concat()),
        marker(0x52, &[0, 0, 0, 1, 0, 0, 4, 4, 0, 1]),
        marker(0x5c, &[0x40, 0x80]),
        marker(0x64, &[&[0, 1][..], comment.as_bytes()].concat()),
        marker(0x90, &[0, 0, 0, 0, 0, 15, 0, 1]),
        vec![0xff, 0x93, 0x00, 0xff, 0xd9],
    ]
    .concat();
    [boxed(b"jP  ", &[0x0d, 0x0a, 0x87, 0x0a]), boxed(b"ftyp", b"jp2 \0\0\0\0jp2 "), boxed(b"jp2h", &header), boxed(b"jp2c", &stream)]
        .concat()
}

/// The files of a SAFE folder without its manifest.
pub fn safe() -> Vec<(String, Vec<u8>)> {
    let granule = "GRANULE/L2A_T33TWL_A044123_20250818T100559";
    let xml = |what: &str| format!("<?xml version=\"1.0\"?>\n<{what}/>\n").into_bytes();
    let image = |metres: u32, label: &str| format!("{granule}/IMG_DATA/R{metres}m/T33TWL_20250818T100559_{label}_{metres}m.jp2");
    let mut files = vec![
        ("MTD_MSIL2A.xml".to_owned(), xml("Level-2A_User_Product")),
        (format!("{granule}/MTD_TL.xml"), xml("Level-2A_Tile_ID")),
        ("DATASTRIP/DS_2BPS_20250818T131559_S20250818T100553/MTD_DS.xml".to_owned(), xml("Level-2A_DataStrip_ID")),
        ("INSPIRE.xml".to_owned(), xml("MD_Metadata")),
        (format!("{granule}/QI_DATA/T33TWL_20250818T100559_PVI.jp2"), jp2("PVI")),
    ];
    for label in ["B02", "B03", "B04", "B08"] {
        files.push((image(10, label), jp2(label)));
    }
    for label in ["B04", "B11", "SCL"] {
        files.push((image(20, label), jp2(&format!("{label} coarse"))));
    }
    files
}

/// What lists them, with SHA3-256 digests.
pub fn manifest(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xfdu:XFDU xmlns:xfdu=\"urn:ccsds:schema:xfdu:1\" \
         version=\"esa/safe/sentinel/1.1/sentinel-2/msi/archive_l2a_user_product\">\n<dataObjectSection>\n",
    );
    for (number, (path, bytes)) in files.iter().enumerate() {
        let (kind, size, digest) = (if path.ends_with(".xml") { "text/xml" } else { "application/octet-stream" }, bytes.len(), sha3(bytes));
        text += &format!(
            "<dataObject ID=\"F{number}\"><byteStream mimeType=\"{kind}\" size=\"{size}\"><fileLocation locatorType=\"URL\" \
             href=\"./{path}\"/><checksum checksumName=\"SHA3-256\">{digest}</checksum></byteStream></dataObject>\n"
        );
    }
    text += "</dataObjectSection>\n</xfdu:XFDU>\n";
    text.into_bytes()
}

/// The whole folder with its manifest, paths beginning with its name.
pub fn product() -> Vec<(String, Vec<u8>)> {
    let files = safe();
    let manifest = ("manifest.safe".to_owned(), manifest(&files));
    files.into_iter().chain([manifest]).map(|(path, bytes)| (format!("{NAME}.SAFE/{path}"), bytes)).collect()
}

/// A zip in which members are stored as they are.
pub fn zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let (mut all, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let offset = all.len() as u32;
        let length = (bytes.len() as u32).to_le_bytes();
        let common = [
            &[20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x5b][..],
            &crc(bytes).to_le_bytes(),
            &length,
            &length,
            &(name.len() as u16).to_le_bytes(),
            &[0, 0],
        ]
        .concat();
        all.extend([b"PK\x03\x04", &common[..], name.as_bytes(), bytes].concat());
        let offset = offset.to_le_bytes();
        directory.extend([b"PK\x01\x02\x14\0", &common[..], &[0; 10], &offset, name.as_bytes()].concat());
    }
    let (start, length, count) = (all.len() as u32, directory.len() as u32, files.len() as u16);
    all.extend(directory);
    let count = count.to_le_bytes();
    all.extend([b"PK\x05\x06", &[0; 4][..], &count, &count, &length.to_le_bytes(), &start.to_le_bytes(), &[0, 0]].concat());
    all
}

/// A tar.
pub fn tar(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut all = Vec::new();
    for (name, bytes) in files {
        let mut header = [0_u8; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..108].copy_from_slice(b"0000644\0");
        header[108..116].copy_from_slice(b"0000000\0");
        header[116..124].copy_from_slice(b"0000000\0");
        header[124..136].copy_from_slice(format!("{:011o}\0", bytes.len()).as_bytes());
        header[136..148].copy_from_slice(b"00000000000\0");
        header[148..156].copy_from_slice(b"        ");
        header[156] = b'0';
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        all.extend(header);
        all.extend(bytes);
        all.resize(all.len().div_ceil(512) * 512, 0);
    }
    all.resize(all.len() + 1024, 0);
    all
}

pub fn md5(bytes: &[u8]) -> String {
    hex(&Md5::digest(bytes))
}

pub fn sha3(bytes: &[u8]) -> String {
    hex(&Sha3_256::digest(bytes))
}

/// All files below a folder, with `/` between the parts of their paths.
pub fn below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(one) = open.pop() {
        for entry in std::fs::read_dir(one).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    found
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// CRC-32 as zips have it.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

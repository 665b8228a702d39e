//! SAFE folders: the files of a Sentinel-2 product with a manifest that tells their lengths and digests.

use super::{jp2::jp2, sha3, zip};

/// A product in its folder.
#[derive(Debug, Clone)]
pub struct Safe {
    /// Name without `.SAFE`.
    pub name: String,
    /// All files by their path inside the folder, the manifest last.
    pub files: Vec<(String, Vec<u8>)>,
}

/// Bands with the resolution at which they stand in the folder.
const LAYERS: [(&str, u32); 6] = [("B02", 10), ("B03", 10), ("B04", 10), ("B08", 10), ("B05", 20), ("SCL", 20)];

/// A product of Level 2A (`S2B_MSIL2A_20250818T100559_N0511_R022_T33TWL_20250818T131559`) of about `length` bytes.
pub fn sentinel_2(name: &str, seed: u64, length: usize) -> Safe {
    let parts: Vec<_> = name.split('_').collect();
    let [_, _, take, _, _, tile, _] = parts.as_slice() else { panic!("{name} is a name of Sentinel-2") };
    let granule = format!("GRANULE/L2A_{tile}_A044000_{take}");
    let strip = format!("DATASTRIP/DS_2BPS_{take}_S{take}");
    let document = |what: &str| format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{what}><NAME>{name}</NAME></{what}>\n").into_bytes();
    let mut files = vec![
        ("MTD_MSIL2A.xml".to_owned(), document("Level-2A_User_Product")),
        ("INSPIRE.xml".to_owned(), document("MD_Metadata")),
        (format!("{strip}/MTD_DS.xml"), document("Level-2A_DataStrip_ID")),
        (format!("{granule}/MTD_TL.xml"), document("Level-2A_Tile_ID")),
        (format!("{granule}/QI_DATA/GENERAL_QUALITY.xml"), document("Earth_Explorer_File")),
    ];
    for (at, (layer, metres)) in LAYERS.into_iter().enumerate() {
        let path = format!("{granule}/IMG_DATA/R{metres}m/{tile}_{take}_{layer}_{metres}m.jp2");
        files.push((path, jp2(seed.wrapping_add(at as u64), length / LAYERS.len())));
    }
    let manifest = manifest(&files);
    files.push(("manifest.safe".to_owned(), manifest.into_bytes()));
    Safe { name: name.to_owned(), files }
}

fn manifest(files: &[(String, Vec<u8>)]) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n<xfdu:XFDU xmlns:xfdu=\"urn:ccsds:schema:xfdu:1\" \
         version=\"esa/safe/sentinel/1.1/sentinel-2/msi/archive_l2a_user_product\">\n<dataObjectSection>\n",
    );
    for (at, (path, bytes)) in files.iter().enumerate() {
        let mime = if path.ends_with(".xml") { "text/xml" } else { "application/octet-stream" };
        text += &format!(
            "<dataObject ID=\"Data_{at}\">\n<byteStream mimeType=\"{mime}\" size=\"{}\">\n<fileLocation href=\"./{path}\" \
             locatorType=\"URL\"/>\n<checksum checksumName=\"SHA3-256\">{}</checksum>\n</byteStream>\n</dataObject>\n",
            bytes.len(),
            sha3(bytes).to_uppercase()
        );
    }
    text + "</dataObjectSection>\n</xfdu:XFDU>\n"
}

impl Safe {
    /// The zip of the folder.
    pub fn zipped(&self) -> Vec<u8> {
        zip::zip(&self.entries())
    }

    /// What stands in the zip of the folder.
    pub fn entries(&self) -> Vec<zip::Entry> {
        let entry = |(path, bytes): &(String, Vec<u8>)| {
            let name = format!("{}.SAFE/{path}", self.name);
            if path.ends_with(".jp2") { zip::Entry::stored(name, bytes.clone()) } else { zip::Entry::deflated(name, bytes.clone()) }
        };
        self.files.iter().map(entry).collect()
    }
}

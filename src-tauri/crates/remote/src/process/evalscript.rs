//! The little program that says what becomes of a pixel.

use swath_domain::{Band, Sensor};

use super::Picture;
use crate::RemoteError;

/// The program for a picture.
pub(super) fn evalscript(sensor: Sensor, picture: &Picture) -> Result<String, RemoteError> {
    match picture {
        Picture::Values(bands) if bands.is_empty() => Err(RemoteError::Unsupported { what: "a picture without bands".into() }),
        Picture::Values(bands) => {
            let inputs = inputs(sensor, bands)?;
            let samples: Vec<_> = inputs.iter().map(|name| format!("sample.{name}")).collect();
            let nothing = vec!["NaN"; inputs.len()].join(", ");
            let pixel = format!("sample.dataMask === 1 ? [{}] : [{nothing}]", samples.join(", "));
            Ok(program(&inputs, inputs.len(), "FLOAT32", &pixel))
        }
        Picture::TrueColour => {
            if matches!(sensor, Sensor::Sentinel1Grd | Sensor::Sentinel1Rtc) {
                return Err(RemoteError::Unsupported { what: "a radar picture in natural colours".into() });
            }
            let inputs = inputs(sensor, &[Band::Red, Band::Green, Band::Blue])?;
            // Most land is darker than 0.4.
            let colours: Vec<_> = inputs.iter().map(|name| format!("2.5 * sample.{name}")).collect();
            Ok(program(&inputs, 4, "AUTO", &format!("[{}, sample.dataMask]", colours.join(", "))))
        }
    }
}

fn program(inputs: &[String], layers: usize, kind: &str, pixel: &str) -> String {
    let names: Vec<_> = inputs.iter().map(|name| format!("\"{name}\", ")).collect();
    format!(
        "//VERSION=3\nfunction setup() {{\n  return {{\n    input: [{{ bands: [{}\"dataMask\"] }}],\n    output: {{ id: \"default\", bands: {layers}, sampleType: \"{kind}\" }}\n  }};\n}}\nfunction evaluatePixel(sample) {{\n  return {pixel};\n}}\n",
        names.concat()
    )
}

fn inputs(sensor: Sensor, bands: &[Band]) -> Result<Vec<String>, RemoteError> {
    let missing = |band: Band| RemoteError::Unsupported { what: format!("the band `{band}` of {sensor}") };
    bands.iter().map(|band| input(sensor, *band).ok_or_else(|| missing(*band))).collect()
}

/// What Sentinel Hub calls a band: like its maker, but Landsat's with two digits.
fn input(sensor: Sensor, band: Band) -> Option<String> {
    let label = band.label(sensor)?;
    let landsat = matches!(sensor, Sensor::LandsatC2L1 | Sensor::LandsatC2L2);
    match label.strip_prefix('B').and_then(|number| number.parse::<u8>().ok()) {
        Some(number) if landsat => Some(format!("B{number:02}")),
        _ if band == Band::QaPixel => Some("BQA".to_owned()),
        _ => Some(label.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_name_their_bands() {
        let values = evalscript(Sensor::Sentinel2L2a, &Picture::Values(vec![Band::Red, Band::Nir08])).unwrap();
        assert!(values.starts_with("//VERSION=3\n"));
        assert!(
            values.contains(r#"bands: ["B04", "B8A", "dataMask"]"#) && values.contains(r#"bands: 2, sampleType: "FLOAT32""#),
            "{values}"
        );
        assert!(values.contains("sample.dataMask === 1 ? [sample.B04, sample.B8A] : [NaN, NaN]"), "{values}");
        let colours = evalscript(Sensor::LandsatC2L2, &Picture::TrueColour).unwrap();
        assert!(colours.contains("[2.5 * sample.B04, 2.5 * sample.B03, 2.5 * sample.B02, sample.dataMask]"), "{colours}");
        let radar = evalscript(Sensor::Sentinel1Rtc, &Picture::Values(vec![Band::Vv])).unwrap();
        assert!(radar.contains(r#"["VV", "dataMask"]"#));
        for (sensor, picture) in [
            (Sensor::Sentinel1Grd, Picture::TrueColour),
            (Sensor::Sentinel2L1c, Picture::Values(vec![Band::Scl])),
            (Sensor::Sentinel2L2a, Picture::Values(Vec::new())),
        ] {
            assert_eq!(evalscript(sensor, &picture).unwrap_err().code(), "unsupported");
        }
    }
}

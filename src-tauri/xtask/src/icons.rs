//! `cargo xtask icons`: everything the bundles need, from one drawing.

use std::path::Path;

use crate::containers::{icns, ico};
use crate::process::{Outcome, command, root, run, succeeds};

/// Files the window's configuration names, with their sizes in pixels.
const PNGS: [(&str, u32); 4] = [("32x32.png", 32), ("128x128.png", 128), ("128x128@2x.png", 256), ("icon.png", 512)];
/// Layers of `icon.ico`. The 32-pixel one comes first: it is the one shown while developing.
const ICO: [u32; 6] = [32, 16, 24, 48, 64, 256];
/// Layers of `icon.icns` by their type code; the `ic1x` codes are the doubled sizes.
const ICNS: [(&[u8; 4], u32); 10] = [
    (b"icp4", 16),
    (b"icp5", 32),
    (b"ic07", 128),
    (b"ic08", 256),
    (b"ic09", 512),
    (b"ic10", 1024),
    (b"ic11", 32),
    (b"ic12", 64),
    (b"ic13", 256),
    (b"ic14", 512),
];

/// Writes the PNG files, `icon.ico` and `icon.icns` beside `icons/swath.svg`.
pub(crate) fn generate() -> Outcome {
    let icons = root().join("icons");
    for (name, size) in PNGS {
        draw(&icons.join("swath.svg"), size, &icons.join(name))?;
    }
    let layers = std::env::temp_dir().join(format!("swath-icons-{}", std::process::id()));
    let outcome = write_containers(&icons, &layers);
    // Left-overs in the temporary folder harm nobody.
    let _ = std::fs::remove_dir_all(&layers);
    outcome
}

fn write_containers(icons: &Path, layers: &Path) -> Outcome {
    std::fs::create_dir_all(layers).map_err(|error| format!("{}: {error}", layers.display()))?;
    let layer = |size: u32| -> Result<Vec<u8>, String> {
        let file = layers.join(format!("{size}.png"));
        if !file.is_file() {
            draw(&icons.join("swath.svg"), size, &file)?;
        }
        std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))
    };
    let in_ico = ICO.iter().map(|&size| Ok((size, layer(size)?))).collect::<Result<Vec<_>, String>>()?;
    let in_icns = ICNS.iter().map(|&(code, size)| Ok((*code, layer(size)?))).collect::<Result<Vec<_>, String>>()?;
    for (name, bytes) in [("icon.ico", ico(&in_ico)), ("icon.icns", icns(&in_icns))] {
        std::fs::write(icons.join(name), &bytes).map_err(|error| format!("{name}: {error}"))?;
        println!("{name}: {} bytes", bytes.len());
    }
    Ok(())
}

/// Draws the SVG at a size as an RGBA PNG, with the first tool that is there.
fn draw(svg: &Path, size: u32, png: &Path) -> Outcome {
    let side = size.to_string();
    if succeeds(command("rsvg-convert").arg("--version")) {
        return run(command("rsvg-convert").args(["-w", &side, "-h", &side, "-o"]).arg(png).arg(svg));
    }
    for magick in ["magick", "convert"] {
        if succeeds(command(magick).arg("-version")) {
            let geometry = format!("{side}x{side}");
            return run(command(magick)
                .args(["-background", "none", "-density", "300"])
                .arg(svg)
                .args(["-resize", &geometry, "-strip"])
                .arg(format!("PNG32:{}", png.display())));
        }
    }
    Err("a tool that draws SVG is missing: install librsvg2-bin (rsvg-convert) or ImageMagick with SVG support".to_owned())
}

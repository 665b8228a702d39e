//! The system packages: which, why, which are missing, and how they get installed.

use crate::platform::{Platform, advice};
use crate::process::{Outcome, command, output, run, succeeds};
use Need::{Engine, Tests, Window};

/// What asks for a package. Each kind includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    /// The command line and all crates below it.
    Engine,
    /// The window.
    Window,
    /// The window's tests in a real webview.
    Tests,
}

/// Debian's and Ubuntu's names, and a word on why each is there.
#[rustfmt::skip]
pub(crate) const TABLE: &[(&str, Need, &str)] = &[
    ("build-essential",              Engine, "C compiler and linker; SQLite is compiled from source"),
    ("pkg-config",                   Engine, "finds GDAL, GTK and WebKit"),
    ("libgdal-dev",                  Engine, "all reading and writing of rasters and vectors, with JPEG 2000"),
    ("gdal-bin",                     Engine, "gdalinfo and friends, to look at products by hand and in tests"),
    ("clang",                        Engine, "bindings to the installed GDAL are made while building"),
    ("libclang-dev",                 Engine, "the same"),
    ("cmake",                        Engine, "native parts of the TLS library"),
    ("libssl-dev",                   Engine, "headers of the system's TLS, for tools that link it"),
    ("ca-certificates",              Engine, "the trust store that catalogues are checked against"),
    ("libwebkit2gtk-4.1-dev",        Window, "the webview the window is drawn in"),
    ("libxdo-dev",                   Window, "keyboard shortcuts of native menus"),
    ("libayatana-appindicator3-dev", Window, "tray icon, linked by the window toolkit"),
    ("librsvg2-dev",                 Window, "icons of the desktop theme"),
    ("file",                         Window, "used when packages are bundled"),
    ("dbus-x11",                     Window, "a session bus where the desktop has started none"),
    ("fonts-noto-cjk",               Window, "Chinese letters on systems without a Chinese font"),
    ("webkit2gtk-driver",            Tests,  "WebDriver for the webview"),
    ("dbus-daemon",                  Tests,  "dbus-run-session: a private bus for each test run"),
    ("xvfb",                         Tests,  "a display where there is none"),
    ("xauth",                        Tests,  "asked for by xvfb-run"),
    ("imagemagick",                  Tests,  "looks at screenshots"),
];

/// Names of all packages for a need.
pub(crate) fn names(need: Need) -> Vec<&'static str> {
    TABLE.iter().filter(|row| row.1 <= need).map(|row| row.0).collect()
}

/// Makes sure that everything for `need` is installed. On systems without apt, checks that the libraries can be
/// found, and otherwise says what to install.
pub(crate) fn ensure(need: Need) -> Outcome {
    let platform = Platform::here();
    if platform == Platform::Debian {
        return ensure_debian(need);
    }
    if libraries_are_found(&platform, need) {
        return Ok(());
    }
    Err(format!("system libraries are missing, and installing them is automatic on Debian and Ubuntu only.\n\n{}", advice(&platform, need)))
}

fn ensure_debian(need: Need) -> Outcome {
    let wanted = names(need);
    let listing = output(command("dpkg-query").args(["-W", "-f", "${db:Status-Abbrev} ${Package}\\n"]).args(&wanted))
        .ok_or("dpkg-query did not start, although this looks like Debian or Ubuntu")?;
    let missing = missing(&listing, &wanted);
    if missing.is_empty() {
        println!("system packages: all {} are there", wanted.len());
        return Ok(());
    }
    println!("system packages to install:");
    for (name, _, why) in TABLE.iter().filter(|row| missing.contains(&row.0)) {
        println!("  {name:<30} {why}");
    }
    let as_root = output(command("id").arg("-u")).is_some_and(|id| id.trim() == "0");
    if !as_root && !succeeds(command("sudo").arg("--version")) {
        return Err(format!(
            "neither root nor sudo. Ask an administrator for:\n\n  apt-get install -y --no-install-recommends {}",
            missing.join(" ")
        ));
    }
    // An unreachable third-party source must not stop us: what is needed may be in the lists already.
    if let Err(why) = run(apt(as_root).arg("update")) {
        println!("{why}; going on with the lists that are there");
    }
    run(apt(as_root).args(["install", "-y", "--no-install-recommends"]).args(&missing))
}

fn apt(as_root: bool) -> std::process::Command {
    let mut apt = command(if as_root { "env" } else { "sudo" });
    // Through `env` and `sudo` alike, the variable reaches apt; the timeout waits for another apt to end.
    apt.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300"]);
    apt
}

/// The wanted packages that dpkg does not report as installed.
fn missing<'a>(listing: &str, wanted: &[&'a str]) -> Vec<&'a str> {
    let installed: Vec<&str> = listing.lines().filter_map(installed_name).collect();
    wanted.iter().copied().filter(|name| !installed.contains(name)).collect()
}

/// The name in a line like `ii  cmake`; nothing for `rc`, `un`, and half-installed ones.
fn installed_name(line: &str) -> Option<&str> {
    let (status, name) = line.trim().split_once(' ')?;
    // First letter: what is desired (install, hold); second: what is.
    matches!(status, "ii" | "hi").then(|| name.trim())
}

fn libraries_are_found(platform: &Platform, need: Need) -> bool {
    let found = |library| succeeds(command("pkg-config").args(["--exists", library]));
    match platform {
        Platform::Windows => std::env::var_os("GDAL_HOME").is_some(),
        Platform::MacOs => found("gdal"),
        _ => found("gdal") && (need == Engine || found("webkit2gtk-4.1")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_installed_packages_count() {
        let listing = "ii  cmake\nrc  clang\nun  xvfb\nhi  libgdal-dev\niU  file\n";
        let wanted = ["cmake", "clang", "xvfb", "libgdal-dev", "file", "xauth"];
        assert_eq!(missing(listing, &wanted), ["clang", "xvfb", "file", "xauth"]);
        assert_eq!(missing("", &["cmake"]), ["cmake"]);
    }

    #[test]
    fn each_need_includes_the_lesser_ones() {
        assert!(names(Engine).contains(&"libgdal-dev") && !names(Engine).contains(&"libwebkit2gtk-4.1-dev"));
        assert!(names(Window).contains(&"libgdal-dev") && !names(Window).contains(&"xvfb"));
        assert_eq!(names(Tests).len(), TABLE.len());
    }
}

//! Which system this is, and what to install by hand where apt does not exist.

use crate::packages::{Need, names};

/// Systems that differ in how packages are installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Platform {
    /// Debian, Ubuntu and what derives from them.
    Debian,
    /// Fedora and relatives, with dnf.
    Fedora,
    /// Arch and relatives, with pacman.
    Arch,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
    /// Anything else, by its own name.
    Other(String),
}

impl Platform {
    /// The system this program runs on.
    pub(crate) fn here() -> Self {
        match std::env::consts::OS {
            "macos" => Self::MacOs,
            "windows" => Self::Windows,
            _ => Self::from_os_release(&std::fs::read_to_string("/etc/os-release").unwrap_or_default()),
        }
    }

    /// Reads `ID` and `ID_LIKE` of an os-release file.
    fn from_os_release(text: &str) -> Self {
        let value = |key: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
            line.unwrap_or_default().trim_matches(['"', '\'']).to_lowercase()
        };
        let id = value("ID");
        let family = format!("{id} {}", value("ID_LIKE"));
        let is = |name: &str| family.split_whitespace().any(|word| word == name);
        if is("debian") || is("ubuntu") {
            Self::Debian
        } else if is("fedora") || is("rhel") {
            Self::Fedora
        } else if is("arch") {
            Self::Arch
        } else {
            Self::Other(if id.is_empty() { "this system".to_owned() } else { id })
        }
    }
}

/// What to type, or to look for, on a system without apt.
pub(crate) fn advice(platform: &Platform, need: Need) -> String {
    let (engine, window) = match platform {
        Platform::Debian => return format!("  sudo apt-get install {}", names(need).join(" ")),
        Platform::Fedora => (
            "  sudo dnf install gcc gcc-c++ make pkgconf-pkg-config gdal-devel gdal clang clang-devel cmake openssl-devel",
            " webkit2gtk4.1-devel libxdo-devel libappindicator-gtk3-devel librsvg2-devel file dbus-x11 google-noto-sans-cjk-fonts",
        ),
        Platform::Arch => (
            "  sudo pacman -S --needed base-devel pkgconf gdal clang cmake openssl",
            " webkit2gtk-4.1 xdotool libayatana-appindicator librsvg file dbus noto-fonts-cjk",
        ),
        Platform::MacOs => ("  xcode-select --install\n  brew install gdal pkgconf llvm cmake", ""),
        Platform::Windows => (
            "  Visual Studio Build Tools with C++, LLVM (set LIBCLANG_PATH), CMake,\n  \
             GDAL with headers, for instance from OSGeo4W (set GDAL_HOME to its folder, put its bin on PATH)",
            ",\n  WebView2 runtime (part of Windows 11)",
        ),
        Platform::Other(name) => {
            let names = names(need).join("\n    ");
            return format!("  On {name}, install what corresponds to these packages of Debian:\n    {names}");
        }
    };
    let more = if need == Need::Engine { "" } else { window };
    format!("{engine}{more}\n\nThen start the same command again.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_known_by_their_os_release() {
        let cases = [
            ("NAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nID=debian\n", Platform::Debian),
            ("ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"24.04\"\n", Platform::Debian),
            ("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", Platform::Debian),
            ("ID=fedora\nVERSION_ID=42\n", Platform::Fedora),
            ("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", Platform::Fedora),
            ("ID=arch\n", Platform::Arch),
            ("ID=manjaro\nID_LIKE=arch\n", Platform::Arch),
            ("ID=nixos\n", Platform::Other("nixos".to_owned())),
            ("", Platform::Other("this system".to_owned())),
        ];
        for (text, expected) in cases {
            assert_eq!(Platform::from_os_release(text), expected, "{text}");
        }
    }

    #[test]
    fn the_command_line_alone_asks_for_no_webview() {
        for platform in [Platform::Fedora, Platform::Arch, Platform::Other("nixos".to_owned())] {
            assert!(!advice(&platform, Need::Engine).contains("webkit"), "{platform:?}");
            assert!(advice(&platform, Need::Window).contains("webkit"), "{platform:?}");
        }
    }
}

//! Where the program keeps things. The command line uses the same folders.

use std::path::PathBuf;

/// The two folders that everything else lies in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// Library, cache, unfinished work, logs.
    pub data: PathBuf,
    /// Files that the user may edit: catalogues, base maps.
    pub config: PathBuf,
}

impl Paths {
    /// `SWATH_DATA_DIR` and `SWATH_CONFIG_DIR` where they are set, else the platform's folders.
    ///
    /// # Errors
    /// A sentence, when there is neither a variable nor a home folder.
    pub fn find() -> Result<Self, String> {
        Self::among(|name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from))
    }

    fn among(variable: impl Fn(&str) -> Option<PathBuf>) -> Result<Self, String> {
        let folder = |name: &str, platform: Option<PathBuf>| {
            variable(name)
                .or_else(|| platform.map(|base| base.join("swath")))
                .ok_or_else(|| format!("there is no home folder to keep things in: set {name} to a folder that can be written"))
        };
        Ok(Self { data: folder("SWATH_DATA_DIR", dirs::data_local_dir())?, config: folder("SWATH_CONFIG_DIR", dirs::config_dir())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_go_before_the_platform() {
        let paths = Paths::among(|name| (name == "SWATH_DATA_DIR").then(|| "here".into())).unwrap();
        assert_eq!(paths.data, PathBuf::from("here"));
        assert!(paths.config.ends_with("swath"));
    }
}

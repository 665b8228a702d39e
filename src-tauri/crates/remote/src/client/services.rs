//! `services.json` of the user: other addresses for the services that hand out tokens.

use std::path::{Path, PathBuf};

use super::Endpoints;

/// A `services.json` that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {what}; correct the file or remove it", .file.display())]
pub struct ServicesFileError {
    /// Which file.
    pub file: PathBuf,
    /// What is wrong, with the name of the field.
    pub what: String,
}

impl Endpoints {
    /// The real addresses, with those of `<config_dir>/services.json` in their place where it is there.
    ///
    /// Whoever can write this file decides where passwords are sent, so it lies where only the user writes.
    ///
    /// # Errors
    /// A file that cannot be read or is wrong; names file and field.
    pub fn load(config_dir: &Path) -> Result<Self, ServicesFileError> {
        let file = config_dir.join("services.json");
        let wrong = |what: String| ServicesFileError { file: file.clone(), what };
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(wrong(error.to_string())),
        };
        let mut json = serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}'));
        serde_path_to_error::deserialize(&mut json).map_err(|error| wrong(format!("`{}`: {}", error.path(), error.inner())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_replaces_what_it_names_and_a_wrong_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Endpoints::load(folder.path()).unwrap(), Endpoints::default());
        let file = folder.path().join("services.json");
        std::fs::write(&file, r#"{"cdse_token": "http://127.0.0.1:1/token"}"#).unwrap();
        let expected = Endpoints { cdse_token: "http://127.0.0.1:1/token".into(), ..Endpoints::default() };
        assert_eq!(Endpoints::load(folder.path()).unwrap(), expected);
        for (text, words) in [(r#"{"cdse": 1}"#, "cdse"), (r#"{"sas_hosts": 1}"#, "sas_hosts"), ("{", "EOF")] {
            std::fs::write(&file, text).unwrap();
            let error = Endpoints::load(folder.path()).unwrap_err().to_string();
            assert!(error.contains(words) && error.contains("services.json"), "{error}");
        }
    }
}

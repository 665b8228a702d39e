//! Provider files of the user.

use std::path::{Path, PathBuf};

use super::{Kind, Provider, built_in};

/// A provider file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("provider file {}: {what}; correct the file or remove it", .file.display())]
pub struct ProviderFileError {
    /// Which file.
    pub file: PathBuf,
    /// What is wrong, with the path of the field.
    pub what: String,
}

/// The built-in providers and those of `<config_dir>/providers/*.json`, in the order of their file names; a file with the id of another
/// provider takes its place.
///
/// # Errors
/// A file that cannot be read or is wrong; names file and field.
pub fn load(config_dir: &Path, demo_folder: Option<&Path>) -> Result<Vec<Provider>, ProviderFileError> {
    let mut all = built_in(demo_folder);
    let folder = config_dir.join("providers");
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(all),
        Err(error) => return Err(ProviderFileError { file: folder, what: error.to_string() }),
    };
    let is_json = |path: &PathBuf| path.extension().is_some_and(|e| e.eq_ignore_ascii_case("json"));
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(is_json).collect();
    files.sort();
    for file in files {
        let provider = read(&file).map_err(|what| ProviderFileError { file, what })?;
        match all.iter_mut().find(|other| other.id == provider.id) {
            Some(other) => *other = provider,
            None => all.push(provider),
        }
    }
    Ok(all)
}

fn read(file: &Path) -> Result<Provider, String> {
    let text = std::fs::read_to_string(file).map_err(|e| e.to_string())?;
    // Windows editors write a byte order mark, which JSON does not allow.
    let mut json = serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}'));
    let mut provider: Provider = serde_path_to_error::deserialize(&mut json).map_err(|e| match e.path().to_string().as_str() {
        "." => e.inner().to_string(),
        path => format!("`{path}`: {}", e.inner()),
    })?;
    let plain = |id: &str| !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if !plain(&provider.id) {
        return Err(format!("`id`: `{}` must be made of letters, digits, `-`, `_` and `.`", provider.id));
    }
    for (index, collection) in provider.collections.iter().enumerate() {
        if collection.id.is_empty() || collection.id.contains(['/', '\\']) {
            return Err(format!("`collections[{index}].id`: `{}` must not be empty or contain `/`", collection.id));
        }
        if let Some(band) = collection.assets.keys().find(|band| band.label(collection.sensor).is_none()) {
            return Err(format!("`collections[{index}].assets.{band}`: {} has no such band", collection.sensor));
        }
    }
    match &mut provider.kind {
        Kind::Stac { url } | Kind::OData { url } | Kind::Cmr { url } | Kind::M2m { url } | Kind::SentinelHub { url } => {
            match crate::address::parse(url) {
                Ok(parsed) if parsed.scheme() != "file" => {}
                _ => return Err(format!("the `url` in `kind`: `{}` must begin with https:// or http://", crate::address::short(url))),
            }
        }
        Kind::Static { folder } => *folder = file.parent().unwrap_or(Path::new("")).join(&*folder),
    }
    Ok(provider)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"id":"ID","title":"T","kind":{"stac":{"url":"https://a.example/v1"}},
        "collections":[{"id":"c","sensor":"sentinel-2-l2a","assets":{"red":"B04"}}]}"#;

    fn check(name: &str, text: &str) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("providers")).unwrap();
        std::fs::write(folder.path().join("providers").join(name), text).unwrap();
        std::fs::write(folder.path().join("providers/readme.txt"), "not a provider").unwrap();
        load(folder.path(), None).map(|all| all.into_iter().map(|p| format!("{} {}", p.id, p.title)).collect()).map_err(|e| e.to_string())
    }

    #[test]
    fn files_add_and_override() {
        let own: Vec<_> = built_in(None).iter().map(|p| format!("{} {}", p.id, p.title)).collect();
        assert_eq!(check("a.json", GOOD).unwrap(), [own.as_slice(), &["ID T".into()]].concat());
        assert_eq!(check("a.json", &GOOD.replace("ID", "earth-search")).unwrap(), [&["earth-search T".into()], &own[1..]].concat());
        assert_eq!(load(Path::new("/nowhere/at/all"), Some(Path::new("/demo"))).unwrap().len(), own.len() + 1);
    }

    #[test]
    fn a_wrong_file_is_named_with_the_field() {
        for (from, to, expected) in [
            ("sentinel-2-l2a", "sentinel-9", "collections[0].sensor"),
            ("\"red\"", "\"rot\"", "collections[0].assets"),
            ("\"red\"", "\"vv\"", "collections[0].assets.vv"),
            ("\"title\"", "\"titel\"", "titel"),
            ("https://", "file://", "the `url` in `kind`"),
            ("\"id\":\"ID\"", "\"id\":\"a/b\"", "`id`"),
            ("]}", "]", "EOF"),
        ] {
            let error = check("mine.json", &GOOD.replacen(from, to, 1)).unwrap_err();
            assert!(error.contains(expected) && error.contains("mine.json"), "{to}: {error}");
        }
    }
}

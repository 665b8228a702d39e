//! Node: is it there, is it new enough, are the interface's packages the ones of the lock file.

use crate::process::{Outcome, command, npm, output, root, run};

/// Checks Node and installs the packages of `ui/package-lock.json`, unless they are there already.
pub(crate) fn ensure() -> Outcome {
    check(output(command("node").arg("--version")).as_deref())?;
    let lock = std::fs::read_to_string(root().join("ui/package-lock.json"))
        .map_err(|error| format!("ui/package-lock.json cannot be read: {error}"))?;
    // The stamp holds the lock's own text and lies in the folder it vouches for: remove one and the other goes too.
    let stamp = root().join("ui/node_modules/.swath-lock");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        println!("interface packages: as in ui/package-lock.json");
        return Ok(());
    }
    run(&mut npm(&["ci", "--no-audit", "--no-fund"]))?;
    std::fs::write(&stamp, lock).map_err(|error| format!("{}: {error}", stamp.display()))
}

/// Builds the interface into `ui/dist`.
pub(crate) fn build() -> Outcome {
    run(&mut npm(&["run", "build"]))
}

fn check(answer: Option<&str>) -> Outcome {
    const REMEDY: &str = "Install the current long-term release from https://nodejs.org (or `nvm install --lts`), \
                          open a new terminal, and start the same command again.";
    match answer.map(|text| (text.trim(), parse(text))) {
        Some((_, Some(version))) if is_supported(version) => Ok(()),
        Some((text, Some(_))) => Err(format!("Node {text} does not do: 20.19, 22.12, 24 or later is needed. {REMEDY}")),
        _ => Err(format!("Node is missing: it builds the interface. {REMEDY}")),
    }
}

/// What the bundler and its Svelte plugin ask for: 20.19 or 22.12 and later of those lines, or 24 and later.
fn is_supported((major, minor): (u32, u32)) -> bool {
    match major {
        20 => minor >= 19,
        22 => minor >= 12,
        _ => major >= 24,
    }
}

/// Major and minor of `v20.20.2`.
fn parse(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim().trim_start_matches('v').split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(parse("v20.20.2\n"), Some((20, 20)));
        assert_eq!(parse("22.12.0"), Some((22, 12)));
        assert_eq!(parse("v24.0.0-nightly"), Some((24, 0)));
        assert_eq!(parse("command not found"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn an_old_or_absent_node_is_named_with_its_remedy() {
        for good in ["v20.19.0", "v22.12.0", "v24.3.1", "v26.0.0"] {
            assert_eq!(check(Some(good)), Ok(()), "{good}");
        }
        for old in ["v18.19.0", "v20.18.3", "v21.7.0", "v22.11.0", "v23.1.0"] {
            let why = check(Some(old)).unwrap_err();
            assert!(why.contains(old) && why.contains("nodejs.org"), "{why}");
        }
        assert!(check(None).unwrap_err().contains("missing"));
    }
}

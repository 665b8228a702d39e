//! A library on a disk that refuses to be written.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use swath_domain::{Content, TransferState};
use swath_library::{HoldingFilter, Library, RemoveHow};

use crate::common::{noon, piece, transfer_in, tree};
use crate::moving::{check_whole, filled};

/// Makes a folder read-only, for the super-user too; `None` where that cannot be done.
struct ReadOnly<'a>(&'a Path, bool);

impl<'a> ReadOnly<'a> {
    fn new(folder: &'a Path) -> Option<Self> {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o555)).unwrap();
        if fs::create_dir(folder.join("probe")).is_err() {
            return Some(Self(folder, false));
        }
        fs::remove_dir(folder.join("probe")).unwrap();
        let mount =
            |options: &[&str]| Command::new("mount").args(options).arg(folder).stderr(Stdio::null()).status().is_ok_and(|s| s.success());
        let mounted = mount(&["--bind", folder.to_str().unwrap()]);
        let mounted = mounted && mount(&["-o", "remount,bind,ro"]);
        if !mounted {
            println!("skipped: nothing can be made read-only here");
        }
        mounted.then_some(Self(folder, true))
    }
}

impl Drop for ReadOnly<'_> {
    fn drop(&mut self) {
        use std::os::unix::fs::PermissionsExt;
        if self.1 {
            let _ = Command::new("umount").arg(self.0).status();
        }
        let _ = fs::set_permissions(self.0, fs::Permissions::from_mode(0o755));
    }
}

#[test]
fn a_library_that_cannot_be_written_says_so_and_loses_nothing() {
    let (dir, library) = filled();
    let root = library.folders().library();
    let before = tree(&root);
    {
        let Some(_guard) = ReadOnly::new(&root) else { return };
        let library = Library::open(dir.path()).unwrap();
        check_whole(&library);
        let transfer = transfer_in(&library, TransferState::Running);
        let piece = piece(&library, &transfer, "x.zip", Content::LandsatTar, &[("", b"tar")]);
        let id = library.holdings().list(&HoldingFilter::default()).unwrap()[0].id;
        let errors = [
            library.transfers().publish(transfer.id, vec![piece.clone()], noon()).map(drop),
            library.holdings().remove(id, RemoveHow::Delete).map(drop),
        ];
        for error in errors.map(Result::unwrap_err) {
            assert_eq!(error.code(), "read-only", "{error}");
            assert!(error.to_string().contains("allow writing"), "{error}");
        }
        assert!(piece.staged.exists());
        assert_eq!(library.transfers().get(transfer.id).unwrap().state, TransferState::Running);
    }
    assert_eq!(tree(&root), before);
    check_whole(&library);
}

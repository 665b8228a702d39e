//! Keychains that work, hang, refuse, or are the real one.

use std::sync::Condvar;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::keychain::{Keychain, Store, System};
use super::*;

/// A keychain in memory whose calls wait while it is shut.
#[derive(Clone, Default)]
struct Fake {
    entries: Arc<Mutex<BTreeMap<String, String>>>,
    shut: Arc<(Mutex<bool>, Condvar)>,
    refuses: bool,
}

impl Fake {
    fn shut(&self, shut: bool) {
        *self.shut.0.lock().unwrap() = shut;
        self.shut.1.notify_all();
    }

    fn pass(&self) -> Result<(), String> {
        let _open = self.shut.1.wait_while(self.shut.0.lock().unwrap(), |shut| *shut).unwrap();
        if self.refuses { Err("it is locked".into()) } else { Ok(()) }
    }

    fn accounts(&self) -> Accounts {
        Accounts::with(Keychain::new(self.clone(), Duration::from_millis(200)))
    }
}

impl Store for Fake {
    fn read(&self, entry: &str) -> Result<Option<Zeroizing<String>>, String> {
        self.pass()?;
        Ok(self.entries.lock().unwrap().get(entry).cloned().map(Zeroizing::new))
    }

    fn write(&self, entry: &str, text: &str) -> Result<(), String> {
        self.pass()?;
        self.entries.lock().unwrap().insert(entry.into(), text.into());
        Ok(())
    }

    fn remove(&self, entry: &str) -> Result<(), String> {
        self.pass()?;
        self.entries.lock().unwrap().remove(entry);
        Ok(())
    }
}

fn keys() -> BTreeMap<String, String> {
    [("access-key".to_owned(), "AKIA123456".to_owned()), ("secret-key".to_owned(), "hunter2".to_owned())].into()
}

#[test]
fn accounts_outlive_the_program_in_one_entry_each() {
    let fake = Fake::default();
    let accounts = fake.accounts();
    assert_eq!(accounts.set(AccountKind::Aws, keys()).unwrap().state, AccountState::Kept);
    let serial = accounts.credentials(AccountKind::Aws).unwrap().serial;
    accounts.learn(AccountKind::Aws, serial, |known| known.checked = Some(Timestamp::UNIX_EPOCH));
    accounts.learn(AccountKind::Aws, serial + 1, |known| known.checked = None);
    drop(accounts);
    let again = fake.accounts();
    let status = again.status(AccountKind::Aws);
    assert_eq!(
        (status.state, status.user.as_deref(), status.checked),
        (AccountState::Kept, Some("AKIA…3456"), Some(Timestamp::UNIX_EPOCH))
    );
    assert_eq!(again.credentials(AccountKind::Aws).unwrap().field("secret-key"), "hunter2");
    assert_eq!(fake.entries.lock().unwrap().keys().collect::<Vec<_>>(), ["aws"]);
    again.remove(AccountKind::Aws).unwrap();
    assert!(fake.entries.lock().unwrap().is_empty() && !fake.accounts().has(AccountKind::Aws));
    fake.entries.lock().unwrap().insert("aws".into(), "{damaged".into());
    assert!(!fake.accounts().has(AccountKind::Aws), "an entry that is not ours is left alone");
}

#[test]
fn a_keychain_that_refuses_leaves_accounts_for_the_session() {
    let fake = Fake { refuses: true, ..Fake::default() };
    let accounts = fake.accounts();
    assert_eq!(accounts.set(AccountKind::Aws, keys()).unwrap().state, AccountState::SessionOnly);
    assert!(accounts.has(AccountKind::Aws));
    assert_eq!(accounts.remove(AccountKind::Aws).unwrap().state, AccountState::Absent);
}

#[test]
fn a_keychain_that_hangs_is_not_waited_for_and_what_it_says_late_still_counts() {
    let fake = Fake::default();
    fake.accounts().set(AccountKind::Aws, keys()).unwrap();
    fake.shut(true);
    let accounts = fake.accounts();
    let began = Instant::now();
    assert!(!accounts.has(AccountKind::Aws));
    assert_eq!(accounts.set(AccountKind::CdseS3, keys()).unwrap().state, AccountState::SessionOnly);
    assert!(began.elapsed() < Duration::from_secs(2));
    fake.shut(false);
    let until = Instant::now() + Duration::from_secs(10);
    while accounts.status(AccountKind::CdseS3).state != AccountState::Kept || !accounts.has(AccountKind::Aws) {
        assert!(Instant::now() < until, "the user unlocked it, so both are kept");
        std::thread::yield_now();
    }
    fake.shut(true);
    let error = accounts.remove(AccountKind::Aws).unwrap_err();
    assert!(matches!(error, AccountError::Keychain { .. }) && !accounts.has(AccountKind::Aws), "{error}");
    fake.shut(false);
}

/// Runs against whatever keychain this computer has; on one without a session there is none.
#[test]
fn the_keychain_of_this_computer_keeps_an_account() {
    const SERVICE: &str = "swath-test";
    let new = || Accounts::with(Keychain::new(System { service: SERVICE }, Keychain::PATIENCE));
    let began = Instant::now();
    let accounts = new();
    // As long as a token of Earthdata is, with letters of several bytes.
    let long = format!("晴{}", "x".repeat(1200));
    let fields = BTreeMap::from([("user".to_owned(), "晴 幅".to_owned()), ("password".to_owned(), long.clone())]);
    let state = accounts.set(AccountKind::Cdse, fields).unwrap().state;
    assert!(began.elapsed() < 3 * Keychain::PATIENCE, "{:?}", began.elapsed());
    if state == AccountState::SessionOnly {
        return println!("skipped: no keychain answers here (after {:?})", began.elapsed());
    }
    drop(accounts);
    let again = new();
    assert_eq!(again.status(AccountKind::Cdse).state, AccountState::Kept);
    assert_eq!(again.credentials(AccountKind::Cdse).unwrap().field("password"), long);
    again.remove(AccountKind::Cdse).unwrap();
    assert!(!new().has(AccountKind::Cdse));
    println!("the keychain kept, gave back and removed an account in {:?}", began.elapsed());
}

//! Accounts of the user: kept in the operating system's keychain, or in memory for as long as the program runs. Never in a file.

mod about;
mod entry;
mod keychain;
mod secret;

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use jiff::Timestamp;
use swath_domain::AccountKind;

pub use about::{AccountInfo, Field, about};
pub(crate) use entry::{Fields, Known};
use keychain::{Keychain, System};
pub use secret::Secret;

/// What the settings show of an account. Nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountStatus {
    /// Which account.
    pub kind: AccountKind,
    /// Whether it is there.
    pub state: AccountState,
    /// Whose it is: the user name, or the beginning and end of the key's id.
    pub user: Option<String>,
    /// When its token ends.
    pub valid_until: Option<Timestamp>,
    /// What the service allows, in its own words.
    pub quota: Option<String>,
    /// When it was tried with success the last time.
    pub checked: Option<Timestamp>,
}

/// Whether an account is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// It has not been set up.
    Absent,
    /// It lies in the keychain.
    Kept,
    /// No keychain answers; it is forgotten when the program ends.
    SessionOnly,
}

/// Why an account could not be changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// A field that this kind of account does not have.
    #[error("an account of the kind `{kind}` has no `{field}`; it has {}", names(*.kind))]
    NoSuchField {
        /// Which account.
        kind: AccountKind,
        /// What was given.
        field: String,
    },
    /// Something is missing.
    #[error("an account of the kind `{kind}` needs its `{field}`; fill it in and save again")]
    Lacks {
        /// Which account.
        kind: AccountKind,
        /// What is missing.
        field: &'static str,
    },
    /// The entry may still be there.
    #[error(
        "the account was forgotten, but its entry could not be removed from the system's keychain ({why}); remove the entry `swath` there"
    )]
    Keychain {
        /// What the keychain says.
        why: String,
    },
}

fn names(kind: AccountKind) -> String {
    about(kind).fields.iter().map(|field| format!("`{}`", field.name)).collect::<Vec<_>>().join(" and ")
}

/// All accounts. Clones share them.
///
/// Calls may wait for the keychain, but never longer than five seconds; the first call reads it.
#[derive(Clone)]
pub struct Accounts {
    inner: Arc<Inner>,
}

struct Inner {
    keychain: Option<Keychain>,
    read: OnceLock<()>,
    held: Arc<Mutex<Held>>,
}

#[derive(Default)]
struct Held {
    accounts: BTreeMap<AccountKind, Account>,
    /// Set or removed in this session, so that what the keychain says late no longer counts.
    touched: HashSet<AccountKind>,
    serial: u64,
}

#[derive(Clone)]
struct Account {
    fields: Fields,
    known: Known,
    kept: bool,
    serial: u64,
}

/// What is needed to log in.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    /// Another number after every change of the account, so that tokens of the old one are not used.
    pub(crate) serial: u64,
    pub(crate) one_time_code: bool,
    fields: Fields,
}

impl Credentials {
    /// A field; empty when it may be left out and was.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.fields.get(name).map(Secret::expose).unwrap_or_default()
    }
}

impl Accounts {
    /// The accounts in the operating system's keychain. Where none answers, accounts last until the program ends.
    pub fn open() -> Self {
        Self::with(Keychain::new(System { service: "swath" }, Keychain::PATIENCE))
    }

    /// Accounts that last until the program ends.
    pub fn session_only() -> Self {
        Self::with(None)
    }

    fn with(keychain: Option<Keychain>) -> Self {
        Self { inner: Arc::new(Inner { keychain, read: OnceLock::new(), held: Arc::default() }) }
    }

    /// Every kind, whether it is there or not.
    pub fn list(&self) -> Vec<AccountStatus> {
        AccountKind::ALL.into_iter().map(|kind| self.status(kind)).collect()
    }

    /// One account.
    pub fn status(&self, kind: AccountKind) -> AccountStatus {
        self.read();
        let held = self.held();
        let Some(account) = held.accounts.get(&kind) else {
            return AccountStatus { kind, state: AccountState::Absent, user: None, valid_until: None, quota: None, checked: None };
        };
        AccountStatus {
            kind,
            state: if account.kept { AccountState::Kept } else { AccountState::SessionOnly },
            user: user(&account.fields),
            valid_until: account.known.valid_until,
            quota: account.known.quota.clone(),
            checked: account.known.checked,
        }
    }

    /// Whether it is there.
    pub fn has(&self, kind: AccountKind) -> bool {
        self.read();
        self.held().accounts.contains_key(&kind)
    }

    /// Sets an account up, or replaces it. Its fields are those that [`about`] names.
    ///
    /// # Errors
    /// A field is unknown or missing. That no keychain answers is no error: the status says so.
    pub fn set(&self, kind: AccountKind, fields: BTreeMap<String, String>) -> Result<AccountStatus, AccountError> {
        let fields = entry::check(kind, fields)?;
        self.read();
        let known = Known { valid_until: fields.get("token").and_then(|token| jwt_end(token.expose())), ..Known::default() };
        let serial = {
            let mut held = self.held();
            held.serial += 1;
            held.touched.insert(kind);
            let serial = held.serial;
            held.accounts.insert(kind, Account { fields, known, kept: false, serial });
            serial
        };
        if let Some(keychain) = &self.inner.keychain {
            let held = self.inner.held.clone();
            if let Err(why) = keychain.ask(move |store| keep(store, kind, serial, &held)) {
                tracing::warn!(account = %kind, why, "no keychain keeps the account; it lasts until the program ends");
            }
        }
        Ok(self.status(kind))
    }

    /// Forgets an account, here and in the keychain.
    ///
    /// # Errors
    /// The keychain did not remove it. It is no longer used in this session.
    pub fn remove(&self, kind: AccountKind) -> Result<AccountStatus, AccountError> {
        self.read();
        let kept = {
            let mut held = self.held();
            held.touched.insert(kind);
            held.accounts.remove(&kind).is_some_and(|account| account.kept)
        };
        let removed = self.inner.keychain.as_ref().map_or(Ok(()), |keychain| keychain.ask(move |store| store.remove(kind.name())));
        match removed {
            Err(why) if kept => Err(AccountError::Keychain { why }),
            _ => Ok(self.status(kind)),
        }
    }

    /// What is needed to log in, when the account is there.
    pub(crate) fn credentials(&self, kind: AccountKind) -> Option<Credentials> {
        self.read();
        let held = self.held();
        let account = held.accounts.get(&kind)?;
        Some(Credentials { serial: account.serial, one_time_code: account.known.one_time_code, fields: account.fields.clone() })
    }

    /// Notes what was learned from a login with these credentials. May wait for the keychain.
    pub(crate) fn learn(&self, kind: AccountKind, serial: u64, learn: impl FnOnce(&mut Known)) {
        let kept = match self.held().accounts.get_mut(&kind).filter(|account| account.serial == serial) {
            Some(account) => {
                let before = account.known.clone();
                learn(&mut account.known);
                account.kept && before != account.known
            }
            None => false,
        };
        if let Some(keychain) = self.inner.keychain.as_ref().filter(|_| kept) {
            let held = self.inner.held.clone();
            // The program may end right after this, so it is waited for.
            if let Err(why) = keychain.ask(move |store| keep(store, kind, serial, &held)) {
                tracing::warn!(account = %kind, why, "what was learned of the account is not kept");
            }
        }
    }

    /// All texts that must not be seen, as far as they are known without asking the keychain.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        let held = self.held();
        let secret = |kind: AccountKind, name: &str| about(kind).fields.iter().any(|field| field.name == name && field.secret);
        let fields = held.accounts.iter().flat_map(|(kind, account)| account.fields.iter().map(move |(name, text)| (*kind, *name, text)));
        fields.filter(|(kind, name, _)| secret(*kind, name)).map(|(_, _, text)| text.clone()).collect()
    }

    /// Whether asking would not wait for the keychain.
    pub(crate) fn is_read(&self) -> bool {
        self.inner.keychain.is_none() || self.inner.read.get().is_some()
    }

    /// Reads the keychain once. All who come meanwhile wait with the first.
    fn read(&self) {
        let Some(keychain) = &self.inner.keychain else { return };
        self.inner.read.get_or_init(|| {
            let held = self.inner.held.clone();
            let read = keychain.ask(move |store| {
                for kind in AccountKind::ALL {
                    let Some((fields, known)) = store.read(kind.name())?.and_then(|text| entry::read(kind, &text)) else { continue };
                    let mut held = lock(&held);
                    if !held.touched.contains(&kind) {
                        held.serial += 1;
                        let serial = held.serial;
                        held.accounts.insert(kind, Account { fields, known, kept: true, serial });
                    }
                }
                Ok(())
            });
            if let Err(why) = read {
                tracing::info!(why, "no keychain answers; accounts last until the program ends");
            }
        });
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        lock(&self.inner.held)
    }
}

impl std::fmt::Debug for Accounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Accounts")
    }
}

fn lock(held: &Mutex<Held>) -> MutexGuard<'_, Held> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes the account as it is now, unless it was changed again meanwhile.
fn keep(store: &dyn keychain::Store, kind: AccountKind, serial: u64, held: &Mutex<Held>) -> Result<(), String> {
    let current = |held: &Mutex<Held>| lock(held).accounts.get(&kind).filter(|account| account.serial == serial).cloned();
    let Some(account) = current(held) else { return Ok(()) };
    store.write(kind.name(), &entry::write(&account.fields, &account.known))?;
    if let Some(account) = lock(held).accounts.get_mut(&kind).filter(|account| account.serial == serial) {
        account.kept = true;
    }
    Ok(())
}

fn user(fields: &Fields) -> Option<String> {
    if let Some(id) = fields.get("access-key").or(fields.get("client-id")) {
        let id: Vec<char> = id.expose().chars().collect();
        let (start, end) = (id.iter().take(4), id.iter().skip(id.len().saturating_sub(4).max(4)));
        return Some(start.chain(['…'].iter()).chain(end).collect());
    }
    match fields.get("user") {
        Some(user) => Some(user.expose().to_owned()),
        None => fields.get("token").and_then(|token| jwt(token.expose())?.get("uid")?.as_str().map(str::to_owned)),
    }
}

/// What a token says of itself. It is not verified: that is for the service to do, and what is read here is only shown.
fn jwt(token: &str) -> Option<serde_json::Value> {
    use base64::Engine as _;
    let claims = token.split('.').nth(1)?;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// When a token ends, as it says itself.
pub(crate) fn jwt_end(token: &str) -> Option<Timestamp> {
    Timestamp::from_second(jwt(token)?.get("exp")?.as_i64()?).ok()
}

#[cfg(test)]
mod tests;

//! An account as it lies in the keychain: one combined entry, since some keychains ask the user for each.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use swath_domain::AccountKind;
use zeroize::{Zeroize, Zeroizing};

use super::{AccountError, Secret, about};

/// What was typed, by the names of the fields.
pub(crate) type Fields = BTreeMap<&'static str, Secret>;

/// What is known of an account beside its fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Known {
    /// When it was tried with success the last time.
    pub(crate) checked: Option<Timestamp>,
    /// Whether its login wants a one-time code, so that nobody can log in without the user.
    pub(crate) one_time_code: bool,
    pub(crate) valid_until: Option<Timestamp>,
    pub(crate) quota: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    fields: BTreeMap<String, String>,
    #[serde(default)]
    checked: Option<Timestamp>,
    #[serde(default)]
    one_time_code: bool,
    #[serde(default)]
    valid_until: Option<Timestamp>,
    #[serde(default)]
    quota: Option<String>,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.fields.values_mut().for_each(Zeroize::zeroize);
    }
}

pub(crate) fn write(fields: &Fields, known: &Known) -> Zeroizing<String> {
    let entry = Entry {
        fields: fields.iter().map(|(name, secret)| ((*name).to_owned(), secret.expose().to_owned())).collect(),
        checked: known.checked,
        one_time_code: known.one_time_code,
        valid_until: known.valid_until,
        quota: known.quota.clone(),
    };
    Zeroizing::new(serde_json::to_string(&entry).unwrap_or_default())
}

/// `None` when the entry was not written by us or lacks something.
pub(crate) fn read(kind: AccountKind, text: &str) -> Option<(Fields, Known)> {
    let mut entry: Entry = serde_json::from_str(text).ok()?;
    let known =
        Known { checked: entry.checked, one_time_code: entry.one_time_code, valid_until: entry.valid_until, quota: entry.quota.take() };
    Some((check(kind, std::mem::take(&mut entry.fields)).ok()?, known))
}

/// The fields of an account, complete and without blanks around them.
pub(crate) fn check(kind: AccountKind, typed: BTreeMap<String, String>) -> Result<Fields, AccountError> {
    let mut fields = Fields::new();
    for (name, mut text) in typed {
        let known = about(kind).fields.iter().find(|field| field.name == name);
        let trimmed = Secret::new(text.trim().to_owned());
        text.zeroize();
        match known {
            Some(field) if !trimmed.expose().is_empty() => drop(fields.insert(field.name, trimmed)),
            Some(_) => {}
            None => return Err(AccountError::NoSuchField { kind, field: name }),
        }
    }
    match about(kind).fields.iter().find(|field| !field.optional && !fields.contains_key(field.name)) {
        Some(field) => Err(AccountError::Lacks { kind, field: field.name }),
        None => Ok(fields),
    }
}

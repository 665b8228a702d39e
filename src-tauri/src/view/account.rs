//! Accounts: what is known about them. Secrets go in with `account_set` and never come out.

use serde::{Deserialize, Serialize};
use specta::Type;
use swath_domain::AccountKind;
use swath_remote::{AccountState, AccountStatus, about};

use super::AccountName;

/// Which kind of account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(transparent)]
pub struct AccountId(#[specta(type = AccountName)] pub AccountKind);

/// A kind of account, and whether there is one.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AccountView {
    /// Which kind.
    #[specta(type = AccountName)]
    pub kind: AccountKind,
    /// Name for people.
    pub title: String,
    /// Where one gets it; to be shown only, `account_page` opens it.
    pub link: String,
    /// What has to be given.
    pub fields: Vec<FieldView>,
    /// Whether it is there.
    pub state: AccountStateView,
    /// Whose it is, as far as that is no secret.
    pub user: Option<String>,
    /// Until when the service accepts it.
    pub valid_until: Option<String>,
    /// What the service says is left.
    pub quota: Option<String>,
    /// When the service last accepted it.
    pub checked_at: Option<String>,
}

/// One of the things that make an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct FieldView {
    /// As `account_set` calls it.
    pub name: String,
    /// Whether it must not be shown while it is typed.
    pub secret: bool,
    /// Whether it may be left out.
    pub optional: bool,
}

/// Whether there is an account, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename = "AccountState", rename_all = "kebab-case")]
pub enum AccountStateView {
    /// There is none.
    Absent,
    /// In the system's keychain.
    Kept,
    /// Until the program ends: the system has no keychain.
    SessionOnly,
}

impl AccountView {
    /// As the page shows it.
    pub fn of(status: &AccountStatus) -> Self {
        let info = about(status.kind);
        let field = |field: &swath_remote::Field| FieldView { name: field.name.to_owned(), secret: field.secret, optional: field.optional };
        Self {
            kind: status.kind,
            title: info.title.to_owned(),
            link: info.link.to_owned(),
            fields: info.fields.iter().map(field).collect(),
            state: match status.state {
                AccountState::Absent => AccountStateView::Absent,
                AccountState::Kept => AccountStateView::Kept,
                AccountState::SessionOnly => AccountStateView::SessionOnly,
            },
            user: status.user.clone(),
            valid_until: status.valid_until.map(|moment| moment.to_string()),
            quota: status.quota.clone(),
            checked_at: status.checked.map(|moment| moment.to_string()),
        }
    }
}

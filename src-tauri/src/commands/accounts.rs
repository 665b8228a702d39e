//! Accounts: set, tried, forgotten. A secret goes in and never comes out.
//!
//! Every call may wait for the system's keychain, which may wait for the user; so all of them block.

use std::collections::BTreeMap;

use swath_remote::about;

use super::{Answer, App, blocking};
use crate::view::{AccountId, AccountView, ErrorCode, IpcError};

/// Every kind of account, whether it is there or not.
#[tauri::command]
#[specta::specta]
pub async fn accounts(state: App<'_>) -> Answer<Vec<AccountView>> {
    let accounts = state.engine.accounts().clone();
    blocking(move || Ok(accounts.list().iter().map(AccountView::of).collect())).await
}

/// Sets an account up or replaces it. Every field that is not optional must be given: nothing of an older one is kept.
#[tauri::command]
#[specta::specta]
pub async fn account_set(state: App<'_>, kind: AccountId, fields: BTreeMap<String, String>) -> Answer<AccountView> {
    let accounts = state.engine.accounts().clone();
    blocking(move || Ok(AccountView::of(&accounts.set(kind.0, fields)?))).await
}

/// Logs in. A newer try takes the place of an older one.
#[tauri::command]
#[specta::specta]
pub async fn account_test(state: App<'_>, kind: AccountId, one_time_code: Option<String>) -> Answer<AccountView> {
    let watch = state.tries.begin();
    let code = one_time_code.as_deref().map(str::trim).filter(|code| !code.is_empty());
    tokio::select! {
        status = state.engine.test_account(kind.0, code, &watch) => Ok(AccountView::of(&status?)),
        () = watch.0.cancelled() => Err(IpcError::cancelled()),
    }
}

/// Forgets an account.
#[tauri::command]
#[specta::specta]
pub async fn account_remove(state: App<'_>, kind: AccountId) -> Answer<AccountView> {
    let accounts = state.engine.accounts().clone();
    blocking(move || Ok(AccountView::of(&accounts.remove(kind.0)?))).await
}

/// Opens the page on which one gets an account, in the system's browser.
#[tauri::command]
#[specta::specta]
pub async fn account_page(state: App<'_>, kind: AccountId) -> Answer<()> {
    let open = state.dialogs.open_page.clone();
    let link = about(kind.0).link;
    blocking(move || {
        open(link).map_err(|error| IpcError::new(ErrorCode::Internal, format!("no browser answered: open {link} by hand")).because(&error))
    })
    .await
}

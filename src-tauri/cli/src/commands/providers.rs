//! `swath providers`

use std::collections::BTreeSet;

use serde_json::json;
use swath_domain::{Access, AccountKind};
use swath_remote::provider::{Kind, Provider};

use crate::failure::Outcome;
use crate::session::Session;
use crate::table::rows;

/// Lists the catalogues that are searched, and the accounts that they need.
pub(crate) fn providers(session: &Session) -> Outcome {
    let mut cells = Vec::new();
    let accounts = session.accounts();
    for provider in session.providers()? {
        let for_files: Vec<AccountKind> = for_files(&provider).into_iter().collect();
        let set_up = |kind: &AccountKind| accounts.has(*kind);
        let usable = provider.search_account.as_ref().is_none_or(set_up);
        session.out.event_with("provider", "provider", &provider, json!({ "usable": usable, "file_accounts": for_files }));
        let say = |kind: &AccountKind, what: &str| format!("{kind} {what}{}", if set_up(kind) { "" } else { " (not set up)" });
        let mut needs: Vec<String> = provider.search_account.iter().map(|kind| say(kind, "to search")).collect();
        needs.extend(for_files.iter().map(|kind| say(kind, "for files")));
        let lies = match &provider.kind {
            Kind::Stac { url } | Kind::OData { url } | Kind::Cmr { url } | Kind::M2m { url } | Kind::SentinelHub { url } => {
                url.split('?').next().unwrap_or_default().to_owned()
            }
            Kind::Static { folder } => folder.display().to_string(),
        };
        let sensors = provider.sensors().iter().map(|s| s.name()).collect::<Vec<_>>().join(" ");
        let needs = if needs.is_empty() { "no account".to_owned() } else { needs.join(", ") };
        cells.push(vec![provider.id, provider.title, sensors, needs, lies]);
    }
    rows(&["ID", "TITLE", "SENSORS", "NEEDS", "LIES AT"], &[], &cells).iter().for_each(|row| session.out.line(row));
    Ok(())
}

/// Accounts without which some of its files cannot be fetched.
fn for_files(provider: &Provider) -> BTreeSet<AccountKind> {
    let account = |access: Access| match access {
        Access::Account(kind) => Some(kind),
        Access::RequesterPays => Some(AccountKind::Aws),
        Access::Open | Access::Signed => None,
    };
    provider.collections.iter().filter_map(|collection| account(collection.access)).collect()
}

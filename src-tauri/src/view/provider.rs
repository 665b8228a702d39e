//! Catalogues.

use serde::Serialize;
use specta::Type;
use swath_domain::{Access, AccountKind, Sensor};
use swath_remote::provider::{Kind, Provider};

use super::{AccountName, SensorName, scene::account};

/// A catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProviderView {
    /// Short name.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// What it has.
    #[specta(type = Vec<SensorName>)]
    pub sensors: Vec<Sensor>,
    /// Whether it lies on this computer.
    pub local: bool,
    /// The account that its files need, or most of them.
    #[specta(type = Option<AccountName>)]
    pub account: Option<AccountKind>,
    /// The account without which it cannot be searched.
    #[specta(type = Option<AccountName>)]
    pub search_account: Option<AccountKind>,
    /// Whether the settings let it be asked.
    pub enabled: bool,
    /// False when it cannot be searched because the account for it is absent.
    pub usable: bool,
}

impl ProviderView {
    /// As the page shows it, given what the settings disable and whether its account is there.
    pub fn of(provider: &Provider, disabled: &[String], usable: bool) -> Self {
        let hardest: Option<Access> = provider.collections.iter().map(|collection| collection.access).max();
        Self {
            id: provider.id.clone(),
            title: provider.title.clone(),
            sensors: provider.sensors(),
            local: matches!(provider.kind, Kind::Static { .. }),
            account: hardest.and_then(account),
            search_account: provider.search_account,
            enabled: !disabled.contains(&provider.id),
            usable,
        }
    }
}

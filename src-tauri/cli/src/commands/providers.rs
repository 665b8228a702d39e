//! `swath providers`

use swath_remote::provider::Kind;

use crate::failure::Outcome;
use crate::session::Session;
use crate::table::rows;

/// Lists the catalogues that are searched.
pub(crate) fn providers(session: &Session) -> Outcome {
    let mut cells = Vec::new();
    for provider in session.providers()? {
        session.out.event("provider", "provider", &provider);
        let lies = match &provider.kind {
            Kind::Stac { url } | Kind::OData { url } | Kind::Cmr { url } | Kind::M2m { url } | Kind::SentinelHub { url } => {
                url.split('?').next().unwrap_or_default().to_owned()
            }
            Kind::Static { folder } => folder.display().to_string(),
        };
        let sensors = provider.sensors().iter().map(|s| s.name()).collect::<Vec<_>>().join(" ");
        cells.push(vec![provider.id, provider.title, sensors, lies]);
    }
    rows(&["ID", "TITLE", "SENSORS", "LIES AT"], &[], &cells).iter().for_each(|row| session.out.line(row));
    Ok(())
}

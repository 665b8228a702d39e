//! `swath library`

use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use swath_domain::{Product, ProductId};
use swath_library::{Library, ProductFilter};

use crate::args::LibraryCommand;
use crate::failure::{Failure, Outcome};
use crate::session::Session;
use crate::table::{bands, bytes, grid, minute, rows};

/// Lists, shows and removes products.
pub(crate) async fn library(session: &Session, command: Option<LibraryCommand>) -> Outcome {
    let library = session.library()?;
    match command.unwrap_or(LibraryCommand::List { text: None, bbox: None }) {
        LibraryCommand::List { text, bbox } => list(session, &library, &ProductFilter { text, bbox, dates: None }),
        LibraryCommand::Show { id } => show(session, &library, ProductId(id)),
        LibraryCommand::Path { id } => {
            let product = library.products().get(ProductId(id))?;
            tell(session, &library, &product);
            session.out.line(library.products().folder(&product).display().to_string());
            Ok(())
        }
        LibraryCommand::MoveTo { folder } => move_to(session, &folder).await,
        LibraryCommand::Use { folder } => {
            library.use_root(&folder)?;
            session
                .out
                .line(format!("the library is at {} now; `swath holdings relink` looks for what is missing there", folder.display()));
            Ok(())
        }
        LibraryCommand::Remove { id, yes } => remove(session, &library, ProductId(id), yes),
    }
}

fn list(session: &Session, library: &Library, filter: &ProductFilter) -> Outcome {
    let products = library.products().list(filter)?;
    products.iter().for_each(|product| tell(session, library, product));
    let row = |p: &Product| {
        let period = format!("{} to {}", p.dates.from(), p.dates.to());
        vec![p.id.to_string(), minute(p.created), bytes(p.bytes), p.scenes.to_string(), period, p.name.clone()]
    };
    let cells: Vec<_> = products.iter().map(row).collect();
    rows(&["ID", "MADE (UTC)", "SIZE", "SCENES", "PERIOD", "NAME"], &[0, 2, 3], &cells).iter().for_each(|row| session.out.line(row));
    if products.is_empty() {
        session.out.note("there is no product yet: make one with `swath demo run` or `swath run RECIPE.json`");
    }
    Ok(())
}

fn show(session: &Session, library: &Library, id: ProductId) -> Outcome {
    let product = library.products().get(id)?;
    tell(session, library, &product);
    let folder = library.products().folder(&product);
    let sensors = product.sensors.iter().map(|s| s.name()).collect::<Vec<_>>().join(" ");
    for (what, value) in [
        ("name", product.name.clone()),
        ("folder", folder.display().to_string()),
        ("size", bytes(product.bytes)),
        ("made", format!("{} UTC", minute(product.created))),
        ("period", format!("{} to {}", product.dates.from(), product.dates.to())),
        ("from", format!("{} scenes of {sensors}", product.scenes)),
        ("image", grid(&product.grid)),
        ("bands", bands(product.bands.iter().map(|b| b.band))),
    ] {
        session.out.line(format!("{what:8} {value}"));
    }
    let number = |v: f64| format!("{v:.1}");
    let row = |b: &swath_domain::BandStatistics| {
        vec![b.band.name().to_owned(), number(b.min), number(b.low), number(b.mean), number(b.high), number(b.max), number(b.deviation)]
    };
    let cells: Vec<_> = product.bands.iter().map(row).collect();
    session.out.line("");
    let head = ["BAND", "MIN", "2 %", "MEAN", "98 %", "MAX", "DEVIATION"];
    rows(&head, &[1, 2, 3, 4, 5, 6], &cells).iter().for_each(|row| session.out.line(row));
    if !folder.exists() {
        session.out.note("warning: the folder is missing; is its disk connected?");
    }
    Ok(())
}

fn remove(session: &Session, library: &Library, id: ProductId, yes: bool) -> Outcome {
    let product = library.products().get(id)?;
    if !yes {
        let message = format!("this would delete `{}` and free {}: add --yes to do it", product.name, bytes(product.bytes));
        return Err(Failure::usage("not-confirmed", message));
    }
    let freed = library.products().remove(id)?;
    session.out.event_with("removed", "product", &id, json!({ "bytes": freed }));
    session.out.line(format!("deleted `{}`, {} freed", product.name, bytes(freed)));
    Ok(())
}

fn tell(session: &Session, library: &Library, product: &Product) {
    session.out.event_with("product", "product", product, json!({ "folder": library.products().folder(product) }));
}

/// Moves all files of the library, products and scenes alike; what is there already of an earlier try is not copied again.
async fn move_to(session: &Session, folder: &Path) -> Outcome {
    let engine = session.idle_engine()?;
    let moved = engine.move_library(folder, Arc::new(session.interrupt.clone())).await;
    engine.shutdown().await;
    moved?;
    session.out.event("moved", "folder", &folder);
    session.out.line(format!("the library is at {} now", folder.display()));
    Ok(())
}

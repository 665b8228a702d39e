//! Rows of catalogues that speak STAC.

use crate::replay::Shared;
use crate::table::Table;

pub async fn rows(_table: &mut Table, _shared: &mut Shared) {}

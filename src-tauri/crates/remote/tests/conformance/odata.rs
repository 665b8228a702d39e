//! Rows of OData of the Copernicus Data Space Ecosystem.

use crate::replay::Shared;
use crate::table::Table;

pub async fn rows(_table: &mut Table, _shared: &mut Shared) {}

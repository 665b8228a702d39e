//! Rows of the machine-to-machine API of the USGS.

use crate::replay::Shared;
use crate::table::Table;

pub async fn rows(_table: &mut Table, _shared: &mut Shared) {}

//! Whole products on this computer: zips, tars and SAFE folders.

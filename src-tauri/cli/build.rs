//! Keeps the SQLite of the library to the program itself.
//!
//! GDAL brings the system's SQLite along. Were the program's own one visible to it, GDAL would open a GeoPackage with the one and a library of
//! GDAL's would close it with the other, which ends the program.
#![allow(clippy::print_stdout, reason = "this is how a build script speaks")]

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        println!("cargo::rustc-link-arg-bins=-Wl,--exclude-libs,ALL");
    }
}

//! All that Swath knows about the network: catalogues that are searched, and files that are fetched piece by piece.
//!
//! A walk through, in the order in which a job meets it:
//!
//! 1. a [`Client`] is made once and cloned; every clone shares the same governors, which decide how many requests a host gets at a time, and
//!    the same [`Accounts`], from whose logins each request gets what the access of its file takes;
//! 2. [`provider::load`] lists the catalogues: the built-in ones, and those that the user described in files;
//! 3. [`search`] asks one catalogue and hands over [`Scene`](swath_domain::Scene)s page by page;
//! 4. a [`RangeCache`] opens the file of an asset: it fetches the header, makes a sparse local file of the full length, and from then on
//!    fetches only the byte ranges that somebody needs. GDAL reads the local file. What is there already is never fetched again;
//! 5. [`Client::download`] fetches a whole file instead, verified, under its name only once it is whole and right.
//!
//! ```no_run
//! # async fn example(asset: &swath_domain::Asset) -> Result<(), swath_domain::Stop<swath_remote::RemoteError>> {
//! use swath_domain::{Never, Window};
//! let client = swath_remote::Client::new(Default::default())?;
//! let cache = swath_remote::RangeCache::new(client, "cache/ranges".into());
//! let file = cache.open(asset, &Never).await?;
//! let needed = file.ranges(0, Window { x: 0, y: 0, width: 512, height: 512 });
//! file.fetch(&needed, &Never).await?;
//! // … now any TIFF reader can read that window from `file.path()`.
//! # Ok(()) }
//! ```
//!
//! Three rules hold everywhere: waiting ends within 200 ms of a cancel; what has arrived is kept; and no error names more of an address
//! than its host and file name, since the rest may carry a signature.

mod accounts;
mod address;
mod at;
mod cancel;
mod catalogue;
mod client;
mod download;
mod error;
mod head;
mod inside;
pub mod process;
pub mod provider;
mod ranges;
mod retry;
mod stac;

pub use accounts::{AccountError, AccountInfo, AccountState, AccountStatus, Accounts, Field, Secret, about};
pub use catalogue::m2m::{Resolved, resolve_m2m};
pub use catalogue::{m2m, odata, scene_again, search};
pub use client::{Client, ClientOptions, Endpoints, HostStatus, ServicesFileError};
pub use download::{Checked, Downloaded};
pub use error::RemoteError;
pub use inside::inside;
pub use ranges::{Level, RangeCache, RangeFile};
pub use stac::radiometry;

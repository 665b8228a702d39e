//! The stages of a run, in order.

mod balance;
mod blocks;
mod masks;
mod publish;
mod search;
mod write;

pub(crate) use balance::balance;
pub(crate) use blocks::{blocks, on_disk};
pub(crate) use masks::{mask_windows, masks, plan};
pub(crate) use publish::{begin_part, publish};
pub(crate) use search::{lacks_beyond, search, search_beyond};
pub(crate) use write::{Staged, write};

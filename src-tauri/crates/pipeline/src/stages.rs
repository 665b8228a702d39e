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
pub(crate) use publish::publish;
pub(crate) use search::search;
pub(crate) use write::{Staged, write};

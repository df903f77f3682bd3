//! One module a subcommand: its arguments, whose comments are its help, and what it does.

pub(crate) mod completions;
pub(crate) mod db;
pub(crate) mod index;
pub(crate) mod inspect;
pub(crate) mod man;
pub(crate) mod remove;
pub(crate) mod serve;
pub(crate) mod verify;

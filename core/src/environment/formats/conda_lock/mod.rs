//! `conda-lock.yml` (CEP 37): several platforms in one YAML document.

mod read;
mod write;

pub(super) use read::read;
pub use write::{Depends, write_conda_lock};

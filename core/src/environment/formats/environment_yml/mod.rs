//! `environment.yml` (CEP 24): what is wanted, in YAML.

mod read;
mod selector;
mod write;

pub(super) use read::read;
pub use write::write_environment_yml;

//! Which content is kept for rules that read it.

/// Bytes of one file, and of all together, that are kept.
const FILE_MAX: u64 = 1 << 20;
const ALL_MAX: u64 = 32 << 20;

/// Decides which content is kept, within bounds.
#[derive(Debug, Default)]
pub(super) struct Keeper {
    kept: u64,
}

impl Keeper {
    /// Whether the content of the file at `path`, of `size` bytes, is to be kept.
    pub(super) fn keeps(&mut self, path: &str, size: u64) -> bool {
        let keeps = size <= FILE_MAX && self.kept + size <= ALL_MAX && is_read_by_rules(path);
        if keeps {
            self.kept += size;
        }
        keeps
    }
}

/// Whether there is a rule that reads the file at `path`.
fn is_read_by_rules(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ends_so = |ending: &str| name.len() > ending.len() && name.ends_with(ending);
    let in_menu = path.get(..5).is_some_and(|top| top.eq_ignore_ascii_case("Menu/"));
    path.starts_with("info/")
        || in_menu && name.to_ascii_lowercase().ends_with(".json")
        || path.starts_with("etc/conda/env_vars.d/")
        || path.contains("dsolists.d/") && ends_so(".json")
        || ends_so(".pth")
}

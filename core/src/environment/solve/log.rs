//! What is told of a solve: the same of the same.

use std::fmt::Write as _;

use super::candidates::Candidates;
use super::{SolveRequest, VirtualPackages};
use crate::environment::Lock;

/// The solver and its version, as it stands in `Cargo.toml`.
const SOLVER: &str = "rattler_solve 12.0.3 (resolvo)";

/// What the line of virtual packages begins with.
const VIRTUAL_PACKAGES: &str = "virtual packages: ";

/// The virtual packages that a solve was done with, as its log has them; nothing if it does not tell.
pub fn virtual_packages_of_log(log: &str) -> Option<VirtualPackages> {
    let listed = log.lines().find_map(|line| line.strip_prefix(VIRTUAL_PACKAGES))?;
    let mut packages = VirtualPackages::none();
    for package in listed.split(", ").filter(|package| !package.is_empty()) {
        packages.set(package).ok()?;
    }
    Some(packages)
}

/// The text, as far as it is written.
pub(super) struct Log(String);

impl Log {
    /// Tells what is asked for.
    pub(super) fn of_request(request: &SolveRequest) -> Self {
        let mut log = Self(String::new());
        log.line(format_args!("solver: {SOLVER}"));
        log.line(format_args!("channel priority: strict"));
        log.line(format_args!("platform: {}", request.platform));
        let virtual_packages = request.virtual_packages.listed(&request.platform);
        log.line(format_args!("{VIRTUAL_PACKAGES}{}", virtual_packages.join(", ")));
        if let Some(latest) = request.exclude_newer {
            log.line(format_args!("no packages newer than: {latest}"));
        }
        log.line(format_args!("specs:"));
        for spec in &request.specs {
            log.line(format_args!("  {spec}"));
        }
        log
    }

    /// Tells what was read.
    pub(super) fn add_candidates(&mut self, candidates: &Candidates) {
        self.line(format_args!("channels:"));
        for state in &candidates.channels {
            let sha256 = base16ct::lower::encode_string(&state.sha256);
            let (url, subdir) = (&state.url, &state.subdir);
            let document = state.document.file_name();
            self.line(format_args!("  {url}/{subdir}/{document} sha256 {sha256}"));
            if let Some(elsewhere) = &state.packages_at {
                self.line(format_args!("    its packages are at {elsewhere}"));
            }
        }
        if candidates.unusable > 0 {
            let unusable = candidates.unusable;
            self.line(format_args!("records that cannot be used: {unusable}"));
        }
        if !candidates.excluded.is_empty() {
            let excluded = candidates.excluded.len();
            self.line(format_args!("candidates that are left out: {excluded}"));
        }
        self.line(format_args!("candidates:"));
        for (name, count) in candidates.counts() {
            self.line(format_args!("  {name} {count}"));
        }
    }

    /// Tells what was found; the whole text.
    pub(super) fn solved(mut self, lock: &Lock) -> String {
        self.line(format_args!("solved: {} packages", lock.packages.len()));
        for package in &lock.packages {
            self.line(format_args!("  {}", lock.url_of(package)));
        }
        self.0
    }

    /// Tells why nothing was found; the whole text.
    pub(super) fn unsolvable(mut self, explanation: &str) -> String {
        self.line(format_args!("no solution:"));
        for line in explanation.lines() {
            self.line(format_args!("  {line}"));
        }
        self.0
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a string never fails.
        let _ = writeln!(self.0, "{line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_the_solver_is_the_one_that_is_used() {
        let lock = fs_err::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock")).unwrap();
        let (name, version) = SOLVER
            .split(' ')
            .fold(("", ""), |(name, version), word| match name {
                "" => (word, version),
                _ if version.is_empty() => (name, word),
                _ => (name, version),
            });
        let expected = format!("name = \"{name}\"\nversion = \"{version}\"\n");
        assert!(lock.contains(&expected), "{expected}");
    }
}

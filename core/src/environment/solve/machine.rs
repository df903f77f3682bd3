//! What can be told of this machine without running a program.

#[cfg(target_os = "linux")]
use std::io::Read as _;

/// Bytes of a C library that are looked at. Real ones have some two million.
#[cfg(target_os = "linux")]
const LIBRARY_MAX: u64 = 32 << 20;

/// The virtual packages whose version can be found out here, with the version; `None` of one that the
/// machine does not have.
#[cfg(target_os = "linux")]
pub(super) fn versions() -> Vec<(&'static str, Option<String>)> {
    let release = fs_err::read_to_string("/proc/sys/kernel/osrelease").ok();
    let mut versions = Vec::new();
    // Where the kernel hides its version it still is Linux, of a version that is assumed.
    if let Some(version) = release.as_deref().and_then(leading_version) {
        versions.push(("__linux", Some(version.to_owned())));
    }
    versions.push(("__glibc", glibc_version()));
    versions
}

/// The same on macOS.
#[cfg(target_os = "macos")]
pub(super) fn versions() -> Vec<(&'static str, Option<String>)> {
    let path = "/System/Library/CoreServices/SystemVersion.plist";
    let plist = fs_err::read_to_string(path).unwrap_or_default();
    let behind = plist.split_once("<key>ProductVersion</key>");
    let version = behind.and_then(|(_, rest)| leading_version(rest.split_once("<string>")?.1));
    version
        .map(|version| ("__osx", Some(version.to_owned())))
        .into_iter()
        .collect()
}

/// Elsewhere nothing is found without asking the system.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub(super) fn versions() -> Vec<(&'static str, Option<String>)> {
    Vec::new()
}

/// The version of the GNU C library that programs here are linked with, if there is one: it says so in
/// itself.
#[cfg(target_os = "linux")]
fn glibc_version() -> Option<String> {
    // This program has it loaded, unless it is linked with none.
    let maps = fs_err::read_to_string("/proc/self/maps").unwrap_or_default();
    let loaded = maps
        .lines()
        .filter_map(|line| line.find('/').map(|start| &line[start..]));
    let loaded = loaded.filter(|path| path.ends_with("/libc.so.6"));
    let usual_folders = [
        "/lib64",
        "/usr/lib64",
        "/lib/x86_64-linux-gnu",
        "/lib/aarch64-linux-gnu",
        "/lib",
        "/usr/lib",
    ];
    let usual = usual_folders.map(|folder| format!("{folder}/libc.so.6"));
    let mut paths = loaded.map(ToOwned::to_owned).chain(usual);
    paths.find_map(|path| {
        let mut library = Vec::new();
        let file = fs_err::File::open(path).ok()?;
        file.take(LIBRARY_MAX).read_to_end(&mut library).ok()?;
        version_in_glibc(&library)
    })
}

/// `2.36` of a library that has `GNU C Library (…) stable release version 2.36.` in it.
#[cfg(target_os = "linux")]
fn version_in_glibc(library: &[u8]) -> Option<String> {
    let start = memchr::memmem::find(library, b"GNU C Library ")?;
    let sentence = &library[start..library.len().min(start + 300)];
    let behind = memchr::memmem::find(sentence, b"release version ")? + b"release version ".len();
    let text = String::from_utf8_lossy(&sentence[behind..]);
    leading_version(&text).map(ToOwned::to_owned)
}

/// The numbers with dots between them that a text begins with.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn leading_version(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.');
    let version = text[..end.unwrap_or(text.len())].trim_end_matches('.');
    (!version.is_empty()).then_some(version)
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn a_library_tells_its_version() {
        let library =
            b"\x7fELF\0GNU C Library (Debian GLIBC 2.36-9+deb12u13) stable release version 2.36.\nCopy";
        assert_eq!(version_in_glibc(library).as_deref(), Some("2.36"));
        assert_eq!(version_in_glibc(b"\x7fELF\0musl libc"), None);
    }

    #[rstest::rstest]
    #[case("6.1.0-28-amd64\n", Some("6.1.0"))]
    #[case("4.18", Some("4.18"))]
    #[case("hidden", None)]
    fn a_version_may_have_more_behind_it(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(leading_version(text), expected);
    }

    #[test]
    fn this_machine_tells_its_kernel() {
        let versions = versions();
        let linux = versions.iter().find(|(name, _)| *name == "__linux");
        assert!(
            linux.is_some_and(|(_, version)| version.is_some()),
            "{versions:?}"
        );
    }
}

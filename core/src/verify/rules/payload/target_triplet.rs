//! Directories of one target: what is in them is for that target, wherever it is installed.

/// Processors as the names of targets begin.
const PROCESSORS: [&str; 30] = [
    "x86_64",
    "i386",
    "i486",
    "i586",
    "i686",
    "aarch64",
    "arm64",
    "arm",
    "armv6",
    "armv6l",
    "armv7",
    "armv7a",
    "armv7l",
    "armv8l",
    "powerpc",
    "powerpc64",
    "powerpc64le",
    "ppc64le",
    "riscv32",
    "riscv64",
    "riscv64gc",
    "s390x",
    "sbsa",
    "mips",
    "mips64",
    "mipsel",
    "wasm32",
    "loongarch64",
    "sparc64",
    "thumbv7em",
];

/// Whether a path leads through a directory that is named after a target, such as `x86_64-conda-linux-gnu` or the
/// `x86_64-linux` of CUDA.
pub(super) fn is_for_a_target(path: &str) -> bool {
    let directories = path.rsplit_once('/').map_or("", |(directories, _)| directories);
    directories.split('/').any(is_target)
}

/// Whether a directory is named after a target.
pub(super) fn is_target(directory: &str) -> bool {
    let processor = directory.split_once('-').map(|(processor, _)| processor);
    processor.is_some_and(|processor| PROCESSORS.contains(&processor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("x86_64-conda-linux-gnu/sysroot/lib64/libc.so.6", true)]
    #[case("lib/gcc/aarch64-conda-linux-gnu/13/crtbegin.o", true)]
    #[case("targets/sbsa-linux/lib/libcudart.so", true)]
    #[case("lib/rustlib/wasm32-unknown-unknown/lib/a.so", true)]
    #[case("lib/x86_64/a.so", false)]
    #[case("bin/x86_64-conda-linux-gnu-ld", false)]
    #[case("lib/gcc-13/a.so", false)]
    fn directories_of_targets_are_known(#[case] path: &str, #[case] is_for_a: bool) {
        assert_eq!(is_for_a_target(path), is_for_a);
    }
}

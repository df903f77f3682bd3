//! What a machine has that packages may ask for: virtual packages.

use std::collections::BTreeMap;

use rattler_conda_types::package::BuildString;
use rattler_conda_types::{GenericVirtualPackage, PackageName, Version};
use thiserror::Error;

use super::machine;
use crate::channel::Subdir;

/// The virtual packages of an environment's machine.
///
/// When nothing else is said, they are what pixi takes for granted where it cannot look: a processor with
/// no more than its family has, Linux 4.18 with glibc 2.28 (RHEL 8, Debian 10), macOS 13, Windows 10, and
/// no graphics card.
///
/// ```
/// use towpath_core::environment::solve::VirtualPackages;
/// let mut packages = VirtualPackages::default();
/// packages.set("__cuda=12.4").unwrap();
/// packages.set("__glibc=2.17").unwrap();
/// let listed = packages.listed(&"linux-64".parse().unwrap());
/// assert_eq!(listed, ["__archspec=1=x86_64", "__cuda=12.4=0", "__glibc=2.17=0", "__linux=4.18=0", "__unix=0=0"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VirtualPackages {
    basis: Basis,
    /// What the caller says of some: the package, or that there is none.
    said: BTreeMap<String, Option<GenericVirtualPackage>>,
}

/// What they are where nothing is said of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Basis {
    /// What may be assumed of the platform.
    #[default]
    Assumed,
    /// What this machine has.
    ThisMachine,
    /// There are none.
    Nothing,
}

/// What names no virtual package.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0:?} is no virtual package: that is NAME=VERSION or NAME=VERSION=BUILD, such as __cuda=12.4")]
pub struct InvalidVirtualPackage(String);

impl VirtualPackages {
    /// Those of this machine, as far as they can be found without asking anybody: the versions of Linux,
    /// glibc and macOS. What is not found, and what a foreign platform has, is assumed; of processors and
    /// graphics cards nothing is looked at.
    pub fn of_this_machine() -> Self {
        Self {
            basis: Basis::ThisMachine,
            said: BTreeMap::new(),
        }
    }

    /// None, but those that are said.
    pub fn none() -> Self {
        Self {
            basis: Basis::Nothing,
            said: BTreeMap::new(),
        }
    }

    /// Says what the version (and build) of one is: `__cuda=12.4`, `__archspec=1=zen4`. With nothing
    /// behind the sign, as in `__glibc=`, there is none.
    ///
    /// # Errors
    ///
    /// When it names no virtual package.
    pub fn set(&mut self, text: &str) -> Result<(), InvalidVirtualPackage> {
        let invalid = || InvalidVirtualPackage(text.to_owned());
        let (name, rest) = text.split_once('=').ok_or_else(invalid)?;
        let parsed = name.parse::<PackageName>().map_err(|_| invalid())?;
        if !name.starts_with("__") {
            return Err(invalid());
        }
        let package = match rest {
            "" => None,
            rest => {
                let (version, build) = rest.split_once('=').unwrap_or((rest, "0"));
                Some(GenericVirtualPackage {
                    name: parsed.clone(),
                    version: version.parse().map_err(|_| invalid())?,
                    build_string: build.parse().map_err(|_| invalid())?,
                })
            }
        };
        self.said.insert(parsed.as_normalized().to_owned(), package);
        Ok(())
    }

    /// Those of a platform, each as `NAME=VERSION=BUILD`, sorted.
    pub fn listed(&self, platform: &Subdir) -> Vec<String> {
        self.of(platform).iter().map(ToString::to_string).collect()
    }

    /// Those of a platform, sorted by name.
    pub(super) fn of(&self, platform: &Subdir) -> Vec<GenericVirtualPackage> {
        let mut packages = match self.basis {
            Basis::Nothing => BTreeMap::new(),
            Basis::Assumed | Basis::ThisMachine => assumed(platform),
        };
        if self.basis == Basis::ThisMachine && is_platform_of_this_machine(platform) {
            for (name, version) in machine::versions() {
                let found = version.and_then(|version| package(name, &version, "0"));
                said_of(&mut packages, name, found);
            }
        }
        for (name, said) in &self.said {
            said_of(&mut packages, name, said.clone());
        }
        packages.into_values().collect()
    }
}

fn said_of(
    packages: &mut BTreeMap<String, GenericVirtualPackage>,
    name: &str,
    package: Option<GenericVirtualPackage>,
) {
    match package {
        Some(package) => {
            packages.insert(name.to_owned(), package);
        }
        None => {
            packages.remove(name);
        }
    }
}

/// What may be assumed of a platform.
fn assumed(platform: &Subdir) -> BTreeMap<String, GenericVirtualPackage> {
    let (system, processor) = system_and_processor(platform);
    let mut assumed: Vec<(&str, &str, &str)> = match system {
        "linux" => {
            // There was no older glibc for it.
            let glibc = if processor == "riscv64" { "2.39" } else { "2.28" };
            vec![
                ("__unix", "0", "0"),
                ("__linux", "4.18", "0"),
                ("__glibc", glibc, "0"),
            ]
        }
        "osx" => vec![("__unix", "0", "0"), ("__osx", "13.0", "0")],
        "win" => vec![("__win", "10.0", "0")],
        "freebsd" | "emscripten" => vec![("__unix", "0", "0")],
        _ => Vec::new(),
    };
    // The names are archspec's.
    let architecture = match (system, processor) {
        ("linux" | "win", "32") => Some("x86"),
        ("linux" | "win" | "osx", "64") => Some("x86_64"),
        ("linux", "aarch64" | "armv6l" | "armv7l") | ("win", "arm64") => Some("aarch64"),
        ("osx", "arm64") => Some("m1"),
        ("linux", "ppc64" | "ppc64le" | "riscv32" | "riscv64" | "s390x" | "loongarch64") => Some(processor),
        _ => None,
    };
    assumed.extend(architecture.map(|architecture| ("__archspec", "1", architecture)));
    let packages = assumed.into_iter();
    let packages = packages.filter_map(|(name, version, build)| package(name, version, build));
    packages
        .map(|package| (package.name.as_normalized().to_owned(), package))
        .collect()
}

/// `linux` and `64` of `linux-64`.
fn system_and_processor(platform: &Subdir) -> (&str, &str) {
    platform
        .as_str()
        .split_once('-')
        .unwrap_or((platform.as_str(), ""))
}

fn is_platform_of_this_machine(platform: &Subdir) -> bool {
    let (system, processor) = system_and_processor(platform);
    let own_system = match std::env::consts::OS {
        "macos" => "osx",
        "windows" => "win",
        other => other,
    };
    let own_processor = match (own_system, std::env::consts::ARCH) {
        (_, "x86_64") => "64",
        (_, "x86") => "32",
        ("osx" | "win", "aarch64") => "arm64",
        (_, "powerpc64") if cfg!(target_endian = "little") => "ppc64le",
        (_, other) => other,
    };
    (system, processor) == (own_system, own_processor)
}

fn package(name: &str, version: &str, build: &str) -> Option<GenericVirtualPackage> {
    Some(GenericVirtualPackage {
        name: name.parse().ok()?,
        version: version.parse::<Version>().ok()?,
        build_string: build.parse::<BuildString>().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("linux-64", &["__archspec=1=x86_64", "__glibc=2.28=0", "__linux=4.18=0", "__unix=0=0"])]
    #[case("linux-riscv64", &["__archspec=1=riscv64", "__glibc=2.39=0", "__linux=4.18=0", "__unix=0=0"])]
    #[case("osx-arm64", &["__archspec=1=m1", "__osx=13.0=0", "__unix=0=0"])]
    #[case("win-64", &["__archspec=1=x86_64", "__win=10.0=0"])]
    #[case("emscripten-wasm32", &["__unix=0=0"])]
    #[case("my-own", &[])]
    fn a_platform_has_what_may_be_assumed(#[case] platform: &str, #[case] expected: &[&str]) {
        let listed = VirtualPackages::default().listed(&platform.parse().unwrap());
        assert_eq!(listed, expected);
    }

    #[test]
    fn what_is_said_counts() {
        let mut packages = VirtualPackages::default();
        for said in ["__cuda=12", "__archspec=1=zen4", "__glibc="] {
            packages.set(said).unwrap();
        }
        assert_eq!(
            packages.listed(&"linux-64".parse().unwrap()),
            ["__archspec=1=zen4", "__cuda=12=0", "__linux=4.18=0", "__unix=0=0"]
        );
    }

    #[rstest::rstest]
    #[case("__cuda")]
    #[case("cuda=12")]
    #[case("__cuda=twelve point")]
    #[case("__archspec=1=a b")]
    fn what_names_none_is_refused(#[case] text: &str) {
        assert!(VirtualPackages::default().set(text).is_err());
    }

    #[test]
    fn this_machine_has_no_foreign_platform() {
        let foreign = match std::env::consts::OS {
            "windows" => "linux-64",
            _ => "win-64",
        };
        let foreign = foreign.parse().unwrap();
        let (machine, assumed) = (VirtualPackages::of_this_machine(), VirtualPackages::default());
        assert_eq!(machine.listed(&foreign), assumed.listed(&foreign));
    }
}

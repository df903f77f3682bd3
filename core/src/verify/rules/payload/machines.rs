//! Which machines programs and libraries are for.

use std::collections::BTreeMap;

use super::target_triplet::is_for_a_target;
use super::{Alike, ends_so, file_name, is_noarch};
use crate::verify::{BinaryFormat, Check, Entry, Found, Place, Readers, Rule, Severity, Source, Subject};

pub(super) static F506: Rule = Rule {
    code: "F506",
    severity: Severity::Warning,
    mirror: Severity::Warning,
    title: "Programs and libraries are for the platform of the package",
    sources: &[Source::Other("conda-verify C1144, C1145 and C1148")],
    why: "A program for another processor or system does not start. In a noarch package, what runs on one \
          platform is installed on all.",
    mend: "Check that the build used the compilers of the target, and that no ready-made binaries were \
           copied in. If the package has programs, build it for each platform instead of noarch. Files for \
           other targets on purpose, as of a cross compiler, belong in a directory that is named after the \
           target.",
    bad: "lib/libdemo.so for AArch64 in a package for linux-64; any ELF file in noarch",
    good: "lib/libdemo.so for x86-64 in a package for linux-64",
    readers: Readers::Agree,
    check: Check::Package(binaries_are_for_the_platform),
};

fn binaries_are_for_the_platform(subject: &Subject<'_>, found: &mut Found<'_>) {
    let platform = match subject.evidence.index_text("subdir") {
        _ if is_noarch(subject) => None,
        Some(subdir) => match Platform::of(subdir) {
            Some(platform) => Some((platform, subdir)),
            None => return,
        },
        None => return,
    };
    let mut foreign: BTreeMap<String, Alike<'_>> = BTreeMap::new();
    for entry in subject.evidence.payload() {
        let Some(format) = entry.content.as_ref().and_then(|content| content.format.as_ref()) else {
            continue;
        };
        let fits = platform.is_some_and(|(platform, _)| platform.runs(format, &entry.path));
        if fits || is_meant_to_be_foreign(entry, format) {
            continue;
        }
        if let Some(name) = name_of(format) {
            let alike = foreign.entry(name).or_insert(Alike {
                first: entry,
                count: 0,
            });
            alike.count += 1;
        }
    }
    for (name, files) in foreign {
        let these = files.these("is", "are");
        let what = match platform {
            None => format!("{these} for {name}, in a package for all platforms"),
            Some((_, subdir)) => format!("{these} for {name}, in a package for {subdir}"),
        };
        found.at(Place::member(&*files.first.path), what);
    }
}

/// The launchers that setuptools, distlib and distutils have for Windows, in packages for all platforms.
/// (menuinst has some for macOS.)
const LAUNCHERS: [&str; 17] = [
    "cli.exe",
    "cli-32.exe",
    "cli-64.exe",
    "cli-arm64.exe",
    "gui.exe",
    "gui-32.exe",
    "gui-64.exe",
    "gui-arm64.exe",
    "t32.exe",
    "t64.exe",
    "t64-arm.exe",
    "w32.exe",
    "w64.exe",
    "w64-arm.exe",
    "t_arm64.exe",
    "w_arm64.exe",
    "cli-arm-32.exe",
];

/// Whether a file may well be for another machine than the package is.
fn is_meant_to_be_foreign(entry: &Entry, format: &BinaryFormat) -> bool {
    let name = file_name(&entry.path);
    let is_launcher = LAUNCHERS.contains(&name)
        || name.starts_with("wininst-") && name.ends_with(".exe")
        || entry.path.contains("/menuinst/data/");
    let is_managed = matches!(format, BinaryFormat::Pe { is_managed: true, .. });
    // What is still to be linked is for the target of a linker, which need not be this machine.
    let is_object = [".o", ".obj", ".a", ".lib", ".ko"]
        .iter()
        .any(|ending| ends_so(name, ending));
    is_launcher || is_managed || is_object || is_for_a_target(&entry.path)
}

/// A platform, by what it runs.
#[derive(Clone, Copy)]
enum Platform {
    /// `e_machine`.
    Linux(u16),
    /// `cputype`.
    MacOs(u32),
    /// `Machine`, and those that run by emulation, if only whole programs.
    Windows(u16, &'static [u16]),
}

const MACHO_X86_64: u32 = 0x0100_0007;
const MACHO_ARM64: u32 = 0x0100_000c;
const PE_I386: u16 = 0x14c;
const PE_AMD64: u16 = 0x8664;
const PE_ARM64: u16 = 0xaa64;

impl Platform {
    /// `None` for one of which nothing is known here.
    fn of(subdir: &str) -> Option<Self> {
        Some(match subdir {
            "linux-32" => Self::Linux(3),
            "linux-64" => Self::Linux(62),
            "linux-aarch64" => Self::Linux(183),
            "linux-armv6l" | "linux-armv7l" => Self::Linux(40),
            "linux-loongarch64" => Self::Linux(258),
            "linux-ppc64" | "linux-ppc64le" => Self::Linux(21),
            "linux-riscv32" | "linux-riscv64" => Self::Linux(243),
            "linux-s390x" => Self::Linux(22),
            "osx-64" => Self::MacOs(MACHO_X86_64),
            "osx-arm64" => Self::MacOs(MACHO_ARM64),
            "win-32" => Self::Windows(PE_I386, &[]),
            "win-64" => Self::Windows(PE_AMD64, &[PE_I386]),
            "win-arm64" => Self::Windows(PE_ARM64, &[PE_AMD64, PE_I386]),
            _ => return None,
        })
    }

    fn runs(self, format: &BinaryFormat, path: &str) -> bool {
        match (self, format) {
            (Self::Linux(own), BinaryFormat::Elf { machine }) => own == *machine,
            (Self::MacOs(own), BinaryFormat::MachO { cpus }) => cpus.contains(&own),
            (Self::Windows(own, emulated), BinaryFormat::Pe { machine, .. }) => {
                own == *machine || emulated.contains(machine) && ends_so(path, ".exe")
            }
            _ => false,
        }
    }
}

/// What a file is for, in words; `None` if that is no machine that conda packages are for: firmware and what runs on
/// graphics processors has the same formats.
fn name_of(format: &BinaryFormat) -> Option<String> {
    let (system, machines) = match format {
        BinaryFormat::Elf { machine } => (
            "Linux or another ELF system",
            vec![elf_name(*machine)?.to_owned()],
        ),
        BinaryFormat::MachO { cpus } => {
            let names = cpus.iter().map(|cpu| match *cpu {
                7 => "32-bit x86".to_owned(),
                18 => "32-bit PowerPC".to_owned(),
                0x0100_0012 => "64-bit PowerPC".to_owned(),
                MACHO_X86_64 => "x86-64".to_owned(),
                MACHO_ARM64 => "ARM64".to_owned(),
                12 => "32-bit ARM".to_owned(),
                other => format!("the processor {other:#x}"),
            });
            ("macOS", names.collect())
        }
        BinaryFormat::Pe { machine, .. } => {
            let name = match *machine {
                PE_I386 => "32-bit x86".to_owned(),
                PE_AMD64 => "x86-64".to_owned(),
                PE_ARM64 => "ARM64".to_owned(),
                0x1c0 | 0x1c4 => "32-bit ARM".to_owned(),
                other => format!("the machine {other:#x}"),
            };
            ("Windows", vec![name])
        }
    };
    Some(format!("{system} on {}", machines.join(" and ")))
}

fn elf_name(machine: u16) -> Option<&'static str> {
    Some(match machine {
        3 => "32-bit x86",
        20 => "32-bit PowerPC",
        21 => "64-bit PowerPC",
        22 => "S/390",
        40 => "32-bit ARM",
        62 => "x86-64",
        183 => "AArch64",
        243 => "RISC-V",
        258 => "LoongArch",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_runs_programs_for_older_machines_but_does_not_load_their_libraries() {
        let windows = Platform::of("win-64").unwrap();
        let old = BinaryFormat::Pe {
            machine: PE_I386,
            is_managed: false,
        };
        assert!(windows.runs(&old, "Library/bin/demo.exe"));
        assert!(!windows.runs(&old, "Library/bin/demo.dll"));
    }

    #[test]
    fn one_fitting_part_is_enough() {
        let both = BinaryFormat::MachO {
            cpus: vec![MACHO_X86_64, MACHO_ARM64],
        };
        assert!(Platform::of("osx-arm64").unwrap().runs(&both, "lib/a.dylib"));
        assert!(!Platform::of("linux-64").unwrap().runs(&both, "lib/a.dylib"));
    }
}

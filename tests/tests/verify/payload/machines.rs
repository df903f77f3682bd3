//! F506: which machines programs and libraries are for.

use towpath_tests::Kind;

use super::noarch_python;
use crate::case::{Case, breaks, keeps, sound};

pub(super) fn cases() -> Vec<Case> {
    [foreign(), fitting()].into_iter().flatten().collect()
}

/// A program or library for Linux and the like.
fn elf(machine: u16) -> Vec<u8> {
    let mut head = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0".to_vec();
    head.extend(machine.to_le_bytes());
    head
}

/// One for Windows; for .NET if `is_managed`.
fn pe(machine: u16, is_managed: bool) -> Vec<u8> {
    let mut head = b"MZ".to_vec();
    head.resize(0x3c, 0);
    head.extend(0x80_u32.to_le_bytes());
    head.resize(0x80, 0);
    head.extend(b"PE\0\0");
    head.extend(machine.to_le_bytes());
    head.resize(0x80 + 24 + 96 + 14 * 8, 0);
    head.extend(u32::from(is_managed).to_le_bytes());
    head
}

/// One for macOS, for several processors.
fn macho(cpus: &[u32]) -> Vec<u8> {
    let mut head = vec![0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, cpus.len() as u8];
    for cpu in cpus {
        head.extend(cpu.to_be_bytes());
        head.extend([0; 16]);
    }
    head
}

fn foreign() -> Vec<Case> {
    let linux = || sound().subdir("linux-64");
    vec![
        breaks(
            "F506",
            "libraries for another processor",
            &linux()
                .payload("lib/a.so", elf(183))
                .payload("lib/b.so", elf(183)),
            Kind::Conda,
        ),
        breaks(
            "F506",
            "a library of Windows on Linux",
            &linux().payload("lib/a.dll", pe(0x8664, false)),
            Kind::TarBz2,
        ),
        breaks(
            "F506",
            "a library for another Mac",
            &sound()
                .subdir("osx-arm64")
                .payload("lib/a.dylib", macho(&[0x0100_0007])),
            Kind::Conda,
        ),
        breaks(
            "F506",
            "a 32-bit library on Windows",
            &sound()
                .subdir("win-64")
                .payload("Library/bin/a.dll", pe(0x14c, false)),
            Kind::Conda,
        ),
        breaks(
            "F506",
            "programs for everybody",
            &sound().payload("bin/a", elf(62)),
            Kind::Conda,
        ),
    ]
}

fn fitting() -> Vec<Case> {
    let linux = || sound().subdir("linux-64");
    vec![
        keeps(
            "F506",
            "a program for the platform",
            &linux().payload("bin/a", elf(62)),
            Kind::Conda,
        ),
        keeps(
            "F506",
            "what a cross compiler has",
            &linux()
                .payload("lib/gcc/aarch64-conda-linux-gnu/13/libgcc_s.so", elf(183))
                .payload("lib/crt.o", elf(183)),
            Kind::Conda,
        ),
        keeps(
            "F506",
            "code for graphics processors",
            &linux().payload("lib/demo/kernel.co", elf(224)),
            Kind::Conda,
        ),
        keeps(
            "F506",
            "the launchers of setuptools, and code for .NET",
            &noarch_python()
                .payload("site-packages/setuptools/cli-32.exe", pe(0x14c, false))
                .payload("site-packages/demo/demo.dll", pe(0x14c, true)),
            Kind::Conda,
        ),
        keeps(
            "F506",
            "a library for both Macs, and a 32-bit program on Windows",
            &sound()
                .subdir("osx-arm64")
                .payload("lib/a.dylib", macho(&[0x0100_0007, 0x0100_000c])),
            Kind::Conda,
        ),
        keeps(
            "F506",
            "a 32-bit program on Windows",
            &sound()
                .subdir("win-64")
                .payload("Library/bin/a.exe", pe(0x14c, false)),
            Kind::Conda,
        ),
    ]
}

//! Group A: the container.

use towpath_tests::Kind;

use crate::case::{Case, file, keeps, sound};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        file(
            "A001",
            true,
            "a git-lfs pointer",
            "demo-1.0-0.conda",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n".to_vec(),
        ),
        file(
            "A001",
            true,
            "the other format",
            "demo-1.0-h1234567_0.tar.bz2",
            sound().conda(),
        ),
        keeps("A001", "a .conda", &sound(), Kind::Conda),
        keeps("A001", "a .tar.bz2", &sound(), Kind::TarBz2),
    ]
}

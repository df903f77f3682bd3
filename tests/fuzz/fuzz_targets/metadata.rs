//! Documents under `info/`, one after another with a zero byte between them.

#![no_main]

use tar::{Builder, Header};

/// The members that are read most closely, in the order in which the input has them.
const MEMBERS: [&str; 9] = [
    "info/index.json",
    "info/paths.json",
    "info/about.json",
    "info/run_exports.json",
    "info/link.json",
    "info/recipe/meta.yaml",
    "info/recipe/rendered_recipe.yaml",
    "Menu/demo_menu.json",
    "info/files",
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut tarball = Builder::new(Vec::new());
    for (path, content) in MEMBERS.into_iter().zip(bytes.split(|byte| *byte == 0)) {
        let mut header = Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        tarball.append_data(&mut header, path, content).expect("memory can be written");
    }
    let tarball = towpath_fuzz::zstd(&tarball.into_inner().expect("memory can be written"));
    towpath_fuzz::read_package("conda", &towpath_fuzz::conda(&tarball, &tarball));
});

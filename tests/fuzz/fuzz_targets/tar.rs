//! The tarball in both components of a `.conda`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let component = towpath_fuzz::zstd(bytes);
    towpath_fuzz::read_package("conda", &towpath_fuzz::conda(&component, &component));
});

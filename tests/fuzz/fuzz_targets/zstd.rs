//! The compressed info component of a sound `.conda`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let payload = towpath_fuzz::zstd(&[0; 1024]);
    towpath_fuzz::read_package("conda", &towpath_fuzz::conda(bytes, &payload));
});

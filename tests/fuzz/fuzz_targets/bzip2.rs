//! A `.tar.bz2`, byte for byte.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| towpath_fuzz::read_package("tar.bz2", bytes));

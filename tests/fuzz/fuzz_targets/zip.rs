//! A `.conda`, byte for byte.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| towpath_fuzz::read_package("conda", bytes));

//! What `#[test]` means where WebAssembly runs the tests.
//!
//! `wasm-bindgen-test` has an attribute of its own for tests. A crate that says
//!
//! ```text
//! #[cfg(all(test, target_family = "wasm"))]
//! #[macro_use]
//! extern crate towpath_tests_in_wasm;
//! ```
//!
//! at its root has that attribute by the name of `test`: what `#[macro_use]` brings goes before what
//! every crate has. So the tests are the very same as elsewhere, also those that `rstest` and
//! `proptest` write.

#[cfg(target_family = "wasm")]
pub use wasm_bindgen_test::wasm_bindgen_test as test;

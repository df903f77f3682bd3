//! What goes wrong, on its way into JavaScript and out of it.

use std::error::Error;
use std::fmt;

use wasm_bindgen::prelude::*;

/// Something that cannot be done, in words, with what it was caused by.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    /// The same of one of several files.
    pub(crate) fn of_file(name: &str, error: &dyn Error) -> Self {
        Self(format!("{name}: {error}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

impl From<Failure> for JsValue {
    fn from(Failure(message): Failure) -> Self {
        js_sys::Error::new(&message).into()
    }
}

/// The message of whatever was thrown.
pub(crate) fn message_of(thrown: &JsValue) -> String {
    let error: Option<&js_sys::Error> = thrown.dyn_ref();
    error.map_or_else(|| format!("{thrown:?}"), |error| String::from(error.message()))
}

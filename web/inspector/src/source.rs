//! The bytes of a package, which only JavaScript can reach.

use std::io::{self, Read, Seek};

use js_sys::Uint8Array;
use towpath_core::ranged::{Distance, RangedFile};
use wasm_bindgen::prelude::*;

use crate::error::message_of;

#[wasm_bindgen(typescript_custom_section)]
const DECLARATION: &'static str = "
/** The bytes of a package: a slice of a file, or a range of what a server has. */
export interface ByteSource {
  /** Bytes in all. */
  readonly size: number;
  /** Whether a request takes its time, so that few large ranges are better than many small ones. */
  readonly isFar: boolean;
  /** The last bytes, if they are here already. */
  readonly end?: Uint8Array;
  /** So many bytes from a place on, all within the file. */
  read(start: number, length: number): Uint8Array;
}
";

#[wasm_bindgen]
extern "C" {
    /// The bytes of a package: an object of JavaScript with `size`, `isFar` and `read(start, length)`.
    #[wasm_bindgen(typescript_type = "ByteSource")]
    pub type ByteSource;

    #[wasm_bindgen(method, getter)]
    fn size(this: &ByteSource) -> f64;

    #[wasm_bindgen(method, getter, js_name = isFar)]
    fn is_far(this: &ByteSource) -> bool;

    #[wasm_bindgen(method, getter)]
    fn end(this: &ByteSource) -> Option<Uint8Array>;

    #[wasm_bindgen(method, catch)]
    fn read(this: &ByteSource, start: f64, length: f64) -> Result<Uint8Array, JsValue>;
}

impl ByteSource {
    /// The bytes, to be read like a file. Sizes are exact: JavaScript has no files of 2^53 bytes.
    pub(crate) fn open(&self) -> impl Read + Seek {
        let distance = if self.is_far() {
            Distance::Far
        } else {
            Distance::Near
        };
        RangedFile::new(self.size() as u64, distance, move |start, length| {
            self.read(start as f64, length as f64)
                .map(|bytes| bytes.to_vec())
                .map_err(|thrown| io::Error::other(message_of(&thrown)))
        })
        .with_end(self.end().map(|end| end.to_vec()).unwrap_or_default())
    }
}

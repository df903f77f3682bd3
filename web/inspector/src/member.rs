//! One member of a package.

use std::io::{self, Write};

use js_sys::{Function, Uint8Array};
use serde_json::json;
use towpath_core::inspect::{MemberError, write_member};
use towpath_core::package::{ArtifactName, Limits};
use wasm_bindgen::prelude::*;

use crate::error::{Failure, message_of};
use crate::source::ByteSource;

/// Gives the content of a member to `onPiece`, piece by piece, and at most so many bytes of it; says
/// as JSON which member it was (links are followed) and whether that was all.
///
/// # Errors
///
/// When there is no such file in the package, or it cannot be read.
#[wasm_bindgen(js_name = readMember)]
pub fn read_member(
    name: &str,
    source: &ByteSource,
    path: &str,
    most: f64,
    on_piece: &Function,
) -> Result<String, JsValue> {
    Ok(member(name, source, path, most as u64, on_piece)?)
}

fn member(
    name: &str,
    source: &ByteSource,
    path: &str,
    most: u64,
    on_piece: &Function,
) -> Result<String, Failure> {
    let name = ArtifactName::new(name)?;
    let mut pieces = Pieces {
        on_piece,
        left: most,
        path: path.to_owned(),
    };
    let found = write_member(&name, source.open(), path, &Limits::default(), &mut pieces);
    let told = match found {
        Ok(found) => json!({
            "path": found.path,
            "followed": found.followed.map(|kind| kind.to_string()),
            "truncated": false,
        }),
        Err(MemberError::Write(error)) if error.kind() == io::ErrorKind::StorageFull => {
            json!({ "path": pieces.path, "followed": null, "truncated": true })
        }
        Err(error) => return Err(error.into()),
    };
    Ok(told.to_string())
}

/// Hands out what is written, until it is enough.
struct Pieces<'a> {
    on_piece: &'a Function,
    left: u64,
    path: String,
}

impl Write for Pieces<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let fitting = usize::try_from(self.left).map_or(bytes.len(), |left| left.min(bytes.len()));
        if fitting == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let piece = Uint8Array::from(&bytes[..fitting]);
        self.on_piece
            .call1(&JsValue::NULL, &piece)
            .map_err(|thrown| io::Error::other(message_of(&thrown)))?;
        self.left -= fitting as u64;
        Ok(fitting)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

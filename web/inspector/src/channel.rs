//! A channel that packages are to be added to, whose documents JavaScript fetches.

use std::io::{self, Read};
use std::sync::Arc;

use js_sys::{Function, Uint8Array};
use serde_json::{Value, json};
use towpath_core::verify::{
    self, ChannelDocuments, ChannelPlace, ChannelView, Claim, DocumentError, Section, Wanted, read_channels,
};
use wasm_bindgen::prelude::*;

use crate::error::{Failure, message_of};

#[wasm_bindgen(typescript_custom_section)]
const DECLARATION: &'static str = "
/**
 * Gives the document at a URL, of at most so many bytes: undefined if it is not there, the status in words
 * if the server answers something else. Throws if nobody answers, or if it is larger.
 */
export type ReadDocument = (url: string, limit: number) => Uint8Array | string | undefined;
";

#[wasm_bindgen]
extern "C" {
    /// What fetches documents: a function of JavaScript.
    #[derive(Debug)]
    #[wasm_bindgen(typescript_type = "ReadDocument")]
    pub type ReadDocument;
}

/// Documents that a function of JavaScript fetches.
#[derive(Debug)]
struct Fetched(ReadDocument);

impl ChannelDocuments for Fetched {
    fn open(&self, url: &str, limit: u64) -> Result<Option<Box<dyn Read>>, DocumentError> {
        let Self(read) = self;
        let answer = read
            .unchecked_ref::<Function>()
            .call2(&JsValue::NULL, &url.into(), &(limit as f64).into())
            .map_err(|thrown| io::Error::other(message_of(&thrown)))?;
        if let Some(status) = answer.as_string() {
            return Err(DocumentError::Status(status));
        }
        let bytes = answer.dyn_into().ok();
        Ok(bytes.map(|bytes| Box::new(Fetch { bytes, position: 0 }) as Box<dyn Read>))
    }
}

/// A document that stays where JavaScript has it, and is read from there piece by piece.
struct Fetch {
    bytes: Uint8Array,
    position: u32,
}

impl Read for Fetch {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.bytes.length() - self.position;
        let count = u32::try_from(buffer.len()).map_or(left, |wanted| wanted.min(left));
        let piece = self.bytes.subarray(self.position, self.position + count);
        let (filled, _) = buffer.split_at_mut(count as usize);
        piece.copy_to(filled);
        self.position += count;
        Ok(count as usize)
    }
}

fn place(url: &str, read: ReadDocument) -> ChannelPlace {
    ChannelPlace::given(Arc::new(Fetched(read)), url)
}

/// What the channel at a URL has that matters to a package.
pub(crate) fn view(url: &str, claim: &Claim, read: ReadDocument) -> Result<ChannelView, Failure> {
    Ok(read_channels(&place(url, read), &[], &Wanted::by([claim]))?)
}

/// The builds of a name that a channel has in one subdir, as JSON, in the order of its documents, and the
/// URL of the folder where their files are.
///
/// # Errors
///
/// When the channel has no such subdir, or a document of it cannot be read.
#[wasm_bindgen(js_name = publishedBuilds)]
pub fn published_builds(
    channel: &str,
    subdir: &str,
    name: &str,
    read: ReadDocument,
) -> Result<String, JsValue> {
    Ok(builds(channel, subdir, name, read)?)
}

fn builds(channel: &str, subdir: &str, name: &str, read: ReadDocument) -> Result<String, Failure> {
    let published = verify::published_builds(&place(channel, read), subdir, name)?;
    let builds: Vec<Value> = published
        .records
        .into_iter()
        .map(|record| {
            json!({
                "file_name": record.file_name,
                "v3": record.section == Section::V3,
                "record": record.record,
            })
        })
        .collect();
    Ok(json!({ "folder_url": published.folder_url, "builds": builds }).to_string())
}

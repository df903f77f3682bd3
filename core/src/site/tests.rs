//! What the templates make of pages and feeds, seen from outside.

mod channel_pages;
mod feeds;
mod package_feeds;
mod pages;
mod sample;
mod subdir_pages;

use serde_json::{Map, Value};

use super::*;

/// What is written, as text.
fn written(write: impl FnOnce(&Templates, &mut Vec<u8>) -> Result<(), RenderError>) -> String {
    let mut bytes = Vec::new();
    write(&Templates::embedded().unwrap(), &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// The page without what all pages have before their body.
fn body(html: &str) -> &str {
    &html[html.find("<body>").unwrap()..]
}

/// The lines of the page that are rows of packages.
fn rows(html: &str) -> Vec<&str> {
    let last_table_body = &html[html.rfind("<tbody>").unwrap()..];
    let rows = last_table_body.split_inclusive("</tr>");
    rows.filter_map(|row| row.find("<tr").map(|start| &row[start..]))
        .collect()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => panic!("{other} is no object"),
    }
}

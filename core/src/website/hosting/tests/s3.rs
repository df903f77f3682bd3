//! S3: keys, pages of folders, and the lines that upload.

use std::path::Path;

use rstest::rstest;
use serde_json::json;

use super::{Folder, one};
use crate::verify::Severity;
use crate::website::hosting::Host;
use crate::website::hosting::s3::advice;

#[rstest]
#[case("noarch/a-1+b-0.conda", "plus-in-name")]
#[case("noarch/a b.txt", "key-characters")]
#[case("noarch/é.txt", "key-characters")]
fn keys_that_object_stores_read_differently(#[case] path: &str, #[case] name: &'static str) {
    let folder = Folder::sound().file(path, "a").repodata(
        "noarch",
        &json!({}),
        &[("a-1+b-0.conda", 1)][..usize::from(path.ends_with(".conda"))],
    );
    assert_eq!(folder.found(Host::S3), one(Severity::Warning, name, path));
}

#[test]
fn names_with_an_epoch_are_safe_in_keys() {
    let folder = Folder::sound()
        .repodata("noarch", &json!({}), &[("a-1!2-0_(x).conda", 1)])
        .file("noarch/a-1!2-0_(x).conda", "a");
    assert_eq!(folder.found(Host::S3), []);
}

#[test]
fn pages_of_folders_need_an_index_document() {
    let folder = Folder::sound()
        .file("index.html", "")
        .file("p/lock/index.html", "");
    assert_eq!(folder.found(Host::S3), one(Severity::Note, "index-document", ""));
    assert!(folder.said(Host::S3, "index-document").starts_with("1 pages"));
}

/// A line that sets a content encoding makes clients unpack twice; one that deletes comes last.
#[test]
fn uploads_to_s3_are_in_order() {
    let lines = advice(Path::new("it's"));
    assert!(
        lines
            .iter()
            .all(|line| line.starts_with(r"aws s3 sync 'it'\''s' s3://BUCKET "))
    );
    assert!(lines.iter().all(|line| line.contains("--exclude '*/.*'")));
    assert!(!lines.concat().contains("encoding"));
    let deleting = lines.iter().position(|line| line.contains("--delete"));
    assert_eq!(deleting, Some(lines.len() - 1));
    assert!(
        lines[0].contains("immutable") && lines[0].contains("*/shards/") && lines[0].contains("assets/*")
    );
}

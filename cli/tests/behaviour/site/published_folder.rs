//! A folder with a website and a copy of its channel is a channel too, and nothing in it is lost when it
//! is taken for one; nor is anything outside of it.

use std::collections::BTreeMap;

use super::harbour::channel;
use super::{STATE, Website};
use crate::environment::{Towpath, index};

fn packages(website: &Website) -> Vec<String> {
    let files = website.files().into_iter();
    files
        .filter(|path| path.ends_with(".conda") || path.ends_with("repodata.json"))
        .collect()
}

/// A copy is what is left of the channel, for whoever has nothing else.
#[test]
fn copies_stay_when_the_folder_is_taken_for_the_channel() {
    let website = Website::of(&channel(), &[]);
    let before = packages(&website);
    assert!(before.len() > 10);
    let _ = Towpath::new(["site"]).arg(website.path()).run().succeeded();
    assert_eq!(packages(&website), before);
    let elsewhere = ["--copy", "nothing", "--channel-url", "https://conda.example/main"];
    let call = Towpath::new(["site"]).arg(website.path()).args(&elsewhere);
    let _ = call.run().succeeded();
    assert_eq!(packages(&website), before);
    let _ = Towpath::new(["index"]).arg(website.path()).run().succeeded();
    let _ = Towpath::new(["site"]).arg(website.path()).run().succeeded();
    assert_eq!(packages(&website), before);
}

/// Notes that somebody has made up do not lead out of the folder.
#[test]
fn nothing_outside_the_folder_is_removed() {
    #[derive(serde::Serialize)]
    struct Unit([u8; 16], Vec<(String, u64)>);
    #[derive(serde::Serialize)]
    struct State<'a>(Option<&'a str>, BTreeMap<&'a str, Unit>);
    let channel = channel();
    let _ = index(&channel, &[]).succeeded();
    let website = Website::new();
    let outside = tempfile::tempdir().unwrap();
    let victim = outside.path().join("victim");
    fs_err::write(&victim, "mine").unwrap();
    let relative = format!(
        "../{}/victim",
        outside.path().file_name().unwrap().to_str().unwrap()
    );
    let absolute = victim.display().to_string();
    let files = [relative, absolute].map(|path| (path, 4));
    let state = State(None, BTreeMap::from([("p/x/", Unit([1; 16], files.to_vec()))]));
    let bytes = rmp_serde::to_vec(&state).unwrap();
    fs_err::write(
        website.path().join(STATE),
        zstd::encode_all(bytes.as_slice(), 1).unwrap(),
    )
    .unwrap();
    let _ = website.make(&channel, &[]).succeeded();
    assert!(victim.is_file());
}

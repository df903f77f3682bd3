//! What is in the tables of listing pages, whatever they look like.

use std::collections::BTreeMap;
use std::path::Path;

use crate::channel::{Packages, TestChannel, files};
use crate::peer::Peer;
use crate::towpath;

/// The rows of a page's only table, by the text in their first cell; a cell by its column's head.
type Rows = BTreeMap<String, BTreeMap<String, Cell>>;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Cell {
    text: String,
    link: Option<String>,
}

fn rows(page: &Path) -> Rows {
    let page = fs_err::read_to_string(page).unwrap();
    let mut rows = elements(&page, "tr").map(|row| {
        let heads = elements(row, "th");
        heads.chain(elements(row, "td")).map(cell).collect::<Vec<_>>()
    });
    let heads = rows.next().unwrap();
    let named = rows.map(|cells| {
        assert_eq!(cells.len(), heads.len(), "{cells:?}");
        let heads = heads.iter().map(|head| head.text.clone());
        (cells[0].text.clone(), heads.zip(cells).collect())
    });
    named.collect()
}

/// The content of each element of a name, none of which is in another.
fn elements<'a>(html: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let starts = html.match_indices('<').filter_map(move |(start, _)| {
        let (tag, content) = html[start + 1..].split_once('>')?;
        (tag.split(' ').next() == Some(name)).then_some(content)
    });
    let end = format!("</{name}>");
    starts.map(move |content| content.split_once(&end).unwrap().0)
}

fn cell(element: &str) -> Cell {
    let mut parts = element.split('<');
    let mut text = parts.next().unwrap().to_owned();
    text.extend(parts.map(|part| part.split_once('>').unwrap().1));
    let link = element
        .split_once("href=\"")
        .and_then(|(_, rest)| rest.split_once('"'));
    Cell {
        text: unescaped(text.trim()),
        link: link.map(|(link, _)| unescaped(link)),
    }
}

fn unescaped(html: &str) -> String {
    let entities = [
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&#34;", '"'),
        ("&quot;", '"'),
        ("&#39;", '\''),
        ("&#x27;", '\''),
        ("&amp;", '&'),
    ];
    let replace =
        |text: String, (entity, character): (&str, char)| text.replace(entity, &character.to_string());
    entities.into_iter().fold(html.to_owned(), replace)
}

/// A channel of the real packages, indexed by each tool.
fn indexed(peer: &Peer, options: &[&str]) -> [TestChannel; 2] {
    let packages = Packages::at(peer.shared.packages());
    let (theirs, ours) = (packages.channel(), packages.channel());
    peer.index(theirs.path(), options);
    towpath::index(ours.path(), &[options, &["--no-indexed-timestamp"]].concat());
    [theirs, ours]
}

#[test]
fn they_list_the_same_files_and_packages() {
    let Some(peer) = Peer::found() else { return };
    let [theirs, ours] = indexed(&peer, &["--channeldata", "--bz2"]);
    let pages = files(theirs.path());
    let pages = pages.iter().filter(|path| path.ends_with("index.html"));
    let (of_subdirs, of_channel): (Vec<_>, Vec<_>) = pages
        .map(|page| page.strip_prefix(theirs.path()).unwrap())
        .partition(|page| page.components().count() > 1);
    assert_eq!((of_subdirs.len(), of_channel.len()), (11, 1));
    let read = |page: &Path| [&theirs, &ours].map(|channel| rows(&channel.path().join(page)));

    let mut packages = 0;
    for page in of_subdirs {
        packages += compare_files(read(page));
    }
    assert_eq!(packages, theirs.packages().len());
    compare_packages(read(of_channel[0]));
}

/// Compares two pages of a subdir. Returns how many packages they list.
fn compare_files([theirs, ours]: [Rows; 2]) -> usize {
    let is_document = |name: &str| name.contains(".json");
    for (name, mut theirs) in theirs.clone() {
        let mut ours = ours[&name].clone();
        if is_document(&name) {
            // When the tools ran.
            ours.remove("Last Modified");
            theirs.remove("Last Modified");
        }
        assert_eq!(ours, theirs, "{name}");
    }
    let packages = |rows: &Rows| {
        rows.keys()
            .filter(|name| name.ends_with(".conda") || name.ends_with(".tar.bz2"))
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(packages(&ours), packages(&theirs));
    packages(&ours).len()
}

/// Compares two pages of a channel. conda-index cuts what is long, and all but one word of a
/// licence; and it writes what Python calls nothing.
fn compare_packages([theirs, ours]: [Rows; 2]) {
    assert_eq!(theirs.len(), 176);
    assert!(ours.keys().eq(theirs.keys()));
    for (name, theirs) in theirs {
        for (head, theirs) in theirs {
            let ours = &ours[&name][&head];
            let expected = match (&*head, &*theirs.text) {
                ("Summary", "None") => "",
                (_, "X") => "✓",
                ("Summary" | "License" | "Latest Version", text) => {
                    let kept = text.strip_suffix("...").unwrap_or(text);
                    assert!(
                        ours.text.starts_with(kept),
                        "{head} of {name}: {ours:?} {theirs:?}"
                    );
                    assert!(kept.is_empty() == ours.text.is_empty());
                    &ours.text
                }
                (_, text) => text,
            };
            assert_eq!(
                (&*ours.text, &ours.link),
                (expected, &theirs.link),
                "{head} of {name}"
            );
        }
    }
}

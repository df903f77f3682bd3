//! The listing of a subdir.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;

use super::*;
use crate::channel::Subdir;

fn page() -> SubdirPage {
    SubdirPage {
        channel: "demo".to_owned(),
        subdir: Subdir::noarch(),
        root_documents: vec![
            RootDocument::Page,
            RootDocument::ChannelData,
            RootDocument::Rss,
            RootDocument::Atom,
        ],
        documents: vec![ListingRow {
            size: Some(3414),
            modified: UtcTime::from_seconds(1_700_000_000),
            sha256: "ab".repeat(32),
            md5: "cd".repeat(16),
            ..ListingRow::named("repodata.json")
        }],
        packages_url: None,
        updated: UtcTime::from_seconds(1_700_000_000),
        paging: page::Paging::default(),
    }
}

fn listing(page: &SubdirPage, packages: Vec<ListingRow>) -> String {
    written(|templates, out| templates.write_subdir_page(page, packages, out))
}

fn package() -> ListingRow {
    let record = object(json!({
        "name": "a", "version": "1.0", "build": "0", "depends": ["python >=3.9", "b <2"],
        "size": 3000, "timestamp": 1_561_127_261_000_i64, "sha256": "01".repeat(32), "md5": "23".repeat(16),
    }));
    ListingRow::from_record("a-1.0-0.conda", &record)
}

#[test]
fn a_page_lists_documents_then_packages() {
    let html = listing(&page(), vec![package(), ListingRow::named("b-1.0-0.tar.bz2")]);
    insta::assert_snapshot!(body(&html));
}

#[test]
fn a_page_is_one_file_that_loads_nothing() {
    let html = listing(&page(), vec![package()]);
    let stylesheet = include_str!("../../../../templates/style.css").trim_end();
    assert!(html.contains(stylesheet));
    let head = html[..html.find("<body>").unwrap()].replace(stylesheet, "(style.css)");
    insta::assert_snapshot!(head);
    for loading in ["src=", "url(", "@import", "<script"] {
        assert!(!html.contains(loading), "{loading}");
    }
}

#[test]
fn scripts_find_rows_in_the_shape_they_know() {
    let html = listing(&page(), vec![package()]);
    let (sha256, md5) = ("01".repeat(32), "23".repeat(16));
    let cells = format!(
        "<tr><td><a href=\"a-1.0-0.conda\">a-1.0-0.conda</a></td><td class=\"s\">3 KB</td>\
         <td>2019-06-21 14:27:41 +0000</td><td>{sha256}</td><td>{md5}</td></tr>"
    );
    assert_eq!(rows(&html), [cells]);
}

#[test]
fn dependencies_are_shown_with_and_without_a_mouse() {
    let record = object(json!({
        "name": "a", "version": "1.0", "build": "\"0\"", "depends": ["python >=3.9", 7, null, "b"],
    }));
    let row = ListingRow::named("a.conda").with_dependencies(&record);
    let html = listing(&page(), vec![row]);
    insta::assert_snapshot!(rows(&html).join("\n"), @r#"
    <tr><td title="a v1.0 &quot;0&quot;

    depends:
    python &gt;=3.9
    7
    b"><a href="a.conda">a.conda</a><details><summary>depends on 3</summary><ul><li>python &gt;=3.9</li><li>7</li><li>b</li></ul></details></td><td class="s"></td><td></td><td></td><td></td></tr>
    "#);
}

#[rstest]
#[case(json!({}))]
#[case(json!({"depends": []}))]
#[case(json!({"depends": {"a": 1}}))]
fn no_dependencies_leave_the_row_as_it_is(#[case] record: Value) {
    assert_eq!(package().with_dependencies(&object(record)), package());
}

#[test]
fn a_record_of_wrong_types_is_listed_with_what_it_has() {
    let record = object(json!({
        "size": "big", "timestamp": "2019", "sha256": null, "md5": ["x"], "depends": 5, "name": 1, "version": {}, "build": "0",
    }));
    let row = ListingRow::from_record("a.conda", &record).with_dependencies(&record);
    let html = listing(&page(), vec![row]);
    insta::assert_snapshot!(rows(&html).join("\n"), @r#"
    <tr><td title="1 v 0

    depends:
    5"><a href="a.conda">a.conda</a><details><summary>depends on 1</summary><ul><li>5</li></ul></details></td><td class="s"></td><td></td><td></td><td>x</td></tr>
    "#);
}

#[test]
fn packages_may_be_served_from_elsewhere_and_documents_are_not() {
    let page = SubdirPage {
        packages_url: Some("https://packages.example/demo/noarch/".to_owned()),
        ..page()
    };
    let html = listing(&page, vec![ListingRow::named("a b.conda")]);
    assert!(html.contains("<a href=\"https://packages.example/demo/noarch/a%20b.conda\">a b.conda</a>"));
    assert!(html.contains("<a href=\"repodata.json\">"));
}

#[test]
fn an_empty_subdir_says_so_and_links_only_to_what_there_is() {
    let page = SubdirPage {
        root_documents: Vec::new(),
        documents: Vec::new(),
        updated: None,
        ..page()
    };
    let html = listing(&page, Vec::new());
    insta::assert_snapshot!(body(&html));
}

#[test]
fn half_a_page_is_written_before_half_of_the_rows_are_taken() {
    const ROWS: usize = 20_000;
    struct Lag {
        taken: Arc<AtomicUsize>,
        written: usize,
        greatest: usize,
    }
    impl Write for Lag {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.written += bytes.windows(4).filter(|window| window == b"<tr>").count();
            let taken = self.taken.load(Ordering::Relaxed);
            self.greatest = self.greatest.max(taken.saturating_sub(self.written));
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let taken = Arc::new(AtomicUsize::new(0));
    let packages = (0..ROWS).map({
        let taken = Arc::clone(&taken);
        move |index| {
            taken.fetch_add(1, Ordering::Relaxed);
            ListingRow::named(format!("package-{index}-1.0-0.conda"))
        }
    });
    let mut lag = Lag {
        taken,
        written: 0,
        greatest: 0,
    };
    Templates::embedded()
        .unwrap()
        .write_subdir_page(&page(), packages, &mut lag)
        .unwrap();
    // Rows that a tag was cut through at the end of a buffer are not seen.
    assert!(lag.written > ROWS - 100, "{}", lag.written);
    assert!(lag.greatest < ROWS / 10, "{}", lag.greatest);
}

#[test]
fn rows_may_come_from_a_thread_which_learns_that_writing_has_failed() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let (sender, receiver) = mpsc::sync_channel(4);
    let producer = thread::spawn(move || {
        (0..).find(|index| sender.send(ListingRow::named(format!("{index}.conda"))).is_err())
    });
    let templates = Templates::embedded().unwrap();
    let result = templates.write_subdir_page(&page(), receiver, Full);
    let Err(RenderError::Write(error)) = result else {
        panic!("{result:?}");
    };
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert!(producer.join().unwrap().is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_name_makes_or_breaks_markup(name in "[\\PC\"'<>&\u{0}-\u{1f}]{1,20}", depends in "[\\PC\"'<>&]{0,20}") {
        let row = ListingRow {
            sha256: name.clone(),
            md5: name.clone(),
            dependencies: Some(Dependencies {
                name: name.clone(),
                version: name.clone(),
                build: name.clone(),
                depends: vec![depends],
            }),
            ..ListingRow::named(name.as_str())
        };
        let html = listing(&page(), vec![row]);
        let row = rows(&html)[0];
        let tags = if matches!(name.as_str(), "." | "..") { 20 } else { 22 };
        prop_assert_eq!(row.matches('<').count(), tags, "{}", row);
        prop_assert_eq!(row.matches('>').count(), tags, "{}", row);
        // Of the title, the link, and the class of a cell.
        prop_assert_eq!(row.matches('"').count(), if tags == 22 { 6 } else { 4 }, "{}", row);
        prop_assert!(!row.contains(|c: char| c.is_ascii_control() && c != '\n' && c != '\t'), "{}", row);
    }
}

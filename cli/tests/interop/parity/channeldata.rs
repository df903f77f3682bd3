//! `channeldata.json` of channels that live.
//!
//! Of a name with several versions in `.tar.bz2`, conda-index looks at them in random order, and
//! what it says depends on the order; with `.conda` it is the order of file names. Here that is the
//! order of versions. It also never forgets: where packages went, its document is made from scratch.

use serde_json::{Value, json};
use towpath_tests::{Kind, PackageBuilder};

use super::{AS_CONDA_INDEX, LATER, Pair};
use crate::channel::{Packages, TestChannel, generator};
use crate::channeldata::Channeldata;
use crate::peer::Peer;
use crate::towpath::{self, Run};

/// 2020, in milliseconds.
const BUILT: u64 = 1_600_000_000_000;

impl Pair {
    /// As [`Pair::index`], with `channeldata.json`.
    fn index_all(&self, options: &[&str]) -> Run {
        let options = [options, &["--channeldata"]].concat();
        self.peer.index(self.theirs.path(), &options);
        let run = towpath::index(self.ours.path(), &[&options[..], &AS_CONDA_INDEX].concat());
        for [one, other] in [[&self.theirs, &self.ours], [&self.ours, &self.theirs]] {
            self.peer.assert_same(one.path(), other.path(), "?[!h]*");
        }
        self.channeldata()
            .assert_is(&Channeldata::of(self.theirs.path()), self.theirs.path());
        run
    }

    fn channeldata(&self) -> Channeldata {
        Channeldata::of(self.ours.path())
    }
}

#[test]
fn of_a_channel_that_lives() {
    let Some(peer) = Peer::found() else { return };
    let generator = generator(0.0);
    let pair = Pair::of(peer, &Packages::generated(&generator, 300));
    let options = ["--run-exports", "--base-url", "https://packages.example.org"];
    pair.index_all(&options);
    assert_eq!(pair.channeldata().packages().len(), 25);

    // The last version of each name again, built later and described in other words; and more.
    let replaced: Vec<_> = (0..25).map(|name| generator.package(name * 12 + 11)).collect();
    pair.change(|channel| {
        for old in &replaced {
            // What a replaced package said stays in conda-index's document if the new one says
            // nothing of it.
            let about = ["home", "dev_url", "doc_url", "license", "description", "summary"].map(|key| {
                (
                    key.to_owned(),
                    json!(format!("replaced {key} of {}", old.file_name())),
                )
            });
            let new = old
                .package
                .clone()
                .about(Value::Object(about.into_iter().collect()))
                .index(|index| {
                    index.insert("timestamp".to_owned(), json!(LATER * 1000));
                });
            channel.put(&new, old.kind, LATER);
        }
        for k in 300..340 {
            channel.put(&generator.package(k).package, Kind::Conda, LATER);
        }
    });
    let run = pair.index_all(&options);
    assert_eq!(["added", "changed"].map(|what| run.sum(what)), [40, 25]);
    let packages = pair.channeldata();
    let count = |text: &str| {
        let packages = packages.packages().values();
        packages
            .filter(|package| package.to_string().contains(text))
            .count()
    };
    assert_eq!((packages.packages().len(), count("replaced ")), (29, 25));
    pair.peer.assert_same_rows(pair.theirs.path(), pair.ours.path());

    // All versions of some names, and the newest of others.
    pair.change(|channel| {
        for k in (0..60).chain((71..300).step_by(12)) {
            let package = generator.package(k);
            fs_err::remove_file(channel.path().join(package.subdir).join(package.file_name())).unwrap();
        }
    });
    fs_err::remove_file(pair.theirs.path().join("channeldata.json")).unwrap();
    let run = pair.index_all(&options);
    assert_eq!(run.sum("removed"), 80);
    assert_eq!(pair.channeldata().packages().len(), 24);
}

#[test]
fn of_one_version_of_each_name_in_the_old_format() {
    let Some(peer) = Peer::found() else { return };
    let generator = generator(1.0);
    let pair = Pair::filled(peer, |channel| {
        for package in (0..600).step_by(12).map(|k| generator.package(k)) {
            channel.put(&package.package, package.kind, package.built);
        }
    });
    pair.index_all(&["--no-compact"]);
    assert_eq!(pair.channeldata().packages().len(), 50);
}

/// What an `about.json` may say, by the name of the package that says it.
fn abouts() -> [(&'static str, Value); 9] {
    [
        ("nothing", json!({})),
        (
            "urls",
            json!({"home": "https://a", "dev_url": "https://b", "doc_url": "https://c",
                "doc_source_url": "https://d", "icon_url": "https://e", "icon_hash": "md5:abc:12"}),
        ),
        (
            "lists-of-urls",
            json!({"home": ["https://a", "https://b"], "dev_url": [], "doc_url": ["https://c"]}),
        ),
        (
            "nothing-by-other-names",
            json!({"home": "", "dev_url": null, "doc_url": 0, "tags": [], "identifiers": {}, "keywords": false}),
        ),
        (
            "lists",
            json!({"tags": ["a", "b"], "identifiers": ["doi:1"], "keywords": ["k"], "recipe_origin": {"remote": "https://r"}}),
        ),
        (
            "lines",
            json!({"summary": " two\nlines\n", "description": "with\r\ntabs\tand \u{e9} "}),
        ),
        (
            "lists-of-lines",
            json!({"summary": ["one\n", "two"], "description": ["", "a", "\nb\n"]}),
        ),
        (
            "not-of-an-about",
            json!({"version": "9", "name": "other", "subdirs": ["x"], "timestamp": 5, "run_exports": {"weak": ["no"]},
                "source_url": "https://about", "binary_prefix": true, "commits": [1], "mtime": 7, "reference_package": "x"}),
        ),
        (
            "license",
            json!({"license": "GPL", "license_family": "GPL", "license_file": "x"}),
        ),
    ]
}

#[test]
fn of_what_an_about_says() {
    let Some(peer) = Peer::found() else { return };
    let package = |name: &str, version: &str, has_license: bool| {
        let name = if has_license {
            name.to_owned()
        } else {
            format!("{name}-bare")
        };
        PackageBuilder::new(&name, version, "0").index(|index| {
            if !has_license {
                index.remove("license");
            }
        })
    };
    let pair = Pair::filled(peer, |channel| {
        for (name, about) in abouts() {
            for has_license in [true, false] {
                let described = package(name, "1.0", has_license).about(about.clone());
                channel.put(&described, Kind::Conda, LATER);
                let newer = package(name, "2.0", has_license).without("info/about.json");
                channel.put(&newer, Kind::Conda, LATER);
            }
        }
    });
    pair.index_all(&[]);
    assert_eq!(pair.channeldata().packages().len(), 18);
}

const RECIPES: [&str; 6] = [
    "source:\n  url: https://example.org/a.tar.gz\n  sha256: abc\n  git_rev: v1\n",
    "source:\n  git_url: https://example.org/a.git\n  git_tag: v1\n",
    "source:\n  url:\n    - https://example.org/a\n    - https://example.org/b\n",
    "source:\n  - url: https://example.org/a\n  - url: https://example.org/b\n",
    "source: null\nabout:\n  home: https://recipe\n",
    "summary: of the recipe\nhome: https://recipe\ntags: [t]\nsource_url: https://recipe/s\n",
];

#[test]
fn of_what_a_recipe_says() {
    let Some(peer) = Peer::found() else { return };
    let pair = Pair::filled(peer, |channel| {
        for (number, recipe) in RECIPES.iter().enumerate() {
            let described = PackageBuilder::new(&format!("described-{number}"), "1.0", "0").recipe(recipe);
            channel.put(&described, Kind::Conda, LATER);
            let alone = PackageBuilder::new(&format!("alone-{number}"), "1.0", "0").recipe(recipe);
            channel.put(&alone.without("info/about.json"), Kind::Conda, LATER);
        }
    });
    pair.index_all(&[]);
    let packages = pair.channeldata();
    assert_eq!(
        packages.packages()["alone-0"]["source_url"],
        "https://example.org/a.tar.gz"
    );
    assert_eq!(packages.packages().len(), 12);
}

/// Facts about files, run exports, and builds of one version, in several subdirs.
#[test]
fn of_several_subdirs_builds_and_formats() {
    let Some(peer) = Peer::found() else { return };
    let pair = Pair::filled(peer, fill);
    pair.index_all(&["--run-exports"]);
    assert_eq!(pair.channeldata().packages().len(), 8);
    // The other subdirs are known from before.
    pair.change(|channel| channel.put(&plain("activates", "9.0", 0, "osx-64"), Kind::Conda, LATER));
    pair.index_all(&["--subdir", "osx-64"]);
    assert_eq!(pair.channeldata().packages()["activates"]["version"], "9.0");
}

/// A package that says where it is from.
fn plain(name: &str, version: &str, build: u64, subdir: &str) -> PackageBuilder {
    let is_from = |what: &str| format!("https://{what}/{name}/{version}/{build}/{subdir}");
    PackageBuilder::new(name, version, &build.to_string())
        .subdir(subdir)
        .build_number(build)
        .about(json!({"home": is_from("home"), "doc_url": is_from("doc"), "summary": is_from("of")}))
        .index(|index| {
            index.insert("timestamp".to_owned(), json!(BUILT + build));
        })
}

fn fill(channel: &TestChannel) {
    let subdirs = ["linux-64", "noarch", "osx-64", "weird-1"];
    let put = |package: &PackageBuilder| channel.put(package, Kind::Conda, LATER);
    for (number, subdir) in subdirs.into_iter().enumerate() {
        let number = number as u64;
        put(&plain("everywhere", "1.0", 0, subdir).run_exports(json!({"weak": [subdir]})));
        put(&plain("moves", &format!("{}.0", 9 + number), 0, subdir).run_exports(json!({"strong": [subdir]})));
        put(&plain("built-later", "1.0", number, subdir));
        // Of these, one kind of file in each subdir.
        let file = [
            "etc/conda/activate.d/a.sh",
            "etc/conda/deactivate.d/a.sh",
            "bin/.a-pre-link.sh",
            "Scripts/.a-post-link.bat",
        ];
        put(&plain("activates", "1.0", 0, subdir).payload(file[number as usize], ""));
    }
    for (build, milliseconds) in [(0, 5), (1, 9), (2, 7)] {
        put(&plain("built-often", "1.0", build, "noarch")
            .run_exports(json!({"weak": [build]}))
            .index(|index| {
                index.insert("timestamp".to_owned(), json!(BUILT + milliseconds * 1000));
            }));
    }
    // Versions by their order, not as text; without a time; with one in seconds.
    for (version, timestamp) in [
        ("1.0a1", json!(null)),
        ("1.0rc1", json!(BUILT / 1000)),
        ("2.0", json!(BUILT)),
    ] {
        put(&plain("seconds", version, 0, "noarch").index(|index| {
            match timestamp {
                Value::Null => index.remove("timestamp"),
                timestamp => index.insert("timestamp".to_owned(), timestamp),
            };
        }));
    }
    let twin = plain("twin", "1.0", 0, "noarch").icon("an icon");
    put(&twin.clone().run_exports(json!({})));
    channel.put(
        &twin.about(json!({"home": "https://bz2", "tags": ["bz2"]})),
        Kind::TarBz2,
        LATER,
    );
    let relocated = plain("relocated", "1.0", 0, "linux-64").paths_json(json!({"paths_version": 1, "paths": [
        {"_path": "bin/a", "path_type": "hardlink", "file_mode": "binary", "prefix_placeholder": "/opt/anaconda1"},
        {"_path": "bin/.a-pre-unlink.sh", "path_type": "hardlink"},
    ]}));
    put(&relocated);
    put(&plain("relocated", "2.0", 0, "noarch").paths_json(json!({"paths_version": 1, "paths": [
        {"_path": "bin/b", "path_type": "hardlink", "file_mode": "text", "prefix_placeholder": "/opt/anaconda1"},
    ]})));
}

#[test]
fn of_records_that_were_patched() {
    let Some(peer) = Peer::found() else { return };
    let patch = json!({
        "patch_instructions_version": 1,
        "packages": {"a-1.0-0.tar.bz2": {"license": "of both"}},
        "packages.conda": {
            "b-2.0-0.conda": {"license": null, "depends": []},
            "c-1.0-0.conda": {"timestamp": BUILT + 9_000_000, "home": "https://patch", "tags": ["patched"]},
            "d-1.0-0.conda": {"run_exports": {"weak": ["patched"]}},
        },
        "revoke": ["a-2.0-0.conda"],
        "remove": ["c-2.0-0.conda", "e-1.0-0.conda"],
    });
    let pair = Pair::filled(peer, |channel| {
        for name in ["a", "b", "c", "d"] {
            for version in ["1.0", "2.0"] {
                channel.put(&plain(name, version, 0, "noarch"), Kind::Conda, LATER);
            }
        }
        channel.put(&plain("e", "1.0", 0, "noarch"), Kind::Conda, LATER);
        fs_err::write(
            channel.path().join("noarch/patch_instructions.json"),
            patch.to_string(),
        )
        .unwrap();
    });
    pair.index_all(&[]);
    let packages = pair.channeldata();
    assert!(packages.packages().keys().eq(["a", "b", "c", "d"]));
    assert_eq!(packages.packages()["c"]["home"], "https://patch");
}

//! Group G: a package in view of the channel that it is to be added to.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use towpath_core::verify::{ChannelView, PublishedRecord, Section};
use towpath_tests::{Kind, PackageBuilder};

use crate::case::{Case, breaks, keeps, sound};

/// A channel with these records in `noarch`.
fn channel<const COUNT: usize>(records: [(&str, Value); COUNT]) -> ChannelView {
    let mut view = ChannelView::new("my-channel");
    for (file_name, record) in records {
        add(&mut view, file_name, Section::Legacy, record);
    }
    view
}

fn add(view: &mut ChannelView, file_name: &str, section: Section, record: Value) {
    let Value::Object(record) = record else {
        panic!("a record is an object");
    };
    let name = record["name"].as_str().unwrap().to_owned();
    let record = PublishedRecord {
        file_name: file_name.to_owned(),
        section,
        record,
    };
    view.add_record("noarch", &name, record);
}

/// The record that the package has when it is published.
fn record(package: &PackageBuilder) -> Value {
    let bytes = package.conda();
    let mut record = Value::Object(package.index_json().clone());
    record["size"] = bytes.len().into();
    record["sha256"] = base16ct::lower::encode_string(&Sha256::digest(&bytes)).into();
    record
}

/// The same with another value of one field.
fn with(record: &Value, key: &str, value: impl Into<Value>) -> Value {
    let mut record = record.clone();
    record[key] = value.into();
    record
}

fn other(name: &str, version: &str, build: &str, depends: &Value) -> Value {
    json!({ "name": name, "version": version, "build": build, "build_number": 0, "depends": depends,
        "license": "BSD-3-Clause", "noarch": "generic", "subdir": "noarch" })
}

const NAME: &str = "demo-1.0-h1234567_0.conda";

fn in_channel(code: &'static str, what: &'static str, breaks_it: bool, view: ChannelView) -> Case {
    of(code, what, breaks_it, &sound(), view)
}

fn of(
    code: &'static str,
    what: &'static str,
    breaks_it: bool,
    package: &PackageBuilder,
    view: ChannelView,
) -> Case {
    let case = if breaks_it { breaks } else { keeps };
    case(code, what, package, Kind::Conda).in_channel(view)
}

pub(crate) fn cases() -> Vec<Case> {
    [published(), indexed(), neighbours(), dependencies(), satisfied()]
        .into_iter()
        .flatten()
        .collect()
}

fn published() -> Vec<Case> {
    let ours = record(&sound());
    let twin = "demo-1.0-h1234567_0.tar.bz2";
    let patched = with(&ours, "depends", json!(["python <4"]));
    vec![
        in_channel(
            "G601",
            "other bytes",
            true,
            channel([(NAME, with(&ours, "sha256", "00".repeat(32)))]),
        ),
        in_channel("G601", "the same bytes", false, channel([(NAME, ours.clone())])),
        in_channel(
            "G602",
            "another build number",
            true,
            channel([(twin, with(&ours, "build_number", 1))]),
        ),
        in_channel(
            "G602",
            "other dependencies",
            true,
            channel([(twin, patched.clone())]),
        ),
        in_channel(
            "G602",
            "the same in the other format",
            false,
            channel([(twin, ours.clone())]),
        ),
        in_channel("G606", "patched", true, channel([(NAME, patched)])),
        in_channel(
            "G606",
            "an empty list that is left out",
            false,
            channel([(NAME, {
                let mut record = ours.clone();
                record.as_object_mut().unwrap().remove("depends");
                record
            })]),
        ),
        in_channel(
            "G608",
            "another size",
            true,
            channel([(NAME, with(&ours, "size", 1))]),
        ),
        in_channel(
            "G608",
            "another md5",
            true,
            channel([(NAME, with(&ours, "md5", "00".repeat(16)))]),
        ),
        in_channel(
            "G608",
            "digest in capitals",
            false,
            channel([(
                NAME,
                with(&ours, "sha256", ours["sha256"].as_str().unwrap().to_uppercase()),
            )]),
        ),
    ]
}

fn indexed() -> Vec<Case> {
    let ours = record(&sound());
    let v3 = || {
        let mut view = channel([]);
        add(&mut view, NAME, Section::V3, ours.clone());
        view
    };
    let indexed = |time: u64| channel([(NAME, with(&ours, "indexed_timestamp", time))]);
    vec![
        in_channel(
            "G609",
            "indexed before it was built",
            true,
            indexed(1_600_000_000_000),
        ),
        in_channel(
            "G609",
            "indexed when it was built",
            false,
            indexed(1_700_000_000_000),
        ),
        in_channel("G610", "under v3 without need", true, v3()),
        in_channel(
            "G610",
            "of revision 3, not under v3",
            true,
            channel([(NAME, with(&ours, "schema_version", 3))]),
        ),
        in_channel(
            "G610",
            "of revision 1, not under v3",
            false,
            channel([(NAME, with(&ours, "schema_version", 1))]),
        ),
    ]
}

fn neighbours() -> Vec<Case> {
    let rival =
        |build: &str, depends: Value| channel([("demo-1.0-x.conda", other("demo", "1.0", build, &depends))]);
    let named = |name: &str| channel([("x-1-0.conda", other(name, "1", "0", &json!([])))]);
    let before =
        |version: &str, depends: Value| channel([("demo-0-0.conda", other("demo", version, "0", &depends))]);
    vec![
        in_channel("G605", "another build string", true, rival("other_0", json!([]))),
        in_channel(
            "G605",
            "a variant",
            false,
            rival("other_0", json!(["python 3.12.*"])),
        ),
        of(
            "G607",
            "another letter",
            true,
            &PackageBuilder::new("reqests", "1", "h1234567_0").member(
                "info/licenses/LICENSE",
                "Free.
",
            ),
            named("requests"),
        ),
        in_channel("G607", "an unlike name", false, named("omed")),
        of(
            "G607",
            "other separators",
            true,
            &PackageBuilder::new("a_b", "1", "h1234567_0").member("info/licenses/LICENSE", "Free.\n"),
            named("a-b"),
        ),
        in_channel(
            "G615",
            "a dependency is gone",
            true,
            before("0.9", json!(["libfoo"])),
        ),
        in_channel(
            "G615",
            "another licence",
            true,
            channel([(
                "demo-0-0.conda",
                with(&other("demo", "0.9", "0", &json!([])), "license", "MIT"),
            )]),
        ),
        in_channel("G615", "nothing is gone", false, before("0.9", json!([]))),
        in_channel("G616", "older than all", true, before("2024.1", json!([]))),
        in_channel("G616", "a line that goes on", false, {
            let mut view = before("2.0", json!([]));
            add(
                &mut view,
                "demo-0-1.conda",
                Section::Legacy,
                other("demo", "0.9", "0", &json!([])),
            );
            view
        }),
    ]
}

fn dependencies() -> Vec<Case> {
    let needs = |spec: &str| sound().depends([spec]);
    let python = || {
        channel([(
            "python-3.12.0-0.conda",
            other("python", "3.12.0", "0", &json!([])),
        )])
    };
    vec![
        of("G603", "a slip of the pen", true, &needs("pyhton >=3"), python()),
        of("G603", "one that is there", false, &needs("python >=3"), python()),
        of(
            "G603",
            "one of the system",
            false,
            &needs("__glibc >=2.17"),
            python(),
        ),
        of("G603", "one in another channel", false, &needs("libfoo"), {
            let mut view = python();
            let mut other_channel = ChannelView::new("conda-forge");
            other_channel.add_name("noarch", "libfoo");
            view.add_other(other_channel);
            view
        }),
        of(
            "G603",
            "one of a platform, for noarch",
            false,
            &needs("python"),
            {
                let mut view = channel([]);
                view.add_name("linux-64", "python");
                view
            },
        ),
        of(
            "G603",
            "one of another platform",
            true,
            &needs("python").subdir("linux-64").index(|index| {
                index.remove("noarch");
            }),
            {
                let mut view = channel([]);
                view.add_name("win-64", "python");
                view
            },
        ),
    ]
}

/// Builds of numpy: 1.9 and 1.10 with two builds each, and 2.0.
fn numpy() -> ChannelView {
    let builds = [
        ("1.9", "py27_0"),
        ("1.9", "py36_0"),
        ("1.10", "py27_0"),
        ("1.10", "py36_0"),
        ("2.0", "py36_0"),
    ];
    let mut view = channel([]);
    for (version, build) in builds {
        let file_name = format!("numpy-{version}-{build}.conda");
        let record = other("numpy", version, build, &json!([]));
        add(&mut view, &file_name, Section::Legacy, record);
    }
    view
}

fn satisfied() -> Vec<Case> {
    let case = |what, breaks_it, spec: &str| of("G604", what, breaks_it, &sound().depends([spec]), numpy());
    vec![
        case("one that is newer than all", true, "numpy >=3"),
        case("one that is older than all", true, "numpy <1.9"),
        case("one between", true, "numpy >=1.11,<2.0a0"),
        case("a build of another python", true, "numpy >=1.10,<3 py38_*"),
        case("a build of another version", true, "numpy 2.* py27_*"),
        case(
            "a higher build number",
            true,
            "numpy[version='<2', build_number='>=1']",
        )
        .also(["D306"]),
        case("the newest", false, "numpy >=2"),
        case("one by its build", false, "numpy 1.9 py27*"),
        case(
            "one by brackets",
            false,
            "numpy[version='>=2', build='py36*', build_number=0]",
        )
        .also(["D306"]),
        case("one of two ranges", false, "numpy >=3|<1.10"),
        case("in another channel", false, "conda-forge::numpy >=3").also(["D307"]),
        case("if something is so", false, "numpy >=3[when='python >=4']").also(["D316"]),
        of(
            "G604",
            "one in another channel",
            false,
            &sound().depends(["numpy >=3"]),
            {
                let mut view = numpy();
                let record = other("numpy", "3.0", "0", &json!([]));
                view.add_other(channel([("numpy-3.0-0.conda", record)]));
                view
            },
        ),
        of(
            "G604",
            "one of a platform, for noarch",
            false,
            &sound().depends(["numpy >=3"]),
            {
                let mut view = numpy();
                let record = PublishedRecord {
                    file_name: "numpy-3.0-0.conda".to_owned(),
                    section: Section::Legacy,
                    record: serde_json::from_value(other("numpy", "3.0", "0", &json!([]))).unwrap(),
                };
                view.add_record("osx-64", "numpy", record);
                view
            },
        ),
    ]
}

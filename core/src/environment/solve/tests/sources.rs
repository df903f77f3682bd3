//! What is read of channels, whatever they have.

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::super::{SolveError, StateDocument, solve};
use super::channel::{Named, TestChannel, files, packed, record, request, with};
use crate::environment::formats::write_explicit;
use crate::verify::ChannelError;

fn records() -> Vec<(&'static str, Named)> {
    vec![
        ("linux-64", record("lock", "1", 0, &["gate"])),
        ("noarch", record("gate", "2", 0, &["lever"])),
        ("noarch", record("gate", "1", 0, &[])),
        ("linux-64", record("lever", "1", 0, &[])),
        ("noarch", record("unrelated", "1", 0, &["gone"])),
    ]
}

const CHOSEN: [&str; 3] = [
    "main/noarch/gate-2-0.conda",
    "main/linux-64/lever-1-0.conda",
    "main/linux-64/lock-1-0.conda",
];

#[test]
fn documents_have_one_digest_whether_compressed_or_not() {
    let plain = TestChannel::new("main", &records());
    let compressed = TestChannel::new("main", &[]);
    for subdir in ["linux-64", "noarch"] {
        let document = fs_err::read(plain.folder.path().join(subdir).join("repodata.json")).unwrap();
        let frame = zstd::encode_all(&document[..], 1).unwrap();
        compressed.write(&format!("{subdir}/repodata.json.zst"), &frame);
    }
    let from_plain = solve(&request(&[&plain], &["lock"])).unwrap();
    assert_eq!(files(&from_plain), CHOSEN);
    assert_eq!(solve(&request(&[&compressed], &["lock"])).unwrap(), from_plain);
    let state = &from_plain.channels[1];
    let document = fs_err::read(plain.folder.path().join("noarch/repodata.json")).unwrap();
    assert_eq!(state.url, "https://conda.example/main");
    assert_eq!(state.subdir.as_str(), "noarch");
    assert_eq!(state.document, StateDocument::Repodata);
    assert_eq!(state.sha256, <[u8; 32]>::from(Sha256::digest(&document)));
    assert_eq!(state.packages_at, None);
}

#[test]
fn of_shards_those_that_matter_are_read() {
    let channel = TestChannel::sharded("main", &records());
    // One that does not matter is broken.
    let unrelated = json!({"info": {"subdir": "noarch"}, "packages": {}, "packages.conda":
        {"unrelated-1-0.conda": record("unrelated", "1", 0, &["gone"]).1}});
    let unrelated = zstd::encode_all(&packed(&unrelated)[..], 1).unwrap();
    let digest = base16ct::lower::encode_string(&Sha256::digest(&unrelated));
    let shard = channel
        .folder
        .path()
        .join(format!("noarch/shards/{digest}.msgpack.zst"));
    fs_err::remove_file(shard).unwrap();
    let solution = solve(&request(&[&channel], &["lock"])).unwrap();
    assert_eq!(files(&solution), CHOSEN);
    assert_eq!(solution.lock.packages[0].sha256, Some([0xab; 32]));
    let state = &solution.channels[0];
    assert_eq!(state.document, StateDocument::ShardIndex);
    let index = fs_err::read(channel.folder.path().join("linux-64/repodata_shards.msgpack.zst")).unwrap();
    let index = zstd::decode_all(&index[..]).unwrap();
    assert_eq!(state.sha256, <[u8; 32]>::from(Sha256::digest(&index)));
    let error = solve(&request(&[&channel], &["unrelated"])).unwrap_err();
    assert!(
        matches!(error, SolveError::Channel(ChannelError::NoShard(_))),
        "{error}"
    );
}

#[test]
fn a_channel_without_the_platform_and_noarch_is_none() {
    let channel = TestChannel::new("main", &[("osx-64", record("gate", "1", 0, &[]))]);
    let error = solve(&request(&[&channel], &["gate"])).unwrap_err();
    assert!(
        matches!(error, SolveError::Channel(ChannelError::NoRepodata(..))),
        "{error}"
    );
}

#[test]
fn that_packages_are_elsewhere_is_told() {
    let channel = TestChannel::new("main", &[]);
    let (file, gate) = record("gate", "1", 0, &[]);
    let document = json!({"info": {"base_url": "../../files/noarch"}, "packages.conda": {file: gate}});
    channel.write("noarch/repodata.json", document.to_string().as_bytes());
    let solution = solve(&request(&[&channel], &["gate"])).unwrap();
    let elsewhere = solution.channels[0].packages_at.as_deref();
    assert_eq!(elsewhere, Some("https://conda.example/files/noarch/"));
    assert!(
        solution
            .log
            .contains("its packages are at https://conda.example/files/noarch/")
    );
    assert_eq!(
        solution.lock.packages[0].url(),
        "https://conda.example/main/noarch/gate-1-0.conda"
    );
    let explicit = write_explicit(&solution.lock);
    assert!(
        explicit.contains("\nhttps://conda.example/files/noarch/gate-1-0.conda"),
        "{explicit}"
    );
}

/// `v3` (CEP 48): conditions and extras.
#[test]
fn new_records_are_read_as_they_are_meant() {
    let extended = json!({
        "extra_depends": {"paint": ["paint"]},
        "depends": ["lever[when=\"gate >=2\"]", "winch[when=\"gate <2\"]"],
    });
    let (_, lock) = with(record("lock", "1", 0, &[]), extended);
    let channel = TestChannel::new(
        "main",
        &[
            ("noarch", record("gate", "2", 0, &[])),
            ("noarch", record("lever", "1", 0, &[])),
            ("noarch", record("winch", "1", 0, &[])),
            ("noarch", record("paint", "1", 0, &[])),
        ],
    );
    let path = channel.folder.path().join("noarch/repodata.json");
    let mut document: serde_json::Value = serde_json::from_slice(&fs_err::read(path).unwrap()).unwrap();
    document["v3"] = json!({"conda": {"lock-1-0": lock}, "whl": {"lock-2-py3_none_any_0": {"name": "lock"}}});
    channel.write("noarch/repodata.json", document.to_string().as_bytes());
    let solution = solve(&request(&[&channel], &["lock[extras=[paint]]", "gate"])).unwrap();
    assert_eq!(
        files(&solution),
        ["gate-2-0", "lever-1-0", "lock-1-0", "paint-1-0"].map(|stem| format!("main/noarch/{stem}.conda"))
    );
    assert_eq!(solution.depends["lock"].last().unwrap(), "paint");
}

/// None of these may end the program.
#[test]
fn records_that_would_break_the_solver_are_left_out() {
    let nested = format!("a[when=\"{}b{}\"]", "(".repeat(500), ")".repeat(500));
    let hostile = [
        &nested,
        r#"gate[when="lever[build=\]"]"#,
        r#"gate[when="gate and lever[fn=[\]]"]"#,
        r#"gate[when="gate[when='gate']"]"#,
        "*",
        "",
    ];
    for text in hostile {
        let constrained = with(record("lock", "3", 0, &[]), json!({"constrains": [text]}));
        let extra = json!({"extra_depends": {"x": [text], "": ["gate"]}});
        let records = [
            ("noarch", constrained),
            ("noarch", record("lock", "4", 0, &[text])),
            ("noarch", with(record("lock", "2", 0, &[]), extra)),
            ("noarch", record("lock", "1", 0, &["gate"])),
            ("noarch", record("gate", "1", 0, &[])),
        ];
        let channel = TestChannel::new("main", &records);
        let solution = solve(&request(&[&channel], &["lock", "gate"])).unwrap();
        assert_eq!(solution.lock.packages.len(), 2, "{text}");
        let oldest = solve(&request(&[&channel], &["lock ==1", "gate"])).unwrap();
        assert_eq!(oldest.lock.packages.len(), 2, "{text}");
    }
}

#[test]
fn a_record_that_cannot_be_read_is_left_out_and_counted() {
    let channel = TestChannel::new(
        "main",
        &[
            ("noarch", record("gate", "1", 0, &[])),
            (
                "noarch",
                with(record("gate", "2", 0, &[]), json!({"build_number": "two"})),
            ),
            ("noarch", with(record("gate", "3", 0, &[]), json!({"depends": 3}))),
        ],
    );
    let solution = solve(&request(&[&channel], &["gate"])).unwrap();
    assert_eq!(files(&solution), ["main/noarch/gate-1-0.conda"]);
    assert!(
        solution.log.contains("records that cannot be used: 2\n"),
        "{}",
        solution.log
    );
}

#[test]
fn a_file_of_two_names_is_told_by_the_solver() {
    let channel = TestChannel::new("main", &[]);
    let document = json!({
        "packages.conda": {"gate-1-0.conda": record("gate", "1", 0, &[]).1},
        "v3": {"conda": {"gate-1-0": record("lock", "1", 0, &["gate"]).1}},
    });
    channel.write("noarch/repodata.json", document.to_string().as_bytes());
    let error = solve(&request(&[&channel], &["lock"])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the solver refuses the channels' records: encountered duplicate records for gate-1-0.conda"
    );
}

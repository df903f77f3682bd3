//! Records that need repodata v3 (CEP 48), before a client that knows it and one that does not.

use rattler_conda_types::{
    Channel, ChannelConfig, MatchSpec, ParseMatchSpecOptions, RepoData, RepodataRevision,
    SubdirRunExportsJson,
};
use rstest::rstest;
use serde_json::json;
use towpath_tests::{Kind, PackageBuilder};

use super::{EVERYTHING, gate, install};
use crate::channel::TestChannel;
use crate::{python, towpath};

const BUILT: u64 = 1_700_000_000;

/// The newest `lock` needs another package only on Windows (CEP 43), has a group of extra
/// dependencies (CEP 44) and flags (CEP 45); the one before has nothing new.
fn channel() -> TestChannel {
    let channel = TestChannel::empty();
    let old = PackageBuilder::new("lock", "1.0", "0").depends(["gate >=1.0"]);
    let new = PackageBuilder::new("lock", "2.0", "0")
        .depends(["gate >=1.0,<3", "sluice[when=\"__win\"]"])
        .run_exports(json!({"weak": ["lock >=2"]}))
        .index(|index| {
            index.insert("constrains".to_owned(), json!(["weir =1.2"]));
            index.insert("extra_depends".to_owned(), json!({"tools": ["windlass 1.*"]}));
            index.insert("flags".to_owned(), json!(["iron", "wood:oak"]));
            index.insert("schema_version".to_owned(), json!(3));
        });
    for package in [
        &old,
        &new,
        &gate("2.0"),
        &PackageBuilder::new("sluice", "1.0", "0"),
        &PackageBuilder::new("windlass", "1.5", "0"),
    ] {
        channel.put(package, Kind::Conda, BUILT);
    }
    channel.put(&new, Kind::TarBz2, BUILT);
    towpath::index(channel.path(), &[&EVERYTHING[..], &["--repodata-next"]].concat());
    channel
}

#[rstest]
#[case::a_condition("lock", &["gate-2.0-0.conda", "lock-2.0-0.conda"])]
#[case::extras("lock[extras=[tools]]", &["gate-2.0-0.conda", "lock-2.0-0.conda", "windlass-1.5-0.conda"])]
#[case::flags("lock[flags=[\"wood:oak\"]]", &["gate-2.0-0.conda", "lock-2.0-0.conda"])]
fn a_client_that_knows_v3_installs_them(
    #[values("json", "zst", "sharded")] way: &str,
    #[case] spec: &str,
    #[case] expected: &[&str],
) {
    let Some(python) = python::with_rattler() else {
        return;
    };
    let installed = install(&python, &channel(), way, &[spec]);
    assert_eq!(installed.chosen.as_deref().unwrap(), expected);
    assert!(installed.has("conda-meta/lock-2.0-0.json"));
    assert!(installed.has("share/lock/lock.txt"));
}

#[test]
fn a_flag_that_no_record_has_is_no_solution() {
    let Some(python) = python::with_rattler() else {
        return;
    };
    let installed = install(&python, &channel(), "json", &["lock[flags=[steel]]"]);
    assert!(installed.chosen.is_err(), "{:?}", installed.chosen);
}

#[rstest]
fn a_client_of_old_reads_the_rest(#[values("json", "zst", "sharded")] way: &str) {
    let Some(python) = python::with_old_rattler() else {
        return;
    };
    let channel = channel();
    let installed = install(&python, &channel, way, &["lock"]);
    assert_eq!(
        installed.chosen.as_deref().unwrap(),
        ["gate-2.0-0.conda", "lock-1.0-0.conda"]
    );
    let refused = install(&python, &channel, way, &["lock >=2"]);
    assert!(refused.chosen.is_err(), "{:?}", refused.chosen);
}

#[test]
fn rattler_s_types_hold_all_that_they_say() {
    let channel = channel();
    let repodata = RepoData::from_path(channel.path().join("noarch/repodata.json")).unwrap();
    let revision = &repodata.info.as_ref().unwrap().repodata_revisions[&RepodataRevision::V3];
    assert_eq!(revision.n_packages, Some(2));
    assert_eq!((repodata.conda_packages.len(), repodata.packages.len()), (4, 0));
    let options = ParseMatchSpecOptions::strict()
        .with_extras(true)
        .with_conditionals(true)
        .with_flags(true);
    let mut file_names = Vec::new();
    for (identifier, record) in repodata.v3.records() {
        file_names.push(identifier.to_file_name());
        assert_eq!(
            record.depends,
            ["gate[version=\">=1.0,<3\"]", "sluice[when=\"__win\"]"]
        );
        assert_eq!(record.constrains, ["weir[version=\"1.2.*\"]"]);
        assert_eq!(record.extra_depends["tools"], ["windlass[version=\"1.*\"]"]);
        let flags = record.flags.iter().map(ToString::to_string);
        assert_eq!(flags.collect::<Vec<_>>(), ["iron", "wood:oak"]);
        assert_eq!(record.indexed_timestamp, revision.newest);
        let extra = record.extra_depends.values().flatten();
        for spec in record.depends.iter().chain(&record.constrains).chain(extra) {
            let spec = MatchSpec::from_str(spec, options).unwrap();
            assert_eq!(spec.condition.is_some(), spec.to_string().starts_with("sluice"));
        }
    }
    file_names.sort_unstable();
    assert_eq!(file_names, ["lock-2.0-0.conda", "lock-2.0-0.tar.bz2"]);
}

#[test]
fn rattler_finds_their_run_exports() {
    let channel = channel();
    let noarch = channel.path().join("noarch");
    let run_exports = fs_err::read(noarch.join("run_exports.json")).unwrap();
    let run_exports: SubdirRunExportsJson = serde_json::from_slice(&run_exports).unwrap();
    let config = ChannelConfig::default_with_root_dir(channel.path().to_owned());
    let origin = Channel::from_str("https://example.org/channel", &config).unwrap();
    let repodata = RepoData::from_path(noarch.join("repodata.json")).unwrap();
    let mut urls = Vec::new();
    for record in repodata.into_repo_data_records(&origin) {
        let exported = run_exports.get(&record).unwrap();
        if !record.package_record.flags.is_empty() {
            assert_eq!(exported.weak, ["lock >=2"]);
            urls.push(record.url.to_string());
        } else {
            assert!(exported.is_empty());
        }
    }
    urls.sort_unstable();
    assert_eq!(
        urls,
        [
            "https://example.org/channel/noarch/lock-2.0-0.conda",
            "https://example.org/channel/noarch/lock-2.0-0.tar.bz2"
        ]
    );
}

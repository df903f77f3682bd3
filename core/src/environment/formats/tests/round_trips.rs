//! What is written is read again.

use std::collections::BTreeMap;

use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::environment::LockedPackage;
use crate::package::ArtifactName;

fn package(platform: &'static str) -> impl Strategy<Value = LockedPackage> {
    let channel = prop_oneof![
        Just("https://conda.anaconda.org/conda-forge"),
        Just("https://h.example:8080/team/label/dev"),
        Just("file:///srv/channel"),
    ];
    let parts = (
        "[a-z_][a-z0-9]{0,4}([._-][a-z0-9]{1,3})?",
        "([1-9]!)?[0-9]{1,3}([.][0-9]{1,2}){0,2}([a-z]{1,2}[0-9])?([+][0-9])?",
        "[a-z0-9_]{1,8}",
    );
    let digests = (option::of(any::<[u8; 32]>()), option::of(any::<[u8; 16]>()));
    (channel, prop::bool::ANY, parts, digests).prop_map(move |(channel, is_noarch, parts, digests)| {
        let (name, version, build) = parts;
        LockedPackage {
            channel: channel.to_owned(),
            subdir: if is_noarch { "noarch" } else { platform }.parse().unwrap(),
            file: ArtifactName::new(format!("{name}-{version}-{build}.conda")).unwrap(),
            sha256: digests.0,
            md5: digests.1,
            size: None,
        }
    })
}

fn lock(platform: &'static str) -> impl Strategy<Value = Lock> {
    vec(package(platform), 0..6).prop_map(move |mut packages| {
        let mut names = std::collections::BTreeSet::new();
        packages.retain(|package| names.insert(package.identity().unwrap().name.to_owned()));
        Lock {
            platform: platform.parse().unwrap(),
            channels: Vec::new(),
            packages,
            elsewhere: BTreeMap::new(),
        }
    })
}

proptest! {
    #[test]
    fn explicit_lists(mut lock in lock("linux-64")) {
        let text = write_explicit(&lock);
        // It has room for one digest.
        for package in &mut lock.packages {
            package.md5 = package.md5.filter(|_| package.sha256.is_none());
        }
        let (read, warnings) = locked("x", &text);
        prop_assert_eq!(read, [lock]);
        prop_assert!(warnings.is_empty());
    }

    #[test]
    fn conda_locks(linux in lock("linux-64"), osx in lock("osx-arm64"), depends in vec("[a-z]{1,3} >=[0-9]", 0..3)) {
        let mut locks = [linux, osx];
        let sources = ["environment.yml".to_owned(), "it's: odd".to_owned()];
        let text = write_conda_lock(&locks, &sources, Some(&|_| depends.clone())).unwrap();
        let (read, warnings) = locked("x", &text);
        let mut channels: Vec<String> = Vec::new();
        for package in locks.iter().flat_map(|lock| &lock.packages) {
            if !channels.contains(&package.channel) {
                channels.push(package.channel.clone());
            }
        }
        locks.iter_mut().for_each(|lock| lock.channels = channels.clone());
        prop_assert_eq!(read, locks);
        prop_assert!(warnings.is_empty());
    }

    #[test]
    fn environment_ymls(lock in lock("linux-64"), name in "[a-z0-9.]{1,9}") {
        let text = write_environment_yml(Some(&name), &["conda-forge".to_owned()], &lock).unwrap();
        let request = requested("x", &text);
        prop_assert_eq!(request.name.as_ref(), Some(&name));
        prop_assert_eq!(&request.channels, &["conda-forge"]);
        let pins = lock.packages.iter().map(|package| {
            let identity = package.identity().unwrap();
            format!("{}={}={}", identity.name, identity.version, identity.build)
        });
        prop_assert_eq!(request.specs, pins.collect::<Vec<_>>());
    }

    #[test]
    fn digests_know_no_order_of_specs(specs in btree_set("[a-z]{1,5}( >=[0-9])?", 1..8), comment in "[ a-z]{0,9}") {
        let specs: Vec<_> = specs.into_iter().collect();
        let mut text = "dependencies:\n".to_owned();
        for spec in specs.iter().rev() {
            text += &format!("  -   {spec} # {comment}\n\n");
        }
        let plain = format!("{{dependencies: [{}]}}", specs.iter().map(|spec| format!("\"{spec}\"")).collect::<Vec<_>>().join(","));
        prop_assert_eq!(digest_of("x.yml", &text), digest_of("x.yml", &plain));
    }
}

#[test]
fn a_conda_lock_has_what_cep_37_asks_for() {
    let package = LockedPackage {
        channel: "https://h.example/c".to_owned(),
        subdir: "noarch".parse().unwrap(),
        file: ArtifactName::new("a-1.10-py_0.conda").unwrap(),
        sha256: Some([0x11; 32]),
        md5: Some([0xe1; 16]),
        size: Some(3),
    };
    let lock = Lock {
        platform: "linux-64".parse().unwrap(),
        channels: vec!["https://h.example/first".to_owned()],
        packages: vec![package],
        elsewhere: BTreeMap::new(),
    };
    let depends = |_: &LockedPackage| vec!["python_abi 3.12.* *_cp312".to_owned(), "__unix".to_owned()];
    let sources = ["environment.yml".to_owned()];
    let text = write_conda_lock(std::slice::from_ref(&lock), &sources, Some(&depends)).unwrap();
    insta::assert_snapshot!(text, @"
    version: 1
    metadata:
      content_hash:
        linux-64: '9c663de178e2867d5be48555006d7783e34274ebb54c2dedf189c8fa72b49919'
      channels:
      - url: https://h.example/first
        used_env_vars: []
      - url: https://h.example/c
        used_env_vars: []
      platforms:
      - linux-64
      sources:
      - environment.yml
    package:
    - name: a
      version: '1.10'
      manager: conda
      platform: linux-64
      dependencies:
        __unix: ''
        python_abi: ' 3.12.* *_cp312'
      url: https://h.example/c/noarch/a-1.10-py_0.conda
      hash:
        md5: e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1
        sha256: '1111111111111111111111111111111111111111111111111111111111111111'
      build: py_0
      category: main
      optional: false
    ");
    let again = [lock.clone(), lock.clone()];
    let error = write_conda_lock(&again, &sources, None).unwrap_err();
    assert_eq!(error, FormatError::SamePlatform(lock.platform.clone()));
    insta::assert_snapshot!(write_environment_yml(None, &[], &lock).unwrap(), @"
    # platform: linux-64
    channels:
      - https://h.example/first
      - https://h.example/c
    dependencies:
      - a=1.10=py_0
    ");
    insta::assert_snapshot!(write_explicit(&lock), @"
    # This file may be used to create an environment using:
    # $ conda create --name <env> --file <this file>
    # platform: linux-64
    @EXPLICIT
    https://h.example/c/noarch/a-1.10-py_0.conda#sha256:1111111111111111111111111111111111111111111111111111111111111111
    ");
}

#[test]
fn a_file_without_a_version_is_only_in_explicit_lists() {
    let text = "# platform: linux-64\n@EXPLICIT\nhttps://h.example/c/noarch/lock-1.conda\n";
    let (locks, _) = locked("x", text);
    assert!(write_explicit(&locks[0]).ends_with("/lock-1.conda\n"));
    let unnamed = FormatError::UnnamedPackage("lock-1.conda".to_owned());
    assert_eq!(write_conda_lock(&locks, &[], None), Err(unnamed.clone()));
    assert_eq!(write_environment_yml(None, &[], &locks[0]), Err(unnamed));
}

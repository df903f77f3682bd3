//! Explicit lists, `conda-lock.yml` and `pixi.lock`.

use rstest::rstest;

use super::*;

const EXPLICIT: &str = "\
# This file may be used to create an environment using:
# platform: osx-arm64
@EXPLICIT
https://conda.anaconda.org/conda-forge/osx-arm64/bzip2-1.0.8-h93a5062_5.conda#1bbc659ca658bfd49a481b5ef7a0f40f
https://me:secret@conda.anaconda.org/t/token/team/label/dev/noarch/tzdata-2024a-h0c530f3_0.conda#7b2b69c54ec62a243eb6fba2391b5e443421608c3ae5dbff938ad33ca8db5122
https://conda.anaconda.org/conda-forge/noarch/setuptools-69.5.1-pyhd8ed1ab_0.conda#sha256:72d143408507043628b32bed089730b6d5f5445eccc44b59911ec9f262e365e7
  https://conda.anaconda.org/conda-forge/noarch/wheel-0.43.0-pyhd8ed1ab_1.tar.bz2

# pip scipy @ https://files.example/scipy.whl
";

#[test]
fn an_explicit_list_is_read_by_lines() {
    let (locks, warnings) = locked("x.txt", EXPLICIT);
    insta::assert_snapshot!(shown(&locks), @"
    osx-arm64 []
      https://conda.anaconda.org/conda-forge/osx-arm64/bzip2-1.0.8-h93a5062_5.conda None Some(27) None
      https://conda.anaconda.org/team/label/dev/noarch/tzdata-2024a-h0c530f3_0.conda Some(123) None None
      https://conda.anaconda.org/conda-forge/noarch/setuptools-69.5.1-pyhd8ed1ab_0.conda Some(114) None None
      https://conda.anaconda.org/conda-forge/noarch/wheel-0.43.0-pyhd8ed1ab_1.tar.bz2 None None None
    ");
    insta::assert_snapshot!(warnings.join("\n"), @"1 package for pip is left out: only files of conda channels are recorded");
}

#[rstest]
#[case::said(
    "# platform: win-64\n@EXPLICIT\nhttps://h.example/c/linux-64/a-1-0.conda\n",
    Some("osx-64"),
    Some("win-64")
)]
#[case::of_packages(
    "@EXPLICIT\nhttps://h.example/c/noarch/b-1-0.conda\nhttps://h.example/c/linux-64/a-1-0.conda\n",
    None,
    Some("linux-64")
)]
#[case::told(
    "@EXPLICIT\nhttps://h.example/c/noarch/b-1-0.conda\n",
    Some("osx-64"),
    Some("osx-64")
)]
#[case::told_of_several(
    "@EXPLICIT\nhttps://h.example/c/win-64/b-1-0.conda\nhttps://h.example/c/linux-64/a-1-0.conda\n",
    Some("win-arm64"),
    Some("win-arm64")
)]
#[case::unknown("@EXPLICIT\nhttps://h.example/c/noarch/b-1-0.conda\n", None, None)]
#[case::several(
    "@EXPLICIT\nhttps://h.example/c/win-64/b-1-0.conda\nhttps://h.example/c/linux-64/a-1-0.conda\n",
    None,
    None
)]
fn an_explicit_list_is_of_one_platform(
    #[case] text: &str,
    #[case] told: Option<&str>,
    #[case] expected: Option<&str>,
) {
    let options = ReadOptions {
        platform: told.map(|platform| platform.parse().unwrap()),
        ..ReadOptions::default()
    };
    let read = read_with("x", text.as_bytes(), &options);
    let platform = read.ok().map(|document| match document.content {
        Content::Locked(locks) => locks[0].platform.to_string(),
        Content::Requested(_) => panic!("it is not locked"),
    });
    assert_eq!(platform.as_deref(), expected);
}

#[test]
fn the_order_of_a_lock_does_not_change_its_digest() {
    let lines: Vec<_> = EXPLICIT.lines().collect();
    let mut reversed: Vec<_> = lines
        .iter()
        .filter(|line| line.contains("://"))
        .rev()
        .copied()
        .collect();
    reversed.insert(0, "# platform: osx-arm64\n# more\n@EXPLICIT");
    assert_eq!(digest_of("x", EXPLICIT), digest_of("x", &reversed.join("\n")));
    assert_ne!(
        digest_of("x", EXPLICIT),
        digest_of("x", &EXPLICIT.replace("#1bbc", "#2bbc"))
    );
    assert_ne!(
        digest_of("x", EXPLICIT),
        digest_of("x", &EXPLICIT.replace("pip scipy", "pip numpy"))
    );
}

const CONDA_LOCK: &str = "\
version: 1
metadata:
  content_hash:
    linux-64: af8caa5bbfb00f2641c82d05c7258a316df062d8fadc022a7f47dfd3a25ab331
    osx-64: a2df6aa6d2047b27fae27db33b1a91895832d43ff9f36c6975d416fe8ca75ac3
  channels:
  - url: conda-forge
    used_env_vars: []
  - url: nothing-from-here
    used_env_vars: []
  platforms:
  - osx-64
  - linux-64
  sources:
  - environment.yml
  mood: good
package:
- name: ca-certificates
  version: 2025.10
  manager: conda
  platform: linux-64
  dependencies:
    __unix: ''
  url: https://conda.anaconda.org/conda-forge/noarch/ca-certificates-2025.10-hbd8a1cb_0.conda
  hash:
    md5: 12345678901234567890123456789e12
    sha256: 3b5ad78b8bb61b6cdc0978a6a99f8dfb2cc789a451378d054698441005ecbdb6
  category: main
  optional: false
- name: ca-certificates
  version: 2025.10
  manager: conda
  platform: linux-64
  url: https://conda.anaconda.org/conda-forge/noarch/ca-certificates-2025.10-hbd8a1cb_0.conda
  hash: {}
  category: dev
  optional: true
- name: requests
  version: 2.3
  manager: pip
  platform: linux-64
  url: https://files.example/requests-2.3-py3-none-any.whl
  hash: {sha256: 3b5ad78b8bb61b6cdc0978a6a99f8dfb2cc789a451378d054698441005ecbdb6}
  category: main
  optional: false
";

#[test]
fn a_conda_lock_has_a_lock_for_each_platform() {
    let (locks, warnings) = locked("x", CONDA_LOCK);
    insta::assert_snapshot!(shown(&locks), @r#"
    osx-64 ["https://conda.anaconda.org/conda-forge"]
    linux-64 ["https://conda.anaconda.org/conda-forge"]
      https://conda.anaconda.org/conda-forge/noarch/ca-certificates-2025.10-hbd8a1cb_0.conda Some(59) Some(18) None
    "#);
    insta::assert_snapshot!(warnings.join("\n"), @r#"
    metadata.mood is ignored: no lock file has it (CEP 37)
    1 package for pip is left out: only files of conda channels are recorded
    the channel "nothing-from-here" is left out: no package is from it, which would tell its URL
    "#);
}

#[rstest]
#[case("version: 1", "version: 2")]
#[case("  - linux-64", "  - linux-64\n  - linux-64")]
#[case("  - linux-64", "  - noarch")]
#[case("  - osx-64\n  - linux-64", "  - osx-64")]
#[case("category: dev", "category: main")]
#[case("hash: {}", "hash: {md5: 00000000000000000000000000000000}")]
#[case("hash: {}", "hash: {md5: abc}")]
#[case("manager: pip", "manager: cargo")]
#[case("  url: https://conda", "  url: ftp://conda")]
fn what_is_wrong_in_a_conda_lock_is_named(#[case] right: &str, #[case] wrong: &str) {
    assert!(CONDA_LOCK.contains(right));
    let error = read("x", CONDA_LOCK.replace(right, wrong).as_bytes()).unwrap_err();
    assert!(matches!(error, FormatError::Member { .. }), "{error}");
}

const PIXI_5: &str = "\
version: 5
environments:
  default:
    channels:
    - url: https://conda.anaconda.org/conda-forge/
    indexes: [https://pypi.org/simple]
    packages:
      win-64:
      - conda: https://conda.anaconda.org/conda-forge/noarch/tzdata-2024b-hc8b5060_0.conda
      - pypi: https://files.example/x-1-py3-none-any.whl
packages:
- kind: conda
  name: tzdata
  version: 2024b
  url: https://conda.anaconda.org/conda-forge/noarch/tzdata-2024b-hc8b5060_0.conda
  sha256: 4fde5c3008bf5d2db82f2b50204464314cc3c91c1d953652f7bd01d9e52aefdf
  md5: 8ac3367aafb1cc0a068483c580af8015
  size: 122354
- kind: pypi
  name: x
  url: https://files.example/x-1-py3-none-any.whl
";

const PIXI_7: &str = "\
version: 7
platforms:
- name: big
  subdir: linux-64
- name: linux-64
environments:
  default:
    channels: []
    packages: {}
  test:
    channels:
    - url: https://conda.anaconda.org/conda-forge/
    packages:
      big:
      - conda: https://conda.anaconda.org/conda-forge/linux-64/b-1-0.conda
      linux-64:
      - conda: https://conda.anaconda.org/conda-forge/linux-64/a-1-0.conda
      - conda_source: child[87dc0b8a] @ child
packages:
- conda: https://conda.anaconda.org/conda-forge/linux-64/a-1-0.conda
  sha256: 4fde5c3008bf5d2db82f2b50204464314cc3c91c1d953652f7bd01d9e52aefdf
- conda: https://conda.anaconda.org/conda-forge/linux-64/b-1-0.conda
- conda_source: child[87dc0b8a] @ child
  version: 0.1.0
";

#[test]
fn a_pixi_lock_has_a_lock_for_each_platform() {
    let (locks, warnings) = locked("x", PIXI_5);
    insta::assert_snapshot!(shown(&locks), @r#"
    win-64 ["https://conda.anaconda.org/conda-forge"]
      https://conda.anaconda.org/conda-forge/noarch/tzdata-2024b-hc8b5060_0.conda Some(79) Some(138) Some(122354)
    "#);
    insta::assert_snapshot!(warnings.join("\n"), @"1 package for pip is left out: only files of conda channels are recorded");
    // What changed with version 6.
    let newer = PIXI_5.replace("version: 5", "version: 6");
    let newer = newer
        .replace("  url: https://conda", "  conda: https://conda")
        .replace("- kind: conda\n  name", "- name");
    assert_eq!(locked("x", &newer).0, locks);
    assert_eq!(digest_of("x", &newer), digest_of("x", PIXI_5));
}

#[test]
fn an_environment_of_a_pixi_lock_is_asked_for_by_name() {
    let options = |environment: &str| ReadOptions {
        environment: Some(environment.to_owned()),
        ..ReadOptions::default()
    };
    let document = read_with("x", PIXI_7.as_bytes(), &options("test")).unwrap();
    let Content::Locked(locks) = &document.content else {
        panic!("it is not locked");
    };
    insta::assert_snapshot!(shown(locks), @r#"
    linux-64 ["https://conda.anaconda.org/conda-forge"]
      https://conda.anaconda.org/conda-forge/linux-64/a-1-0.conda Some(79) None None
    "#);
    insta::assert_snapshot!(document.warnings.join("\n"), @"
    big is left out: it is of linux-64, as linux-64 is, and one lock is read for each subdir
    1 package from source or a local path is left out: only files of conda channels are recorded
    ");
    let error = read_with("x", PIXI_7.as_bytes(), &options("prod")).unwrap_err();
    insta::assert_snapshot!(error, @r#"has no environment "prod": it has default, test"#);
    insta::assert_snapshot!(read("x", PIXI_7.as_bytes()).unwrap().warnings.join("\n"), @"only the environment default is read; there are also test");
}

#[rstest]
#[case("version: 5", "version: 3")]
#[case("version: 5", "version: 8")]
#[case("win-64:", "noarch:")]
#[case("size: 122354", "size: many")]
#[case("  url: https://conda", "  url: https://other")]
#[case("- pypi: ", "- npm: ")]
fn what_is_wrong_in_a_pixi_lock_is_named(#[case] right: &str, #[case] wrong: &str) {
    assert!(PIXI_5.contains(right));
    let error = read("x", PIXI_5.replace(right, wrong).as_bytes()).unwrap_err();
    assert!(matches!(error, FormatError::Member { .. }), "{error}");
}

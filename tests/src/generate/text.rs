//! What the info files of generated packages say, and what their payload holds.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Facts;
use super::words::{WORDS, sentence};
use crate::package::PackageBuilder;
use crate::random::Random;

/// Returns an `about.json` as large as conda-build's, which lists the packages of its own
/// environment.
pub(super) fn about(random: &mut Random, facts: &Facts) -> Value {
    let name = &facts.name;
    let root_packages: Vec<String> = WORDS[..40]
        .iter()
        .map(|word| {
            let (major, minor) = (random.below(10), random.below(10));
            format!("{word} {major}.{minor}.0 h{}_0", &random.hex(4)[..7])
        })
        .collect();
    let description: Vec<String> = (0..random.between(1, 12))
        .map(|_| {
            let words = random.between(4, 15);
            sentence(random, words)
        })
        .collect();
    json!({
        "channels": ["https://conda.anaconda.org/conda-forge"],
        "conda_build_version": "24.11.2",
        "conda_version": "24.11.0",
        "description": description.join("\n"),
        "dev_url": format!("https://github.com/example/{name}"),
        "doc_url": format!("https://{name}.readthedocs.io/"),
        "extra": {
            "flow_run_id": format!("azure_{}", random.below(1_000_000_000)),
            "recipe-maintainers": [random.pick(&WORDS), random.pick(&WORDS)],
            "remote_url": format!("https://github.com/conda-forge/{name}-feedstock"),
            "sha": random.hex(20),
        },
        "home": format!("https://example.org/{name}"),
        "identifiers": [],
        "keywords": [],
        "license": facts.license,
        "license_file": "LICENSE.txt",
        "root_pkgs": root_packages,
        "summary": facts.summary,
        "tags": [],
    })
}

/// Adds the info files that no index needs but every real package has, and a recipe.
pub(super) fn with_info_files(random: &mut Random, facts: &Facts, package: PackageBuilder) -> PackageBuilder {
    let paths = package.payload_paths();
    let listed = paths["paths"].as_array().into_iter().flatten();
    let files: String = listed
        .filter_map(|entry| entry["_path"].as_str())
        .flat_map(|path| [path, "\n"])
        .collect();
    let hashed = json!({"c_compiler": "gcc", "target_platform": facts.subdir});
    let license: Vec<String> = (0..40).map(|_| sentence(random, 10)).collect();
    let package = package
        .member("info/files", files)
        .member("info/git", "")
        .member("info/hash_input.json", hashed.to_string())
        .member("info/licenses/LICENSE.txt", license.join("\n"))
        .member("info/test/run_test.sh", "set -ex\npip check\nexit 0\n");
    let sha256 = random.hex(32);
    if random.chance(0.15) {
        return package.rattler_recipe(&rattler_recipe(facts, &sha256));
    }
    let recipe = recipe(facts, &sha256);
    package
        .recipe(&recipe)
        .member("info/recipe/meta.yaml.template", recipe)
        .member("info/recipe/conda_build_config.yaml", variants(random))
}

fn recipe(facts: &Facts, sha256: &str) -> String {
    let Facts { name, version, .. } = facts;
    let depends = yaml_list(facts, 4);
    format!(
        "package:\n  name: {name}\n  version: '{version}'\n\
         source:\n  url: https://pypi.io/packages/{name}-{version}.tar.gz\n  sha256: {sha256}\n\
         build:\n  script: '{{{{ PYTHON }}}} -m pip install . -vv'\n\
         requirements:\n  host:\n{depends}  run:\n{depends}\
         test:\n  commands:\n    - pip check\n\
         about:\n  home: https://example.org/{name}\n  license: {}\n  summary: {}\n",
        facts.license, facts.summary
    )
}

fn rattler_recipe(facts: &Facts, sha256: &str) -> String {
    let Facts { name, version, .. } = facts;
    let depends = yaml_list(facts, 6);
    format!(
        "recipe:\n  schema_version: 1\n\
         \x20 package:\n    name: {name}\n    version: '{version}'\n\
         \x20 source:\n  - url: https://pypi.io/packages/{name}-{version}.tar.gz\n    sha256: {sha256}\n\
         \x20 requirements:\n    run:\n{depends}\
         \x20 about:\n    homepage: https://example.org/{name}\n    license: {}\n    summary: {}\n",
        facts.license, facts.summary
    )
}

fn yaml_list(facts: &Facts, indent: usize) -> String {
    let lines = facts.depends.iter();
    lines.map(|spec| format!("{:indent$}- {spec}\n", "")).collect()
}

fn variants(random: &mut Random) -> String {
    WORDS.iter().fold(String::new(), |mut text, word| {
        let version = random.between(1, 20);
        // Formatting into a string does not fail.
        let _ = write!(text, "{word}:\n- '{version}'\n");
        text
    })
}

/// Returns `length` bytes, about half of which compress.
pub(super) fn content(random: &mut Random, length: usize) -> Vec<u8> {
    const RUN: usize = 1 << 14;
    let lines: Vec<String> = (0..64).map(|_| sentence(random, 12) + "\n").collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let mut content = Vec::with_capacity(length + RUN + 128);
    while content.len() < length {
        if random.chance(0.5) {
            content.extend(random.bytes(RUN));
        } else {
            let end = content.len() + RUN;
            while content.len() < end {
                content.extend_from_slice(random.pick(&lines).as_bytes());
            }
        }
    }
    content.truncate(length);
    content
}

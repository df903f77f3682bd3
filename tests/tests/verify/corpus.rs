//! Real packages, where they are present: what is found in them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use towpath_core::package::ArtifactName;
use towpath_core::verify::{Profile, Report, Selection, Severity, VerifyOptions, verify};

/// The folder of real packages that are no part of the project.
fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let folder = std::env::var_os("TOWPATH_TEST_SHARED").map_or(beside, PathBuf::from);
    folder.join("data").is_dir().then(|| folder.join("data"))
}

/// All packages in a folder and those in it, by path.
fn packages_in(folder: &Path, packages: &mut Vec<PathBuf>) {
    let mut paths: Vec<PathBuf> = fs_err::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            packages_in(&path, packages);
        } else if ArtifactName::new(file_name(&path)).is_ok() {
            packages.push(path);
        }
    }
}

fn file_name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

fn report(path: &Path, profile: Profile) -> Report {
    let name = ArtifactName::new(file_name(path)).unwrap();
    let file = std::io::BufReader::new(fs_err::File::open(path).unwrap());
    let options = VerifyOptions {
        selection: Selection::of(profile),
        ..VerifyOptions::default()
    };
    verify(&name, file, &options).unwrap()
}

fn reports(folder: &str, profile: Profile) -> Vec<(PathBuf, Report)> {
    let Some(shared) = shared() else {
        return Vec::new();
    };
    let mut packages = Vec::new();
    packages_in(&shared.join(folder), &mut packages);
    let (one, other) = packages.split_at(packages.len() / 2);
    std::thread::scope(|scope| {
        let halves = [one, other].map(|half| {
            scope.spawn(move || -> Vec<_> {
                half.iter()
                    .map(|path| (path.clone(), report(path, profile)))
                    .collect()
            })
        });
        halves.into_iter().flat_map(|half| half.join().unwrap()).collect()
    })
}

/// How many packages each code hits, with one example. Seen with `--nocapture`.
fn print_table(reports: &[(PathBuf, Report)]) {
    let mut hits: BTreeMap<(&str, &str), (usize, String)> = BTreeMap::new();
    for (path, report) in reports {
        let mut seen = Vec::new();
        for finding in &report.findings {
            let key = (finding.code, finding.severity.as_str());
            if seen.contains(&key) {
                continue;
            }
            seen.push(key);
            let example = format!("{}: {}: {}", file_name(path), finding.place, finding.what);
            hits.entry(key).or_insert((0, example)).0 += 1;
        }
    }
    println!("{} packages", reports.len());
    for ((code, severity), (count, example)) in hits {
        println!("{code} {severity:7} {count:4}  {example}");
    }
}

/// The codes of a report's errors.
fn errors(report: &Report) -> BTreeSet<&str> {
    let findings = report.findings.iter();
    let errors = findings.filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| finding.code).collect()
}

/// Packages that were published, most of them long ago, and those of other projects' tests. What is
/// wrong with them is what a packager of today would call wrong.
#[test]
fn real_packages() {
    let reports = reports("packages", Profile::Publish);
    print_table(&reports);
    // Empty metadata.json, no subdir, no paths.json: what tools wrote in their time. And a package
    // of conda-build's tests, whose paths.json lists files that are not there.
    let known = BTreeSet::from(["A007", "D303", "E401", "E403"]);
    for (path, report) in &reports {
        let errors = errors(report);
        assert!(errors.is_subset(&known), "{}: {errors:?}", path.display());
        let is_false = file_name(path).starts_with("python-0.0.1-");
        assert_eq!(errors.contains("E403"), is_false, "{}", path.display());
    }
}

#[test]
fn what_was_usual_long_ago_is_no_error_for_a_mirror() {
    for (path, report) in reports("packages", Profile::Mirror) {
        if !file_name(&path).starts_with("python-0.0.1-") {
            assert_eq!(errors(&report), BTreeSet::new(), "{}", path.display());
        }
    }
}

/// Files that are broken or odd, by kind: each has an error that says what it is.
#[test]
fn malformed_packages() {
    for (path, report) in reports("malformed", Profile::Publish) {
        println!("{}", path.display());
        for finding in &report.findings {
            println!(
                "    {} {} {}: {}",
                finding.severity, finding.code, finding.place, finding.what
            );
        }
        let kind = path
            .iter()
            .rev()
            .find_map(|folder| folder.to_str().and_then(errors_of_kind));
        let errors = errors(&report);
        let real = kind.unwrap_or_else(|| panic!("{}: of no kind", path.display()));
        assert!(
            real.iter().any(|code| errors.contains(code)),
            "{}: {errors:?} has none of {real:?}",
            path.display()
        );
    }
}

/// What is wrong with the files of a folder.
fn errors_of_kind(folder: &str) -> Option<&'static [&'static str]> {
    Some(match folder {
        "conda-missing-component" => &["A002"],
        "dot-slash-members" => &["B112"],
        "lfs-pointer" | "plain-tar-named-bz2" => &["A001"],
        "no-index-json" => &["D301"],
        // A file name of something else, strings for lists, no metadata.json, lists that are false.
        "odd-metadata" => &["A002", "C201", "D302", "D305", "D324"],
        "unreadable" => &["A001", "A011"],
        _ => return None,
    })
}

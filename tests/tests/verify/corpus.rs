//! Real packages, where they are present: what is found in them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use towpath_core::package::ArtifactName;
use towpath_core::verify::{Report, VerifyOptions, verify};

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

fn report(path: &Path) -> Report {
    let name = ArtifactName::new(file_name(path)).unwrap();
    let file = std::io::BufReader::new(fs_err::File::open(path).unwrap());
    verify(&name, file, &VerifyOptions::default()).unwrap()
}

fn reports(folder: &str) -> Vec<(PathBuf, Report)> {
    let Some(shared) = shared() else {
        return Vec::new();
    };
    let mut packages = Vec::new();
    packages_in(&shared.join(folder), &mut packages);
    let (one, other) = packages.split_at(packages.len() / 2);
    std::thread::scope(|scope| {
        let halves = [one, other].map(|half| {
            scope.spawn(move || -> Vec<_> { half.iter().map(|path| (path.clone(), report(path))).collect() })
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

#[test]
fn real_packages() {
    let reports = reports("packages");
    print_table(&reports);
}

#[test]
fn malformed_packages() {
    let reports = reports("malformed");
    for (path, report) in &reports {
        println!("{}", path.display());
        for finding in &report.findings {
            println!(
                "    {} {} {}: {}",
                finding.severity, finding.code, finding.place, finding.what
            );
        }
    }
}

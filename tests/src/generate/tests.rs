use std::collections::HashSet;

use super::*;
use crate::tarball::MTIME;

#[test]
fn names_are_unique_and_names_of_packages() {
    let names: Vec<String> = (0..40_000).map(|n| words::name(3, n)).collect();
    assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    assert!(names.iter().all(|name| name.chars().all(allowed)));
}

#[test]
fn a_package_depends_on_seed_and_number_alone() {
    let bytes = |seed, k| Generator::new(seed).package(k).bytes();
    assert!(bytes(1, 40) == bytes(1, 40));
    assert!(bytes(1, 40) != bytes(2, 40));
    assert!(bytes(1, 40) != bytes(1, 41));
}

#[test]
fn packages_are_varied_and_file_names_unique() {
    let packages: Vec<Generated> = (0..600).map(|k| Generator::new(1).package(k)).collect();
    let share = |has: &dyn Fn(&Generated) -> bool| {
        packages.iter().filter(|p| has(p)).count() as f64 / packages.len() as f64
    };
    let has_key = |key: &'static str| share(&move |p: &Generated| p.package.index_json().contains_key(key));
    let names: HashSet<String> = packages.iter().map(Generated::file_name).collect();
    assert_eq!(names.len(), packages.len());
    assert!((0.15..0.25).contains(&share(&|p| p.kind == Kind::TarBz2)));
    assert!((0.1..0.5).contains(&share(&|p| p.subdir == "noarch")));
    assert!((0.2..0.3).contains(&has_key("constrains")));
    assert!((0.4..0.6).contains(&has_key("license_family")));
    assert!((0.005..0.05).contains(&has_key("track_features")));
    assert!(
        packages
            .iter()
            .all(|p| p.package.index_json()["subdir"] == p.subdir)
    );

    let with_run_exports = share(&|p| p.package.has_member("info/run_exports.json"));
    assert!((0.25..0.35).contains(&with_run_exports), "{with_run_exports}");
    let with_rattler = share(&|p| p.package.has_member("info/recipe/recipe.yaml"));
    assert!((0.1..0.2).contains(&with_rattler), "{with_rattler}");
    assert!(packages.iter().all(|p| {
        p.package.has_member("info/recipe/recipe.yaml") != p.package.has_member("info/recipe/meta.yaml")
    }));

    let counts: Vec<usize> = packages
        .iter()
        .map(|p| p.package.payload_paths()["paths"].as_array().unwrap().len())
        .collect();
    assert!(counts.iter().all(|&count| (3..=602).contains(&count)));
    assert!(counts.iter().any(|&count| count > 400));
    assert!(counts.iter().any(|&count| count < 10));
}

#[test]
fn later_versions_are_built_later() {
    let built: Vec<u64> = (24..36).map(|k| Generator::new(1).package(k).built).collect();
    assert!(built.is_sorted());
    assert!(
        built
            .iter()
            .all(|&time| (1_500_000_000..MTIME + 100_000_000).contains(&time))
    );
}

#[test]
fn the_share_of_tar_bz2_is_kept_at_its_ends() {
    for (bz2_share, kind) in [(0.0, Kind::Conda), (1.0, Kind::TarBz2)] {
        let generator = Generator {
            bz2_share,
            ..Generator::new(1)
        };
        assert!((0..50).all(|k| generator.package(k).kind == kind));
    }
}

#[test]
fn large_packages_are_large() {
    let generator = Generator {
        size: PackageSize::Large,
        bz2_share: 0.0,
        ..Generator::new(1)
    };
    let size = generator.package(0).bytes().len();
    assert!((2_000_000..45_000_000).contains(&size), "{size} bytes");
}

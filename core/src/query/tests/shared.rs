//! Real repodata, where it is at hand.

use std::path::Path;
use std::time::Instant;

use super::*;

/// Repodata of conda-forge, of all subdirs; `None` without the folder beside the repository.
fn conda_forge() -> Option<ChannelRecords> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared").into();
    let shared = std::env::var_os("TOWPATH_TEST_SHARED").unwrap_or(beside);
    let folder = Path::new(&shared).join("data/repodata/conda-forge-2026");
    if !folder.is_dir() {
        println!("skipped: there is no {}", folder.display());
        return None;
    }
    let mut channel = ChannelRecords::new();
    for entry in fs_err::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let document = fs_err::File::open(entry.path().join("repodata.json.zst")).unwrap();
        let loaded = channel
            .load(entry.file_name().to_str().unwrap(), document)
            .unwrap();
        assert_eq!(loaded.left_out, 0, "{:?}", loaded.reasons);
    }
    Some(channel)
}

#[test]
fn questions_about_conda_forge() {
    let start = Instant::now();
    let Some(mut channel) = conda_forge() else { return };
    println!("{:?} for {} records", start.elapsed(), channel.count());
    for sql in [
        "SELECT COUNT(*) FROM records",
        "SELECT subdir, COUNT(*), SUM(size) FROM records GROUP BY subdir",
        "SELECT name, version, build FROM records WHERE name = 'numpy' ORDER BY version_order DESC, build",
        "SELECT * FROM records WHERE path = 'noarch/none.conda'",
        "SELECT license, COUNT(*) AS n FROM records WHERE newest GROUP BY license ORDER BY n DESC LIMIT 20",
        "SELECT dependency, COUNT(*) AS n FROM dependencies WHERE newest GROUP BY dependency ORDER BY n DESC LIMIT 20",
        "SELECT r.name, r.version, d.spec FROM records r JOIN dependencies d ON d.path = r.path WHERE r.newest \
         AND d.dependency = 'openssl'",
        "SELECT DISTINCT name FROM records WHERE name NOT IN (SELECT dependency FROM dependencies)",
        "SELECT DISTINCT d.dependency FROM dependencies d WHERE NOT EXISTS (SELECT 1 FROM records r WHERE r.name = d.dependency)",
        "SELECT name, size FROM records WHERE size = (SELECT MAX(size) FROM records)",
        "SELECT * FROM records",
    ] {
        let start = Instant::now();
        let table = channel
            .select(sql)
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
        println!("{:>12?} {:>6} rows: {sql}", start.elapsed(), table.rows.len());
        assert!(!table.rows.is_empty() || sql.contains("none.conda"));
    }
    for words in ["numpy", "py", "openssl", "mit", "zzz"] {
        let start = Instant::now();
        let hits = channel.search(words, 50);
        println!("{:>12?} {:>6} packages: {words}", start.elapsed(), hits.total);
    }
    assert_eq!(channel.search("numpy", 1).packages[0].name, "numpy");
}

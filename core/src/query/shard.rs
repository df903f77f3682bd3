//! Reads a shard of sharded repodata: the records of one package in msgpack (CEP 16).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::error::LoadError;
use super::split::Section;
use crate::json::msgpack::{Member, deserializer};

/// Bytes of a shard, decompressed: all of its values are in memory at a time. Those of conda-forge have
/// some million.
pub(super) const SHARD_MAX: u64 = 64 << 20;

/// A shard, as far as it matters.
#[derive(Deserialize)]
struct Shard {
    packages: Option<Records>,
    #[serde(rename = "packages.conda")]
    packages_conda: Option<Records>,
    v3: Option<V3>,
}

/// The records of repodata v3 (CEP 48), by kind.
#[derive(Default, Deserialize)]
struct V3 {
    conda: Option<Records>,
    #[serde(rename = "tar.bz2")]
    tar_bz2: Option<Records>,
    whl: Option<Records>,
}

/// Records by file name, or what should be some.
type Records = BTreeMap<String, Member>;

/// Gives each record, with its key.
pub(super) fn for_each_record(
    bytes: &[u8],
    visit: &mut dyn FnMut(Section, &str, &Value),
) -> Result<(), LoadError> {
    let shard = Shard::deserialize(&mut deserializer(bytes));
    let Shard {
        packages,
        packages_conda,
        v3,
    } = shard.map_err(|error| LoadError::Shard(error.to_string()))?;
    if packages.is_none() && packages_conda.is_none() && v3.is_none() {
        return Err(LoadError::NoRecords);
    }
    let v3 = v3.unwrap_or_default();
    for (section, records) in [
        (Section::Packages, packages),
        (Section::Packages, packages_conda),
        (Section::V3(".conda"), v3.conda),
        (Section::V3(".tar.bz2"), v3.tar_bz2),
        (Section::V3(".whl"), v3.whl),
    ] {
        for (key, Member(record)) in records.into_iter().flatten() {
            visit(section, &key, &record);
        }
    }
    Ok(())
}

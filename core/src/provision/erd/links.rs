//! What belongs together by value, because conda-index's tables have no foreign keys.

use super::{End, Many, Relation, RelationKind, Table};

/// A table's column, the one that it belongs to, and how.
type Link = (
    (&'static str, &'static str),
    (&'static str, &'static str),
    Many,
    &'static str,
);

const SAME: &str = "same value";
const BEGINS: &str = "begins with it";
const ENDS: &str = "ends with it";

/// In a subdir's SQLite file paths are file names, and the last three have no tables.
const LINKS: [Link; 13] = [
    (("stat", "path"), ("index_json", "path"), Many::Any, SAME),
    (("about", "path"), ("index_json", "path"), Many::One, SAME),
    (("icon", "path"), ("index_json", "path"), Many::One, SAME),
    (("post_install", "path"), ("index_json", "path"), Many::One, SAME),
    (("recipe", "path"), ("index_json", "path"), Many::One, SAME),
    (("recipe_log", "path"), ("index_json", "path"), Many::One, SAME),
    (("run_exports", "path"), ("index_json", "path"), Many::One, SAME),
    (
        ("towpath_artifact", "path"),
        ("index_json", "path"),
        Many::Any,
        SAME,
    ),
    (
        ("towpath_recipe", "path"),
        ("index_json", "path"),
        Many::One,
        SAME,
    ),
    (
        ("index_json", "path"),
        ("towpath_subdir", "path"),
        Many::Any,
        BEGINS,
    ),
    (
        ("towpath_subdir", "path"),
        ("towpath_channel", "prefix"),
        Many::Any,
        BEGINS,
    ),
    (
        ("towpath_used_channel", "address"),
        ("towpath_channel", "prefix"),
        Many::One,
        SAME,
    ),
    (
        ("index_json", "path"),
        ("towpath_package", "file_name"),
        Many::Any,
        ENDS,
    ),
];

/// The links between tables that are there, with the columns that are theirs.
pub(super) fn between(tables: &[Table]) -> Vec<Relation> {
    let has = |(table, column): (&str, &str)| {
        tables
            .iter()
            .any(|found| found.name == table && found.columns.iter().any(|of| of.name == column))
    };
    let end = |(table, column): (&str, &str)| End {
        table: table.to_owned(),
        columns: vec![column.to_owned()],
    };
    LINKS
        .iter()
        .filter(|(from, to, ..)| has(*from) && has(*to))
        .map(|(from, to, many, how)| Relation {
            from: end(*from),
            to: end(*to),
            many: *many,
            kind: RelationKind::ByValue { how },
        })
        .collect()
}

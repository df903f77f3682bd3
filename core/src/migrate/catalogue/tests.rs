use super::*;

const EXPECTED: &str = "\
table stat: TABLE
column stat.path: text NOT NULL
column stat.size: integer
column stat.name: text GENERATED ALWAYS AS (lower(path)) STORED
constraint stat.stat_pkey: PRIMARY KEY (path)
index stat.towpath_stat: CREATE INDEX towpath_stat ON stat USING btree (size)
";

#[test]
fn a_catalogue_is_what_its_text_says() {
    let catalogue = Catalogue::parse(EXPECTED);
    assert_eq!(Catalogue::parse(&catalogue.to_string()), catalogue);
    assert_eq!(catalogue.tables(), ["stat"]);
    assert_eq!(catalogue.without_table("stat"), Catalogue::default());
}

/// SQLAlchemy 2.1 on PostgreSQL 18 makes conda-index's columns so.
#[test]
fn a_column_may_be_computed_when_it_is_read() {
    let live = Catalogue::parse(&EXPECTED.replace(" STORED", " VIRTUAL"));
    assert_eq!(live.diff(&Catalogue::parse(EXPECTED)), []);
    assert_eq!(Catalogue::parse(EXPECTED).diff(&live), []);
}

#[test]
fn what_is_too_much_goes_before_what_is_missing_comes() {
    let live = EXPECTED
        .replace("stat.size: integer", "stat.bytes: integer")
        .replace("stat.towpath_stat:", "stat.towpath_other:");
    let repair: Vec<String> = Catalogue::parse(&live)
        .diff(&Catalogue::parse(EXPECTED))
        .into_iter()
        .flat_map(|drift| drift.repair)
        .collect();
    assert_eq!(
        repair,
        [
            "DROP INDEX CONCURRENTLY towpath_other",
            "ALTER TABLE stat DROP COLUMN bytes",
            "ALTER TABLE stat ADD COLUMN size integer",
            "CREATE INDEX CONCURRENTLY towpath_stat ON stat USING btree (size)",
        ]
    );
}

#[test]
fn an_index_of_a_missing_table_comes_after_it() {
    let drifts = Catalogue::default().diff(&Catalogue::parse(EXPECTED));
    let repair: Vec<String> = drifts.into_iter().flat_map(|drift| drift.repair).collect();
    assert_eq!(
        repair,
        [
            "CREATE TABLE stat (name text GENERATED ALWAYS AS (lower(path)) STORED, path text NOT NULL, \
             size integer, CONSTRAINT stat_pkey PRIMARY KEY (path))",
            "CREATE INDEX CONCURRENTLY towpath_stat ON stat USING btree (size)",
        ]
    );
}

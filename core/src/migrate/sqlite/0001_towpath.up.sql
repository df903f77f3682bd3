-- What towpath knows beside conda-index, whose tables are there before: it keeps their version
-- itself, in `PRAGMA user_version`.

-- An artifact is its name and its bytes: other bytes under the same name are dated anew, and the
-- old ones keep their date should they come back.
CREATE TABLE towpath_artifact (
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    indexed_timestamp INTEGER NOT NULL,
    PRIMARY KEY (path, sha256)
) WITHOUT ROWID;

-- A recipe says which bytes it is of, for another tool that reads the artifact anew does not
-- replace it.
CREATE TABLE towpath_recipe (
    path TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL,
    is_rendered INTEGER NOT NULL,
    recipe BLOB NOT NULL
);

-- Tells this database from one that is made in its place after somebody removed it.
CREATE TABLE towpath_store (id TEXT NOT NULL);
INSERT INTO towpath_store (id) SELECT lower(hex(randomblob(8)));

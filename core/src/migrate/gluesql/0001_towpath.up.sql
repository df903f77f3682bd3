-- conda-index's names and columns as far as GlueSQL can have them, and ours beside them.
--
-- GlueSQL has primary keys of one column only, and reads no range of keys. So conda-index's
-- `stat (stage, path)` is a table for each stage here: each is sorted by path, and reading one does
-- not pass over the others. For the same reason `towpath_artifact` has one row for an artifact's
-- name, with the dates of its earlier bytes in a column.

CREATE TABLE about (path TEXT PRIMARY KEY, about TEXT NOT NULL);
CREATE TABLE icon (path TEXT PRIMARY KEY, icon_png BYTEA NOT NULL);

-- `name` and `sha256` are computed columns with conda-index.
CREATE TABLE index_json (
    path TEXT PRIMARY KEY,
    index_json TEXT NOT NULL,
    name TEXT NULL,
    sha256 TEXT NOT NULL
);

CREATE TABLE post_install (path TEXT PRIMARY KEY, post_install TEXT NOT NULL);
CREATE TABLE recipe (path TEXT PRIMARY KEY, recipe TEXT NOT NULL);
CREATE TABLE recipe_log (path TEXT PRIMARY KEY, recipe_log TEXT NOT NULL);
CREATE TABLE run_exports (path TEXT PRIMARY KEY, run_exports TEXT NOT NULL);

-- Stages of other names get such a table when they are first filled.
CREATE TABLE stat_fs (
    path TEXT PRIMARY KEY,
    mtime FLOAT NULL,
    size INT NULL,
    sha256 TEXT NULL,
    md5 TEXT NULL,
    last_modified TEXT NULL,
    etag TEXT NULL
);
CREATE TABLE stat_indexed (
    path TEXT PRIMARY KEY,
    mtime FLOAT NULL,
    size INT NULL,
    sha256 TEXT NULL,
    md5 TEXT NULL,
    last_modified TEXT NULL,
    etag TEXT NULL
);

-- `earlier` is a JSON object of dates by SHA-256.
CREATE TABLE towpath_artifact (
    path TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL,
    indexed_timestamp INT NOT NULL,
    earlier TEXT NULL
);

CREATE TABLE towpath_recipe (
    path TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL,
    is_rendered BOOLEAN NOT NULL,
    recipe BYTEA NOT NULL
);

-- Tells this store from one that is made in its place, and counts its changes. A store in memory,
-- which nothing outlives, has no row here.
CREATE TABLE towpath_store (id TEXT PRIMARY KEY, changes INT NOT NULL);

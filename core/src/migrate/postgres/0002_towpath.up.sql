-- What towpath knows beside conda-index. No foreign key leads to conda-index's tables: it deletes
-- rows there and writes them again at every run.

-- The channels of the database, by the prefix of their paths.
CREATE TABLE towpath_channel (
    prefix text PRIMARY KEY CHECK (prefix ~ '^[a-z0-9_][a-z0-9_.-]*$'),
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- The subdirs that towpath wrote to, by the beginning of their paths, and how often it did.
CREATE TABLE towpath_subdir (
    path text PRIMARY KEY,
    changes bigint NOT NULL
);

-- When an artifact (a path and its bytes) became part of its channel, in milliseconds (CEP 47).
-- The record stands here too where jsonb would change it: it rewrites 1e+22 and -0.0. The key serves
-- ranges of paths under any collation.
CREATE TABLE towpath_artifact (
    path text NOT NULL,
    sha256 text NOT NULL,
    indexed_timestamp bigint NOT NULL,
    record text
);
CREATE UNIQUE INDEX towpath_artifact_key ON towpath_artifact (path text_pattern_ops, sha256);

-- rattler-build's recipes, and which bytes they are of: another tool that reads the artifact anew
-- does not replace them.
CREATE TABLE towpath_recipe (
    path text PRIMARY KEY,
    sha256 text NOT NULL,
    is_rendered boolean NOT NULL,
    recipe bytea NOT NULL
);

-- Tells this database from one that is made in its place.
CREATE TABLE towpath_store (id text PRIMARY KEY);
INSERT INTO towpath_store (id) VALUES (md5(random()::text || clock_timestamp()::text));

-- conda-index's tables, as it makes them. No later step alters them.
CREATE TABLE stat (
    stage text NOT NULL,
    path text NOT NULL,
    mtime integer,
    size integer,
    sha256 text,
    md5 text,
    last_modified text,
    etag text,
    PRIMARY KEY (stage, path)
);
CREATE TABLE index_json (
    path text NOT NULL PRIMARY KEY,
    index_json jsonb,
    name text GENERATED ALWAYS AS (jsonb_extract_path_text(index_json, 'name')) STORED,
    sha256 text GENERATED ALWAYS AS (jsonb_extract_path_text(index_json, 'sha256')) STORED
);
CREATE TABLE about (path text NOT NULL PRIMARY KEY, about jsonb);
CREATE TABLE recipe (path text NOT NULL PRIMARY KEY, recipe jsonb);
CREATE TABLE run_exports (path text NOT NULL PRIMARY KEY, run_exports jsonb);
CREATE TABLE post_install (path text NOT NULL PRIMARY KEY, post_install jsonb);
CREATE TABLE icon (path text NOT NULL PRIMARY KEY, icon_png bytea);

-- GlueSQL has no checks, no keys of several columns and no identity columns: who writes here keeps to
-- the same rules.
--
-- Recorded environments: what was asked for, what was solved, and which packages that needs. They
-- are of the whole channel, while what was read of packages is of a subdir.

-- Channels that environments take packages from: the one that this file lies in, and
-- others by their URL.
CREATE TABLE towpath_used_channel (
    id INT PRIMARY KEY,
    is_own BOOLEAN NOT NULL,
    address TEXT NOT NULL
);

CREATE TABLE towpath_namespace (
    id INT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE towpath_environment (
    id INT PRIMARY KEY,
    namespace_id INT NOT NULL,
    name TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    retired_at TIMESTAMP NULL
);

-- What was asked for. The digest is that of its meaning: the same words in another order are one row.
CREATE TABLE towpath_spec (
    id INT PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);

-- An attempt to solve a specification for one platform. It begins as 'solving' and ends once; a
-- current one was solved and is not retired.
CREATE TABLE towpath_build (
    id INT PRIMARY KEY,
    environment_id INT NOT NULL,
    spec_id INT NOT NULL,
    platform TEXT NOT NULL,
    status TEXT NOT NULL,
    status_info TEXT NOT NULL,
    solver TEXT NOT NULL,
    made_by TEXT NOT NULL,
    is_current BOOLEAN NOT NULL,
    started_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP NULL,
    retired_at TIMESTAMP NULL
);

-- The state of the channels that a build was solved against.
CREATE TABLE towpath_build_channel (
    build_id INT NOT NULL,
    channel_id INT NOT NULL,
    subdir TEXT NOT NULL,
    priority INT NOT NULL,
    revision TEXT NULL,
    document TEXT NULL,
    sha256 TEXT NULL
);

-- Files of channels that builds or holds need: a file replaced in place is another one. An empty
-- digest is one that nobody told.
CREATE TABLE towpath_package (
    id INT PRIMARY KEY,
    channel_id INT NOT NULL,
    subdir TEXT NOT NULL,
    file_name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    md5 TEXT NULL,
    size INT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    build TEXT NOT NULL,
    first_seen_at TIMESTAMP NOT NULL,
    withdrawn_at TIMESTAMP NULL
);

CREATE TABLE towpath_build_package (
    build_id INT NOT NULL,
    package_id INT NOT NULL,
    is_requested BOOLEAN NOT NULL
);

-- What a build left behind, to be had again.
CREATE TABLE towpath_build_file (
    build_id INT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL
);

-- Packages that are to stay whether or not an environment needs them.
CREATE TABLE towpath_hold (
    id INT PRIMARY KEY,
    package_id INT NOT NULL,
    reason TEXT NOT NULL,
    made_by TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NULL
);

-- Packages that were removed though somebody needed them.
CREATE TABLE towpath_forced_removal (
    id INT PRIMARY KEY,
    package_id INT NOT NULL,
    reason TEXT NOT NULL,
    made_by TEXT NOT NULL,
    needed_by TEXT NOT NULL,
    removed_at TIMESTAMP NOT NULL
);

-- The last id that each table gave.
CREATE TABLE towpath_sequence (name TEXT PRIMARY KEY, last_id INT NOT NULL);

-- Recorded environments: what was asked for, what was solved, and which packages that needs. They
-- are of the whole channel, while what was read of packages is of a subdir.

-- Channels that environments take packages from: the one that this file lies in, and
-- others by their URL.
CREATE TABLE towpath_used_channel (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    is_own INTEGER NOT NULL CHECK (is_own IN (0, 1)),
    address TEXT NOT NULL CHECK (address <> ''),
    UNIQUE (is_own, address)
) STRICT;

CREATE TABLE towpath_namespace (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE CHECK (name <> ''),
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE towpath_environment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    namespace_id INTEGER NOT NULL REFERENCES towpath_namespace,
    name TEXT NOT NULL CHECK (name <> ''),
    created_at TEXT NOT NULL,
    retired_at TEXT,
    UNIQUE (namespace_id, name)
) STRICT;

-- What was asked for. The digest is that of its meaning: the same words in another order are one row.
CREATE TABLE towpath_spec (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'),
    kind TEXT NOT NULL CHECK (kind IN ('environment.yml', 'matchspecs', 'explicit', 'conda-lock', 'pixi-lock')),
    body TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

-- An attempt to solve a specification for one platform. It begins as 'solving' and ends once; a
-- current one was solved and is not retired.
CREATE TABLE towpath_build (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    environment_id INTEGER NOT NULL REFERENCES towpath_environment,
    spec_id INTEGER NOT NULL REFERENCES towpath_spec,
    platform TEXT NOT NULL CHECK (platform <> '' AND platform <> 'noarch'),
    status TEXT NOT NULL CHECK (status IN ('solving', 'solved', 'failed', 'canceled')),
    status_info TEXT NOT NULL,
    solver TEXT NOT NULL,
    made_by TEXT NOT NULL,
    is_current INTEGER NOT NULL CHECK (is_current IN (0, 1)),
    started_at TEXT NOT NULL,
    ended_at TEXT,
    retired_at TEXT,
    CHECK (NOT is_current OR (status = 'solved' AND retired_at IS NULL)),
    CHECK ((status = 'solving') = (ended_at IS NULL)),
    CHECK (ended_at >= started_at),
    CHECK (retired_at IS NULL OR (ended_at IS NOT NULL AND retired_at >= ended_at))
) STRICT;
CREATE UNIQUE INDEX towpath_build_one_current ON towpath_build (environment_id, platform) WHERE is_current;
CREATE INDEX towpath_build_environment ON towpath_build (environment_id, platform, id);
CREATE INDEX towpath_build_spec ON towpath_build (spec_id);

-- The state of the channels that a build was solved against.
CREATE TABLE towpath_build_channel (
    build_id INTEGER NOT NULL REFERENCES towpath_build ON DELETE CASCADE,
    channel_id INTEGER NOT NULL REFERENCES towpath_used_channel,
    subdir TEXT NOT NULL,
    priority INTEGER NOT NULL,
    revision TEXT,
    document TEXT,
    sha256 TEXT CHECK (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'),
    PRIMARY KEY (build_id, channel_id, subdir)
) STRICT;
CREATE INDEX towpath_build_channel_channel ON towpath_build_channel (channel_id);

-- Files of channels that builds or holds need: a file replaced in place is another one. An empty
-- digest is one that nobody told.
CREATE TABLE towpath_package (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel_id INTEGER NOT NULL REFERENCES towpath_used_channel,
    subdir TEXT NOT NULL,
    file_name TEXT NOT NULL,
    sha256 TEXT NOT NULL CHECK (sha256 = '' OR length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'),
    md5 TEXT CHECK (length(md5) = 32 AND md5 NOT GLOB '*[^0-9a-f]*'),
    size INTEGER CHECK (size >= 0),
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    build TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    withdrawn_at TEXT,
    UNIQUE (channel_id, subdir, file_name, sha256)
) STRICT;
CREATE INDEX towpath_package_name ON towpath_package (name);
CREATE INDEX towpath_package_file ON towpath_package (file_name);

CREATE TABLE towpath_build_package (
    build_id INTEGER NOT NULL REFERENCES towpath_build ON DELETE CASCADE,
    package_id INTEGER NOT NULL REFERENCES towpath_package,
    is_requested INTEGER NOT NULL CHECK (is_requested IN (0, 1)),
    PRIMARY KEY (build_id, package_id)
) STRICT;
CREATE INDEX towpath_build_package_package ON towpath_build_package (package_id, build_id);

-- What a build left behind, to be had again.
CREATE TABLE towpath_build_file (
    build_id INTEGER NOT NULL REFERENCES towpath_build ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('explicit', 'conda-lock', 'environment.yml', 'log')),
    body TEXT NOT NULL,
    PRIMARY KEY (build_id, kind)
) STRICT;

-- Packages that are to stay whether or not an environment needs them.
CREATE TABLE towpath_hold (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    package_id INTEGER NOT NULL REFERENCES towpath_package,
    reason TEXT NOT NULL CHECK (reason <> ''),
    made_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT
) STRICT;
CREATE INDEX towpath_hold_package ON towpath_hold (package_id);

-- Packages that were removed though somebody needed them.
CREATE TABLE towpath_forced_removal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    package_id INTEGER NOT NULL REFERENCES towpath_package,
    reason TEXT NOT NULL CHECK (reason <> ''),
    made_by TEXT NOT NULL,
    needed_by TEXT NOT NULL,
    removed_at TEXT NOT NULL
) STRICT;
CREATE INDEX towpath_forced_removal_package ON towpath_forced_removal (package_id);

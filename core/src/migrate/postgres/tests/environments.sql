-- A row in each table of environments. They take packages from the channel `a`.
INSERT INTO towpath_used_channel (is_own, address) VALUES (true, 'a');
INSERT INTO towpath_namespace (name, created_at) VALUES ('team', now());
INSERT INTO towpath_environment (namespace_id, name, created_at)
    SELECT id, 'data', now() FROM towpath_namespace;
INSERT INTO towpath_spec (sha256, kind, body, created_at)
    VALUES (repeat('0', 64), 'matchspecs', 'a', now());
INSERT INTO towpath_build (environment_id, spec_id, platform, status, status_info, solver, made_by,
                           is_current, started_at, ended_at)
    SELECT e.id, s.id, 'linux-64', 'solved', '', 'rattler', 'somebody', true, now(), now()
    FROM towpath_environment e, towpath_spec s;
INSERT INTO towpath_build_channel (build_id, channel_id, subdir, priority)
    SELECT b.id, c.id, 'noarch', 0 FROM towpath_build b, towpath_used_channel c;
INSERT INTO towpath_package (channel_id, subdir, file_name, sha256, name, version, build, first_seen_at)
    SELECT id, 'noarch', 'a-1-0.conda', '', 'a', '1', '0', now() FROM towpath_used_channel;
INSERT INTO towpath_build_package
    SELECT b.id, p.id, true FROM towpath_build b, towpath_package p;
INSERT INTO towpath_build_file SELECT id, 'explicit', '@EXPLICIT' FROM towpath_build;
INSERT INTO towpath_hold (package_id, reason, made_by, created_at)
    SELECT id, 'a paper', 'somebody', now() FROM towpath_package;
INSERT INTO towpath_forced_removal (package_id, reason, made_by, needed_by, removed_at)
    SELECT id, 'a secret in it', 'somebody', 'team/data', now() FROM towpath_package;

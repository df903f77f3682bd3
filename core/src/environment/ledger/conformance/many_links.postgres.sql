INSERT INTO towpath_used_channel (is_own, address) VALUES (true, 'main');
INSERT INTO towpath_namespace (name, created_at)
    SELECT 'team-' || n, now() FROM generate_series(1, 50) AS n;
INSERT INTO towpath_environment (namespace_id, name, created_at)
    SELECT 1 + n % 50, 'environment-' || n, now() FROM generate_series(1, 2500) AS n;
INSERT INTO towpath_spec (sha256, kind, body, created_at)
    VALUES (repeat('ab', 32), 'explicit', '', now());
INSERT INTO towpath_build (environment_id, spec_id, platform, status, status_info, solver, made_by, is_current, started_at, ended_at)
    SELECT n, 1, 'linux-64', 'solved', '', '', '', true, now(), now() FROM generate_series(1, 2500) AS n;
INSERT INTO towpath_package (channel_id, subdir, file_name, sha256, size, name, version, build, first_seen_at)
    SELECT 1, 'linux-64', 'package-' || n || '-1-0.conda', '', 1, 'package-' || n, '1', '0', now()
    FROM generate_series(0, 4999) AS n;
INSERT INTO towpath_build_package (build_id, package_id, is_requested)
    SELECT b, 1 + (b * 7 + p * 25) % 5000, false
    FROM generate_series(1, 2500) AS b, generate_series(1, 200) AS p;
ANALYZE;

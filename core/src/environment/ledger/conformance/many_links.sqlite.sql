CREATE TEMP TABLE numbers AS WITH RECURSIVE counted (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n < 5000) SELECT n FROM counted;
BEGIN;
INSERT INTO towpath_used_channel (is_own, address) VALUES (true, 'main');
INSERT INTO towpath_namespace (name, created_at)
    SELECT 'team-' || n, '2026-01-01T00:00:00.000000Z' FROM numbers WHERE n BETWEEN 1 AND 50;
INSERT INTO towpath_environment (namespace_id, name, created_at)
    SELECT 1 + n % 50, 'environment-' || n, '2026-01-01T00:00:00.000000Z' FROM numbers WHERE n BETWEEN 1 AND 2500;
INSERT INTO towpath_spec (sha256, kind, body, created_at)
    VALUES ('abababababababababababababababababababababababababababababababab', 'explicit', '', '2026-01-01T00:00:00.000000Z');
INSERT INTO towpath_build (environment_id, spec_id, platform, status, status_info, solver, made_by, is_current, started_at, ended_at)
    SELECT n, 1, 'linux-64', 'solved', '', '', '', true, '2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z' FROM numbers WHERE n BETWEEN 1 AND 2500;
INSERT INTO towpath_package (channel_id, subdir, file_name, sha256, size, name, version, build, first_seen_at)
    SELECT 1, 'linux-64', 'package-' || n || '-1-0.conda', '', 1, 'package-' || n, '1', '0', '2026-01-01T00:00:00.000000Z'
    FROM numbers WHERE n BETWEEN 0 AND 4999;
INSERT INTO towpath_build_package (build_id, package_id, is_requested)
    SELECT b, 1 + (b * 7 + p * 25) % 5000, false
    FROM (SELECT n AS b FROM numbers WHERE n BETWEEN 1 AND 2500), (SELECT n AS p FROM numbers WHERE n BETWEEN 1 AND 200);
COMMIT;
ANALYZE;

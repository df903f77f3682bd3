-- no-transaction
-- Ranges of paths under any collation. conda-index's LIKE uses them too.
CREATE INDEX CONCURRENTLY IF NOT EXISTS towpath_stat_prefix ON stat (stage, path text_pattern_ops) INCLUDE (mtime, size);
CREATE INDEX CONCURRENTLY IF NOT EXISTS towpath_index_json_prefix ON index_json (path text_pattern_ops);

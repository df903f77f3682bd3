-- no-transaction
DROP INDEX CONCURRENTLY IF EXISTS towpath_index_json_prefix;
DROP INDEX CONCURRENTLY IF EXISTS towpath_stat_prefix;

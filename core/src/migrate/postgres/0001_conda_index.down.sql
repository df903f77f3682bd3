DROP TABLE icon;
DROP TABLE post_install;
DROP TABLE run_exports;
DROP TABLE recipe;
DROP TABLE about;
DROP TABLE index_json;
DROP TABLE stat;

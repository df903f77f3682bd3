DROP TABLE towpath_store;
DROP TABLE towpath_recipe;
DROP TABLE towpath_artifact;
DROP TABLE towpath_subdir;
DROP TABLE towpath_channel;

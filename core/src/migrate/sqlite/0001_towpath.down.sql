DROP TABLE towpath_store;
DROP TABLE towpath_recipe;
DROP TABLE towpath_artifact;

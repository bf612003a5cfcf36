INSERT OR REPLACE INTO trace_meta (key, value) VALUES ('share-after', ?1);

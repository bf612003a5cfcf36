INSERT OR REPLACE INTO trace_meta (key, value)
VALUES ('next-ordinal', ?1), ('last-trace', ?2), ('last-service', ?3);

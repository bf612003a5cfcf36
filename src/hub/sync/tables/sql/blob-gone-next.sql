SELECT blob FROM trace_blob_gone ORDER BY blob LIMIT 1;

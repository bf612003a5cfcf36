INSERT OR IGNORE INTO trace_blob_gone (blob) VALUES (?1);

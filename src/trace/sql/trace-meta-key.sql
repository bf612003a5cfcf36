SELECT open_blob(value, 'hash-key', 0) FROM trace_meta WHERE key = 'hash-key';

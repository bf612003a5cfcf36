SELECT value FROM trace_meta WHERE key = 'hash-key';

SELECT value FROM trace_meta WHERE key = 'facts-revision';

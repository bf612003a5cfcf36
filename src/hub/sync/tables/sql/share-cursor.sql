SELECT value FROM trace_meta WHERE key = 'share-after';

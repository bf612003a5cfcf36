SELECT key FROM sync_dirty WHERE tbl = 'trace_fact';

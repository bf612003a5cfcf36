DELETE FROM trace_blob_gone WHERE blob = ?1;

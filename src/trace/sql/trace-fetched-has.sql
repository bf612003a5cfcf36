SELECT 1 FROM trace_fetched WHERE trace_id = ?1 AND spans > 0;

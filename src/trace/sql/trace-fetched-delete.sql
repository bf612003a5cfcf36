DELETE FROM trace_fetched WHERE trace_id = ?1;

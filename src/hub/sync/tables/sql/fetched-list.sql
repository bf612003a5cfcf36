SELECT blob FROM trace_fetched WHERE trace_id = ?1;

INSERT INTO trace_run (first_number, last_number, keys, filter) VALUES (?1, ?2, ?3, ?4);

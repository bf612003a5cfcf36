SELECT id, first_number, last_number, length(keys), filter FROM trace_run WHERE id > ?1 ORDER BY id;

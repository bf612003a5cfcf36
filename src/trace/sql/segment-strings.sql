SELECT dictionary FROM segment_data WHERE id = ?1;

SELECT dictionary, extra FROM segment_data WHERE id = ?1;

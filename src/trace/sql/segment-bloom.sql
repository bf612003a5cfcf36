SELECT bloom FROM segment_data WHERE id = ?1;

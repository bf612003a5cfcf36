SELECT lod FROM segment_data WHERE id = ?1;

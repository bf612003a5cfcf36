INSERT INTO segment_data (id, lod, bloom, hot, dictionary, extra) VALUES (?1, ?2, ?3, ?4, ?5, ?6);

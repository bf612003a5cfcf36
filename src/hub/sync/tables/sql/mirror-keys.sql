SELECT CAST (key AS BLOB) FROM mirrored WHERE tbl = ?3 AND key > CAST (?1 AS TEXT) ORDER BY key LIMIT ?2;

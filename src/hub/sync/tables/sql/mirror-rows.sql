SELECT key, value, place, applied, updated FROM mirrored WHERE tbl = ?1 ORDER BY place, key;

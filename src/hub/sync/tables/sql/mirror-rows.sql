SELECT key, value, place, applied FROM mirrored WHERE tbl = ?1 ORDER BY place, key;

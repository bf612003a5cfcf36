SELECT value, place, updated FROM mirrored WHERE tbl = ?1 AND key = ?2;

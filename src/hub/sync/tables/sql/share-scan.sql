SELECT number FROM trace
WHERE number > ?1 AND spans > 0 AND (errors > 0 OR ?3) AND NOT flags & 4
ORDER BY number
LIMIT ?2;

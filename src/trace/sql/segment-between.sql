SELECT 1
FROM segment
WHERE signal = ?1 AND id > ?2 AND id < ?3
LIMIT 1;

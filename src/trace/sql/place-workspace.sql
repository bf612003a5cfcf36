SELECT id FROM workspace WHERE id = ?1 OR name = ?1 COLLATE NOCASE OR folder = ?1
ORDER BY id = ?1 DESC, folder = ?1 DESC, last_used DESC
LIMIT 1;

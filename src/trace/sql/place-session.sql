SELECT id FROM debug_session WHERE id = ?1 OR name = ?1 COLLATE NOCASE
ORDER BY id = ?1 DESC, started DESC
LIMIT 1;

DELETE FROM debug_session
WHERE id IN (SELECT id FROM debug_session ORDER BY ended = 0 DESC, started DESC, id LIMIT -1 OFFSET ?1);

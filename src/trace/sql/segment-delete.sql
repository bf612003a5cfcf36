DELETE FROM segment WHERE signal = ?1 AND id = ?2
RETURNING n;

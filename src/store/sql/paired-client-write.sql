INSERT INTO client (id, name, kind, token_hash, created, last_used)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (id) DO UPDATE SET last_used = excluded.last_used;

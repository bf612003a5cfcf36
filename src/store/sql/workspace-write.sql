INSERT INTO workspace (id, folder, name, created, last_used)
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (id) DO UPDATE SET folder = excluded.folder, name = excluded.name, last_used = excluded.last_used;

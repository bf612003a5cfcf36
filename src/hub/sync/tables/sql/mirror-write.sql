INSERT INTO mirrored (tbl, key, value, place, updated, applied)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (tbl, key) DO UPDATE SET
  value = excluded.value, place = excluded.place, updated = excluded.updated, applied = excluded.applied;

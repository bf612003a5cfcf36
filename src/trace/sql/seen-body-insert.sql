INSERT OR REPLACE INTO seen_body (slot, hash) VALUES (?1, ?2);

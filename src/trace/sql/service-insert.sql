INSERT INTO service (id, name) VALUES (?1, ?2);

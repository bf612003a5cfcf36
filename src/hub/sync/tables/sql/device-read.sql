SELECT name, system, created FROM device WHERE id = ?1;

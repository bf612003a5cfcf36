SELECT name FROM service WHERE id = ?1;

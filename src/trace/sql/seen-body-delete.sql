DELETE FROM seen_body WHERE slot = ?1;

DELETE FROM seen_body;

SELECT slot, hash FROM seen_body ORDER BY slot;

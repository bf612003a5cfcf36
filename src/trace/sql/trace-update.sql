UPDATE trace
SET t0 = ?2, t1 = ?3, spans = ?4, logs = ?5, errors = ?6, flags = ?7, name_start = ?8, name = ?9, services = ?10,
    parts = ?11, log_parts = ?12
WHERE number = ?1;

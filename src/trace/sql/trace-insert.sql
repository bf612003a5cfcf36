INSERT INTO trace (number, trace_id, t0, t1, spans, logs, errors, flags, name_start, name, services, parts, log_parts)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13);

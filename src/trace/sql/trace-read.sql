SELECT trace_id, t0, t1, spans, logs, errors, flags, name_start, services, parts, log_parts, name
FROM trace
WHERE number = ?1;

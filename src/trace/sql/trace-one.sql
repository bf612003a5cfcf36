SELECT number, trace_id, t0, t1, spans, logs, errors, flags, name, services
FROM trace
WHERE number = ?1;

SELECT number, trace_id, t0, t1, spans, logs, errors, flags, open_text(name, 'trace', number), services
FROM trace
WHERE number < ?1 AND spans > 0
ORDER BY number DESC;

SELECT signal, id, state, t0, t1, n, last, first_trace, last_trace, services, max_duration, errors, arrived,
       revision
FROM segment
WHERE signal = ?1 AND id >= ?2
ORDER BY id
LIMIT 1;

SELECT signal, id, state, t0, t1, n, last, first_trace, last_trace, services, max_duration, errors, arrived,
       revision
FROM segment
WHERE state = 1 AND (?1 < 0 OR signal = ?1)
ORDER BY arrived, id
LIMIT ?2;

INSERT INTO segment (signal, id, state, t0, t1, n, last, first_trace, last_trace, services, max_duration, errors,
                     arrived, revision)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14);

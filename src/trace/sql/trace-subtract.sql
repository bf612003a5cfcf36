UPDATE trace
SET spans = max(0, spans - ?2), logs = max(0, logs - ?3), errors = max(0, errors - ?4)
WHERE number = ?1
RETURNING spans + logs;

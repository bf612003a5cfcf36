-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT v.value, s.value
FROM trace_meta AS v JOIN trace_meta AS s ON s.key = 'vault-state'
WHERE v.key = 'vault';

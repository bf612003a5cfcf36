-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT trace_id FROM trace WHERE trace_id BETWEEN ?1 AND ?2 LIMIT 2;

-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT id, typeof(dictionary) = 'text' FROM segment_data WHERE id > ?1 ORDER BY id LIMIT 4096;

-- SPDX-License-Identifier: GPL-3.0-or-later
UPDATE segment_data SET hot = ?2, dictionary = ?3, extra = ?4 WHERE id = ?1;

-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT hot, dictionary, extra FROM segment_data WHERE id = ?1;

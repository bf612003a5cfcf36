-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT typeof(dictionary) = 'text' FROM segment_data WHERE id = ?1;

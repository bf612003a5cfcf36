-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT open_blob(dictionary, 'dictionary', id), open_blob(extra, 'extra', id) FROM segment_data WHERE id = ?1;

-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT number, changed, forgotten, bytes FROM edit_session ORDER BY changed DESC, number DESC;

-- SPDX-License-Identifier: GPL-3.0-or-later
UPDATE edit_session SET bytes = ?2 WHERE number = ?1;

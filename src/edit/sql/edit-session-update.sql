-- SPDX-License-Identifier: GPL-3.0-or-later
UPDATE edit_session SET title = ?2, type = ?3, choice = ?4, changed = ?5, saved = ?6, closed = ?7, reason = ?8,
  forgotten = ?9, revision = ?10, length = ?11, bytes = ?12, page_hash = ?13
WHERE number = ?1;

-- SPDX-License-Identifier: GPL-3.0-or-later
SELECT number, id, identity, title, url, site, type, choice, created, changed, saved, closed, reason, forgotten, revision,
  length, bytes, first_hash, page_hash
FROM edit_session ORDER BY changed DESC, number DESC;

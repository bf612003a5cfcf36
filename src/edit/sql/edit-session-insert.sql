-- SPDX-License-Identifier: GPL-3.0-or-later
INSERT INTO edit_session (number, id, identity, title, url, site, type, choice, created, changed, saved, closed, reason,
  forgotten, revision, length, bytes, first_hash, page_hash)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19);

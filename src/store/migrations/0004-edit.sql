-- SPDX-License-Identifier: GPL-3.0-or-later
-- Texts that people edit: what was done to each, so that none is lost. Times are ns since 1970, lengths code points.

CREATE TABLE edit_session (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  identity TEXT NOT NULL,                   -- of the page's field or the file
  title TEXT NOT NULL,
  url TEXT NOT NULL,
  site TEXT NOT NULL,                       -- host[:port], empty: a file
  type TEXT NOT NULL,                       -- as a file's extension
  choice TEXT NOT NULL,                     -- the editor that the user chose for it, empty: none
  created INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  saved INTEGER NOT NULL,                   -- 0: never
  closed INTEGER NOT NULL,                  -- 0: it was never closed
  reason TEXT NOT NULL,                     -- why it was closed: ended, expired, shelved
  forgotten INTEGER NOT NULL,               -- when the user dropped it, 0: he did not
  revision INTEGER NOT NULL,                -- of the newest entry
  length INTEGER NOT NULL,                  -- of the text there
  bytes INTEGER NOT NULL,                   -- what its entries and snapshots take
  first_hash BLOB NOT NULL,                 -- SHA-256 of the text that it began with
  page_hash BLOB NOT NULL                   -- of the last text that its page had when that left, empty: it never left
);

CREATE INDEX edit_session_changed ON edit_session (changed);

CREATE TABLE edit_entry (
  number INTEGER PRIMARY KEY,               -- edit_session.number * 2^32 + its place, from 1
  revision INTEGER NOT NULL,                -- after it
  time INTEGER NOT NULL,
  side TEXT NOT NULL,                       -- page, editor, file, empty: the hub
  author TEXT NOT NULL,                     -- what that calls itself
  what TEXT NOT NULL,                       -- open, change, save, undo, redo, resolve, recover, close, conflict
  inserted INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  client TEXT NOT NULL,                     -- whose op_id it is
  op_id TEXT NOT NULL,                      -- empty: none
  operation BLOB NOT NULL                   -- JSON as on the wire, against the revision before; empty: no change
);

-- Whole texts in between, so that few operations lead to any revision.
CREATE TABLE edit_snapshot (
  number INTEGER PRIMARY KEY,               -- of the last entry that is in it; edit_session.number * 2^32: before all
  revision INTEGER NOT NULL,
  text BLOB NOT NULL
);

-- Words that two changed into different ones, until the user has said which hold.
CREATE TABLE edit_conflict (
  number INTEGER PRIMARY KEY,               -- edit_session.number * 2^32 + its place, from 1
  revision INTEGER NOT NULL,                -- of which text the next two say where it is
  start INTEGER NOT NULL,
  length INTEGER NOT NULL,
  mine_by TEXT NOT NULL,
  theirs_by TEXT NOT NULL,
  base TEXT NOT NULL,
  mine TEXT NOT NULL,
  theirs TEXT NOT NULL
);

-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the user said about traces: records of their own, never in segments. Retention spares a trace that has one.

CREATE TABLE trace_fact (
  trace_id BLOB PRIMARY KEY,
  title TEXT NOT NULL,          -- empty: none
  note TEXT NOT NULL,           -- empty: none
  pinned INTEGER NOT NULL,
  updated INTEGER NOT NULL      -- ns since 1970
);

-- A set: each tag is a row of its own, so that two devices can add at the same time.
CREATE TABLE trace_tag (
  trace_id BLOB NOT NULL,
  tag TEXT NOT NULL,
  PRIMARY KEY (trace_id, tag)
) WITHOUT ROWID;

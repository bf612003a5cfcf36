-- SPDX-License-Identifier: GPL-3.0-or-later
-- Records of tables that sync, as they were before syncing was turned on.
CREATE TABLE IF NOT EXISTS record (
  tbl TEXT NOT NULL,
  key BLOB NOT NULL,
  time_ms INTEGER NOT NULL,                 -- when it was changed, since 1970
  PRIMARY KEY (tbl, key)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS value (
  tbl TEXT NOT NULL,
  key BLOB NOT NULL,
  field TEXT NOT NULL,
  item TEXT NOT NULL,                       -- element of a set, key of a map, else empty
  value BLOB NOT NULL,                      -- as on the wire
  PRIMARY KEY (tbl, key, field, item)
) WITHOUT ROWID;

-- SPDX-License-Identifier: GPL-3.0-or-later
-- Records that are on every device of an account: what each device did to them, and what holds. Times are ns since 1970
-- where nothing else is said; clocks are 48 bits of ms since 1970 and 16 bits that count.

-- Facts about this replica: device, epoch, machine, offset of its clock, schemas of the tables.
CREATE TABLE sync_meta (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;

-- Who makes operations: each device, life of its database and scope counts them without a gap.
CREATE TABLE sync_stream (
  id INTEGER PRIMARY KEY,
  scope TEXT NOT NULL,
  device BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL,                     -- all up to this one are known
  hlc INTEGER NOT NULL,                     -- clock of that one
  chain BLOB NOT NULL,                      -- hash over all up to that one
  context INTEGER NOT NULL,                 -- what that one's device knew, sync_context.id
  UNIQUE (scope, device, epoch)
);

-- What a device knew of the others when it made an operation: pairs of varints, sync_stream.id and seq.
CREATE TABLE sync_context (
  id INTEGER PRIMARY KEY,
  vector BLOB NOT NULL UNIQUE
);

-- The log, which is the outbox as well: what is to be sent follows from what the others have.
CREATE TABLE sync_op (
  stream INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  hlc INTEGER NOT NULL,
  context INTEGER NOT NULL,
  body BLOB NOT NULL,                       -- as on the wire
  chain BLOB NOT NULL,                      -- behind it, of own operations; empty of those of others
  PRIMARY KEY (stream, seq)
) WITHOUT ROWID;

-- The writes that hold, of each value of each record: more than one while devices wrote without knowing of each other.
-- Field '' is the record itself: 0 deleted, 1 made again.
CREATE TABLE sync_cell (
  tbl TEXT NOT NULL,
  key BLOB NOT NULL,
  field TEXT NOT NULL,
  item TEXT NOT NULL,                       -- element of a set, key of a map, else empty
  stream INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  hlc INTEGER NOT NULL,
  context INTEGER NOT NULL,
  flags INTEGER NOT NULL,                   -- 1: no person wrote it
  value BLOB NOT NULL,
  PRIMARY KEY (tbl, key, field, item, stream, seq)
) WITHOUT ROWID;

-- Values that were written over, as long as somebody may still write on top of them.
CREATE TABLE sync_base (
  tbl TEXT NOT NULL,
  key BLOB NOT NULL,
  field TEXT NOT NULL,
  item TEXT NOT NULL,
  stream INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  hlc INTEGER NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (tbl, key, field, item, stream, seq)
) WITHOUT ROWID;

-- What others have acknowledged.
CREATE TABLE sync_vector (
  peer BLOB NOT NULL,                       -- a device, empty: the cloud
  stream INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (peer, stream)
) WITHOUT ROWID;

-- In which order the cloud accepted operations: all up to seq, behind the row before, have this number.
CREATE TABLE sync_number (
  stream INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (stream, seq)
) WITHOUT ROWID;

-- Two or more wrote the same and neither knew of the other: all of it is kept.
CREATE TABLE sync_conflict (
  id BLOB PRIMARY KEY,                      -- the same on all devices
  tbl TEXT NOT NULL,
  key BLOB NOT NULL,
  field TEXT NOT NULL,
  item TEXT NOT NULL,
  scope TEXT NOT NULL,
  kind TEXT NOT NULL,                       -- trace_modified, delete_vs_modify, schema_conflict
  state TEXT NOT NULL,                      -- open, auto, resolved, undone
  title TEXT NOT NULL,
  opened INTEGER NOT NULL,
  decided INTEGER NOT NULL,                 -- 0: not yet
  decider BLOB NOT NULL,                    -- which device, empty: the rules
  base BLOB NOT NULL,                       -- what both had, empty: not known
  chosen BLOB NOT NULL                      -- what holds, empty: nothing so far
);

CREATE INDEX sync_conflict_place ON sync_conflict (tbl, key, field, item);
CREATE INDEX sync_conflict_opened ON sync_conflict (opened);

CREATE TABLE sync_conflict_side (
  conflict BLOB NOT NULL,
  stream INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  hlc INTEGER NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (conflict, stream, seq)
) WITHOUT ROWID;

CREATE INDEX sync_conflict_side_dot ON sync_conflict_side (stream, seq);

-- What could not be opened, read or applied; everything else goes on.
CREATE TABLE sync_quarantine (
  number INTEGER PRIMARY KEY,
  scope TEXT NOT NULL,
  device BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL,                     -- of its first operation
  n_ops INTEGER NOT NULL,                   -- 0: it is a record that its table refused
  tbl TEXT NOT NULL,
  key BLOB NOT NULL,
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  time INTEGER NOT NULL,
  body BLOB NOT NULL
);

CREATE UNIQUE INDEX sync_quarantine_record ON sync_quarantine (tbl, key) WHERE n_ops = 0;

-- After a restored backup or a copied disk: operations that were counted anew, until it is known which were the same.
CREATE TABLE sync_orphan (
  stream INTEGER NOT NULL,                  -- where each was counted before
  seq INTEGER NOT NULL,
  new_stream INTEGER NOT NULL,
  new_seq INTEGER NOT NULL,
  PRIMARY KEY (stream, seq)
) WITHOUT ROWID;

-- Every time that something was sent or fetched.
CREATE TABLE sync_run (
  number INTEGER PRIMARY KEY,
  start INTEGER NOT NULL,
  end INTEGER NOT NULL,
  reason TEXT NOT NULL,
  sent INTEGER NOT NULL,
  received INTEGER NOT NULL,
  bytes_up INTEGER NOT NULL,
  bytes_down INTEGER NOT NULL,
  raw_bytes INTEGER NOT NULL,               -- the same operations before they were compressed
  conflicts INTEGER NOT NULL,
  error TEXT NOT NULL                       -- empty: it went well
);

-- Records that changed since they were looked at last. Triggers fill it, so that nothing goes around it.
CREATE TABLE sync_dirty (
  tbl TEXT NOT NULL,
  key BLOB NOT NULL,
  PRIMARY KEY (tbl, key)
) WITHOUT ROWID;

-- While there is a row, nothing is told to sync_dirty: what is forgotten here to save room is not deleted elsewhere.
CREATE TABLE sync_mute (
  reason TEXT PRIMARY KEY
) WITHOUT ROWID;

CREATE TRIGGER sync_trace_fact_insert AFTER INSERT ON trace_fact WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES ('trace_fact', new.trace_id) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER sync_trace_fact_update AFTER UPDATE ON trace_fact WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES ('trace_fact', new.trace_id) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER sync_trace_fact_delete AFTER DELETE ON trace_fact WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES ('trace_fact', old.trace_id) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER sync_trace_tag_insert AFTER INSERT ON trace_tag WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES ('trace_fact', new.trace_id) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER sync_trace_tag_delete AFTER DELETE ON trace_tag WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES ('trace_fact', old.trace_id) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER sync_workspace_insert AFTER INSERT ON workspace WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES ('workspace', CAST (new.id AS BLOB)) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER sync_workspace_update AFTER UPDATE OF name ON workspace
WHEN old.name <> new.name AND NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES ('workspace', CAST (new.id AS BLOB)) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER sync_debug_session_insert AFTER INSERT ON debug_session WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES ('debug_session', CAST (new.id AS BLOB)) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER sync_debug_session_update AFTER UPDATE ON debug_session WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES ('debug_session', CAST (new.id AS BLOB)) ON CONFLICT DO NOTHING;
END;

-- Workspaces and debug sessions are deleted to make room alone, which is no reason to delete them on other devices.

-- Devices of the account.
CREATE TABLE device (
  id TEXT PRIMARY KEY,                      -- 32 hex digits
  name TEXT NOT NULL,
  system TEXT NOT NULL,                     -- what runs on it
  created INTEGER NOT NULL
) WITHOUT ROWID;

-- What all devices know of a trace, also those that do not have its spans.
CREATE TABLE trace_header (
  trace_id BLOB PRIMARY KEY,
  device TEXT NOT NULL,                     -- whose it was first
  workspace_id TEXT NOT NULL,               -- empty: none
  session_id TEXT NOT NULL,                 -- empty: none
  name TEXT NOT NULL,
  services TEXT NOT NULL,                   -- JSON: names
  status TEXT NOT NULL,                     -- running, ok, error
  started INTEGER NOT NULL,
  completed INTEGER NOT NULL,               -- 0: it goes on
  duration INTEGER NOT NULL,                -- ns
  spans INTEGER NOT NULL,
  errors INTEGER NOT NULL,
  source_file TEXT NOT NULL,                -- empty: not known
  source_line INTEGER NOT NULL,
  metadata TEXT NOT NULL,                   -- JSON: an object of texts
  parts TEXT NOT NULL                       -- JSON: by device where its spans are: blob, key, bytes and how many
) WITHOUT ROWID;

-- Rows of trace that stand for what is on other devices.
CREATE INDEX trace_elsewhere ON trace (number) WHERE flags & 4;

-- Traces of which this device sends the spans to the others, or has.
CREATE TABLE trace_share (
  trace_id BLOB PRIMARY KEY,
  wish INTEGER NOT NULL,                    -- 1: the user said so, -1: the user said no, 0: as the settings say
  spans INTEGER NOT NULL,                   -- that were sent last
  pending INTEGER NOT NULL                  -- 1: there is something to send
) WITHOUT ROWID;

CREATE INDEX trace_share_pending ON trace_share (trace_id) WHERE pending;

-- Blobs of which the spans were fetched.
CREATE TABLE trace_fetched (
  trace_id BLOB NOT NULL,
  blob TEXT NOT NULL,
  spans INTEGER NOT NULL,
  PRIMARY KEY (trace_id, blob)
) WITHOUT ROWID;

-- Blobs that no header names any more, to be deleted from the cloud.
CREATE TABLE trace_blob_gone (
  blob TEXT PRIMARY KEY
) WITHOUT ROWID;

-- Workspaces of other devices: their folders are nowhere here.
CREATE TABLE workspace_elsewhere (
  id TEXT PRIMARY KEY,
  device TEXT NOT NULL,
  name TEXT NOT NULL,
  created INTEGER NOT NULL
) WITHOUT ROWID;

-- Settings of the account, answers about web origins, editors of sites and types: as in settings.ini, by item.
CREATE TABLE mirrored (
  tbl TEXT NOT NULL,                        -- setting, origin, editor
  key TEXT NOT NULL,
  value TEXT NOT NULL,                      -- empty: the default, or none
  place REAL NOT NULL,                      -- order in a list
  updated INTEGER NOT NULL,                 -- when it was changed, 0: before anybody looked
  applied TEXT NOT NULL,                    -- the value that settings.ini has, as far as is known
  PRIMARY KEY (tbl, key)
) WITHOUT ROWID;

-- What is as it was before syncing is no reason to take from other devices what they sent.
CREATE TRIGGER trace_header_gone AFTER DELETE ON trace_header BEGIN
  INSERT INTO trace_blob_gone (blob) SELECT substr (value, 1, 32) FROM json_each (old.parts)
  WHERE NOT EXISTS (SELECT 1 FROM sync_mute WHERE reason = 'roll-back') ON CONFLICT DO NOTHING;
  DELETE FROM trace_share WHERE trace_id = old.trace_id;
  DELETE FROM trace_fetched WHERE trace_id = old.trace_id;
END;

CREATE TRIGGER sync_device_insert AFTER INSERT ON device WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES ('device', CAST (new.id AS BLOB)) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER sync_device_update AFTER UPDATE ON device WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES ('device', CAST (new.id AS BLOB)) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER sync_device_delete AFTER DELETE ON device WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES ('device', CAST (old.id AS BLOB)) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER sync_trace_header_insert AFTER INSERT ON trace_header WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES ('trace_header', new.trace_id) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER sync_trace_header_update AFTER UPDATE ON trace_header WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES ('trace_header', new.trace_id) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER sync_trace_header_delete AFTER DELETE ON trace_header WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES ('trace_header', old.trace_id) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER sync_mirrored_insert AFTER INSERT ON mirrored WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES (new.tbl, CAST (new.key AS BLOB)) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER sync_mirrored_update AFTER UPDATE OF value, place ON mirrored WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES (new.tbl, CAST (new.key AS BLOB)) ON CONFLICT DO NOTHING;
END;

-- SPDX-License-Identifier: GPL-3.0-or-later
CREATE TABLE item (
  id TEXT PRIMARY KEY,
  title TEXT,
  note TEXT,
  pinned INTEGER,
  status TEXT,
  completed INTEGER,
  file TEXT,
  line INTEGER,
  weight REAL,
  picture BLOB
) WITHOUT ROWID;

CREATE TABLE item_tag (id TEXT, tag TEXT, PRIMARY KEY (id, tag)) WITHOUT ROWID;
CREATE TABLE item_meta (id TEXT, name TEXT, value TEXT, PRIMARY KEY (id, name)) WITHOUT ROWID;
CREATE TABLE fact (id TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;

CREATE TRIGGER item_insert AFTER INSERT ON item WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES ('item', CAST (new.id AS BLOB)) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER item_update AFTER UPDATE ON item WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES ('item', CAST (new.id AS BLOB)) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER item_delete AFTER DELETE ON item WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES ('item', CAST (old.id AS BLOB)) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER item_tag_insert AFTER INSERT ON item_tag WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES ('item', CAST (new.id AS BLOB)) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER item_tag_delete AFTER DELETE ON item_tag WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES ('item', CAST (old.id AS BLOB)) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER item_meta_insert AFTER INSERT ON item_meta WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES ('item', CAST (new.id AS BLOB)) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER item_meta_update AFTER UPDATE ON item_meta WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES ('item', CAST (new.id AS BLOB)) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER item_meta_delete AFTER DELETE ON item_meta WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES ('item', CAST (old.id AS BLOB)) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER fact_insert AFTER INSERT ON fact WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES ('fact', CAST (new.id AS BLOB)) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER fact_update AFTER UPDATE ON fact WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES ('fact', CAST (new.id AS BLOB)) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER fact_delete AFTER DELETE ON fact WHEN NOT EXISTS (SELECT 1 FROM sync_mute) BEGIN
  INSERT INTO sync_dirty (tbl, key) VALUES ('fact', CAST (old.id AS BLOB)) ON CONFLICT DO NOTHING;
END;

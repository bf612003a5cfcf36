-- SPDX-License-Identifier: GPL-3.0-or-later
-- What devices exchange. Ids are 16 bytes; scopes are names that say nothing; bodies are sealed.

-- How much there is, so that nobody has to count it; number: the acceptance number of the last batch.
CREATE TABLE sync_usage (
  user INTEGER PRIMARY KEY REFERENCES user (number) ON DELETE CASCADE,
  number INTEGER NOT NULL DEFAULT 0,
  batches INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  blobs INTEGER NOT NULL DEFAULT 0,
  blob_bytes INTEGER NOT NULL DEFAULT 0,
  conflicts INTEGER NOT NULL DEFAULT 0
);

-- The operations of a device in an epoch and a scope; they outlive the device.
CREATE TABLE sync_stream (
  number INTEGER PRIMARY KEY,
  user INTEGER NOT NULL REFERENCES user (number) ON DELETE CASCADE,
  scope TEXT NOT NULL,
  device BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  dropped INTEGER NOT NULL DEFAULT 0,
  latest INTEGER NOT NULL,
  chain BLOB NOT NULL,
  UNIQUE (user, scope, device, epoch)
);

CREATE TABLE sync_batch (
  id INTEGER PRIMARY KEY,
  user INTEGER NOT NULL REFERENCES user (number) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  stream INTEGER NOT NULL REFERENCES sync_stream (number) ON DELETE CASCADE,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  body BLOB NOT NULL
);
CREATE UNIQUE INDEX sync_batch_number ON sync_batch (user, number, stream);
CREATE UNIQUE INDEX sync_batch_last ON sync_batch (stream, last, first, number);

CREATE TABLE sync_ack (
  device INTEGER NOT NULL REFERENCES device (number) ON DELETE CASCADE,
  stream INTEGER NOT NULL REFERENCES sync_stream (number) ON DELETE CASCADE,
  seq INTEGER NOT NULL,
  PRIMARY KEY (device, stream)
) WITHOUT ROWID;
CREATE INDEX sync_ack_stream ON sync_ack (stream);

-- In which epoch a device said hello last.
CREATE TABLE sync_epoch (
  device INTEGER NOT NULL REFERENCES device (number) ON DELETE CASCADE,
  scope TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  PRIMARY KEY (device, scope)
) WITHOUT ROWID;

-- What a device said that holds on it, as it said it; repair: the blob that it offers, zeros: none.
CREATE TABLE sync_digest (
  device INTEGER NOT NULL REFERENCES device (number) ON DELETE CASCADE,
  scope TEXT NOT NULL,
  vector BLOB NOT NULL,
  body TEXT NOT NULL,
  repair BLOB NOT NULL,
  PRIMARY KEY (device, scope)
) WITHOUT ROWID;

CREATE TABLE sync_snapshot (
  user INTEGER NOT NULL REFERENCES user (number) ON DELETE CASCADE,
  scope TEXT NOT NULL,
  blob BLOB NOT NULL,
  bytes INTEGER NOT NULL,
  vector BLOB NOT NULL,
  PRIMARY KEY (user, scope)
) WITHOUT ROWID;

CREATE TABLE sync_conflict (
  number INTEGER PRIMARY KEY,
  user INTEGER NOT NULL REFERENCES user (number) ON DELETE CASCADE,
  id BLOB NOT NULL,
  scope TEXT NOT NULL,
  tbl TEXT NOT NULL,
  device BLOB NOT NULL,
  time_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  body BLOB NOT NULL,
  UNIQUE (user, id)
);

CREATE TABLE sync_blob (
  number INTEGER PRIMARY KEY,
  user INTEGER NOT NULL REFERENCES user (number) ON DELETE CASCADE,
  id BLOB NOT NULL,
  bytes INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  body BLOB NOT NULL,
  UNIQUE (user, id)
);

CREATE TABLE key_envelope (
  user INTEGER PRIMARY KEY REFERENCES user (number) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  envelope TEXT NOT NULL
);

CREATE TABLE letter (
  number INTEGER PRIMARY KEY,
  device INTEGER NOT NULL REFERENCES device (number) ON DELETE CASCADE,
  sender BLOB NOT NULL,
  kind TEXT NOT NULL,
  body BLOB NOT NULL,
  time_ms INTEGER NOT NULL
);
CREATE INDEX letter_device ON letter (device, number);

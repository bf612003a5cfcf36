-- SPDX-License-Identifier: GPL-3.0-or-later
-- Who may sign in, with which devices. Times are ms since 1970, ids 16 random bytes. Foreign keys are enforced: what
-- refers to a user or a device with ON DELETE CASCADE goes with it.

CREATE TABLE user (
  number INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice
  id BLOB NOT NULL UNIQUE,
  name TEXT NOT NULL,                       -- as it was written
  name_key TEXT NOT NULL UNIQUE,            -- folded: the same for names that look the same
  password TEXT NOT NULL,                   -- Argon2id with its parameters and its salt
  disabled INTEGER NOT NULL,
  created_ms INTEGER NOT NULL
);

CREATE TABLE device (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  user INTEGER NOT NULL REFERENCES user (number) ON DELETE CASCADE,
  id BLOB NOT NULL,                         -- as it calls itself
  label BLOB,                               -- its name, sealed
  created_ms INTEGER NOT NULL,
  seen_ms INTEGER NOT NULL,
  state INTEGER NOT NULL,                   -- 0 live, 1 retired, 2 removed
  UNIQUE (user, id)
);

-- A signed-in device. Its refresh token is computed from the id and the generation with the cloud's key.
CREATE TABLE session (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL UNIQUE,
  user INTEGER NOT NULL REFERENCES user (number) ON DELETE CASCADE,
  device INTEGER NOT NULL REFERENCES device (number) ON DELETE CASCADE,
  generation INTEGER NOT NULL,              -- how often the token was replaced
  attempt TEXT,                             -- the mark that the last replacement came with
  expires_ms INTEGER NOT NULL
);

CREATE INDEX session_user ON session (user);
CREATE INDEX session_device ON session (device);
CREATE INDEX session_expires ON session (expires_ms);

-- SPDX-License-Identifier: GPL-3.0-or-later
-- Messages that wait for somebody, who is known to the hub, and where traces belong. Times are ns since 1970.

-- Messages with ack: each stays until its receiver has acknowledged it, or becomes a dead letter.
CREATE TABLE outbox (
  number INTEGER PRIMARY KEY,               -- order of arrival; a dead letter keeps it
  source TEXT NOT NULL,
  id TEXT NOT NULL,                         -- the sender's
  target TEXT NOT NULL,                     -- a kind or one channel, as the sender said
  type TEXT NOT NULL,
  priority INTEGER NOT NULL,
  stored INTEGER NOT NULL,
  expires INTEGER NOT NULL,                 -- 0: never
  size INTEGER NOT NULL,                    -- bytes of payload
  channel TEXT NOT NULL,                    -- whom it was sent to, empty: nobody so far
  seq INTEGER NOT NULL,                     -- its place among what that channel was sent, 0: none so far
  attempts INTEGER NOT NULL,
  payload BLOB NOT NULL,                    -- as the sender sent it
  UNIQUE (source, id)
);

-- What could not be delivered, for people to look at and to send again.
CREATE TABLE dead_letter (
  number INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  id TEXT NOT NULL,
  target TEXT NOT NULL,
  type TEXT NOT NULL,
  priority INTEGER NOT NULL,
  stored INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  size INTEGER NOT NULL,
  reason TEXT NOT NULL,                     -- an error code: expired, not_acknowledged, queue_full, declined
  died INTEGER NOT NULL,
  payload BLOB NOT NULL
);

-- Messages that are in the outbox no more: the sender may repeat one that he has not heard of.
CREATE TABLE message_seen (
  source TEXT NOT NULL,
  id TEXT NOT NULL,
  time INTEGER NOT NULL,
  handled INTEGER NOT NULL,                 -- 1: acknowledged, 0: given up
  PRIMARY KEY (source, id)
) WITHOUT ROWID;

CREATE INDEX message_seen_time ON message_seen (time);

-- How far each name has been counted. A name keeps its count while it is away.
CREATE TABLE channel (
  name TEXT PRIMARY KEY,                    -- kind/instance
  seq INTEGER NOT NULL,                     -- highest that was given to it
  last_seen INTEGER NOT NULL
) WITHOUT ROWID;

-- Facts about this store: epoch, by which receivers notice that they count for another store; first-seq, from which
-- channels are counted that are not in the table above.
CREATE TABLE router_meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- Programs that were paired.
CREATE TABLE client (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  token_hash BLOB NOT NULL UNIQUE,          -- SHA-256; the token is nowhere
  created INTEGER NOT NULL,
  last_used INTEGER NOT NULL
) WITHOUT ROWID;

-- Folders that people work in.
CREATE TABLE workspace (
  id TEXT PRIMARY KEY,
  folder TEXT NOT NULL UNIQUE,              -- real path
  name TEXT NOT NULL,
  created INTEGER NOT NULL,
  last_used INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE debug_session (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,               -- empty: none
  host_user TEXT NOT NULL,
  name TEXT NOT NULL,
  started INTEGER NOT NULL,
  ended INTEGER NOT NULL                    -- 0: it goes on
) WITHOUT ROWID;

-- Which workspace and debug session a trace belongs to.
CREATE TABLE trace_place (
  number INTEGER PRIMARY KEY,               -- trace.number
  workspace_id TEXT NOT NULL,               -- empty: none
  session_id TEXT NOT NULL                  -- empty: none
);

CREATE INDEX trace_place_workspace ON trace_place (workspace_id) WHERE workspace_id <> '';
CREATE INDEX trace_place_session ON trace_place (session_id) WHERE session_id <> '';

-- SPDX-License-Identifier: GPL-3.0-or-later
-- Traces, logs and metrics as columnar segments.

-- Facts about this store: keys of the hashes, made at creation.
CREATE TABLE trace_meta (
  key TEXT PRIMARY KEY,
  value
) WITHOUT ROWID;

-- Service names, interned for the whole store; gone when the last segment that names one is.
CREATE TABLE service (
  id INTEGER PRIMARY KEY,
  name BLOB NOT NULL UNIQUE
);

-- One row a trace, numbered in order of arrival. There is no index on trace_id: see trace_run.
CREATE TABLE trace (
  number INTEGER PRIMARY KEY,
  trace_id BLOB NOT NULL,
  t0 INTEGER NOT NULL,          -- earliest start, ns since 1970
  t1 INTEGER NOT NULL,          -- latest end
  spans INTEGER NOT NULL,
  logs INTEGER NOT NULL,
  errors INTEGER NOT NULL,
  flags INTEGER NOT NULL,       -- 1: has a location, 2: the name is a root span's
  name_start INTEGER NOT NULL,  -- start of the span that gave the name
  name TEXT NOT NULL,
  services BLOB NOT NULL,       -- varints: service ids in order of appearance
  parts BLOB NOT NULL,          -- varints, delta: ordinals of spans, one for each part they came in
  log_parts BLOB NOT NULL       -- the same for logs
);

-- Sorted (keyed hash of trace_id, number) of 65,536 traces, or of several such runs merged.
CREATE TABLE trace_run (
  id INTEGER PRIMARY KEY,
  first_number INTEGER NOT NULL,
  last_number INTEGER NOT NULL,
  keys BLOB NOT NULL,           -- all hashes (8 bytes each, ascending), then all numbers - first_number (4 bytes)
  filter BLOB NOT NULL          -- says for most absent ids that they are absent
);

-- Parts (state 0, rows of one commit, uncompressed) and segments (state 1, sealed). id is the ordinal of the first row.
CREATE TABLE segment (
  signal INTEGER NOT NULL,      -- 0 traces, 1 logs, 2 metrics
  id INTEGER NOT NULL,
  state INTEGER NOT NULL,
  t0 INTEGER NOT NULL,
  t1 INTEGER NOT NULL,
  n INTEGER NOT NULL,
  last INTEGER NOT NULL,        -- ordinal after its last row
  first_trace INTEGER NOT NULL, -- lowest and highest trace number
  last_trace INTEGER NOT NULL,
  services BLOB NOT NULL,       -- varints: service id, rows, errors, sum and maximum of durations in ns
  max_duration INTEGER NOT NULL,
  errors INTEGER NOT NULL,
  arrived INTEGER NOT NULL,     -- seconds since 1970
  revision INTEGER NOT NULL,    -- counts rewrites, for caches
  PRIMARY KEY (signal, id)
) WITHOUT ROWID;

CREATE TABLE segment_data (
  id INTEGER PRIMARY KEY,
  lod BLOB,                     -- spans by bucket of start and service, for the overview
  bloom BLOB,                   -- keyed, of the words in the dictionary
  hot BLOB NOT NULL,
  dictionary BLOB NOT NULL,
  extra BLOB NOT NULL
);

-- Hashes of the last bodies that were taken in, a ring.
CREATE TABLE seen_body (
  slot INTEGER PRIMARY KEY,
  hash BLOB NOT NULL
);

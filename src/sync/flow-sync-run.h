/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "message/flow-json-writer.h"
#include "sync/flow-sync.h"

G_BEGIN_DECLS

/** FLOW_SYNC_RUNS_KEPT: so many are remembered; beyond it the oldest are forgotten. */
#define FLOW_SYNC_RUNS_KEPT 10000

/**
 * FlowSyncRun:
 * @number: counts them, 0: not written so far
 * @start_ns: when it began, since 1970
 * @end_ns: when it ended
 * @reason: commit, push, interval, start, manual or setup
 * @sent: operations that the cloud accepted
 * @received: operations that were taken
 * @bytes_up: bytes that went out, sealed
 * @bytes_down: bytes that came in
 * @raw_bytes: all of these before they were compressed
 * @conflicts: conflicts that were found
 * @error: (nullable): why it ended early: the code of an error, a space, and a message
 *
 * One time that something was sent or fetched.
 */
typedef struct
{
  guint64 number;
  gint64 start_ns;
  gint64 end_ns;
  const char *reason;
  guint64 sent;
  guint64 received;
  guint64 bytes_up;
  guint64 bytes_down;
  guint64 raw_bytes;
  guint64 conflicts;
  const char *error;
} FlowSyncRun;

gboolean flow_sync_run_write (const FlowSyncRun *self, sqlite3 *db, GError **error);
gboolean flow_sync_runs_write_json (sqlite3 *db, guint64 before, guint limit, FlowJsonWriter *json, GError **error);

G_END_DECLS

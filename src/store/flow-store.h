/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>
#include <sqlite3.h>

#include "base/flow-context.h"
#include "store/flow-store-watch.h"

G_BEGIN_DECLS

#define FLOW_TYPE_STORE (flow_store_get_type ())
G_DECLARE_FINAL_TYPE (FlowStore, flow_store, FLOW, STORE, GObject)

/**
 * FlowStoreFunc:
 * @db: the writing connection
 * @data: what was pushed with the job
 * @error: return location
 *
 * Does a job on the writer thread, inside the group's transaction.
 *
 * A failing job is undone alone: the database part by the store (a SAVEPOINT), whatever it changed in memory by itself.
 * A `FLOW_ERROR_DISK_FULL` or `FLOW_ERROR_CORRUPT` undoes the whole group.
 *
 * Returns: %FALSE with @error set when the job must not be kept
 */
typedef gboolean (*FlowStoreFunc) (sqlite3 *db, gpointer data, GError **error);

/**
 * FlowStoreDoneFunc:
 * @data: what was pushed with the job
 * @error: (nullable): %NULL when the job is durable
 *
 * Learns on the writer thread how a job ended: after COMMIT, or that nothing of it was kept.
 */
typedef void (*FlowStoreDoneFunc) (gpointer data, const GError *error);

/**
 * FlowStoreParticipant:
 * @open: once, after the migrations and before the first job, outside a transaction
 * @before_commit: once a transaction, after its jobs: writes what they gathered. %FALSE rolls the whole transaction
 *   back and every job of it gets the error
 * @after_commit: the group is durable now; comes before the jobs' done callbacks
 * @rolled_back: the transaction is gone: memory must be made what the database says
 * @idle: nothing is queued: does one bounded step of housekeeping with a transaction of its own (flow_store_begin()).
 *   Returns the monotonic time in us when it wants to be called again, 0 for at once if still idle,
 *   -1 for not before the next commit
 * @close: before the connection closes, outside a transaction
 *
 * Somebody who keeps state in memory that belongs to the database. Everything is called on the writer thread; each
 * member may be %NULL.
 */
typedef struct
{
  gboolean (*open) (gpointer self, sqlite3 *db, GError **error);
  gboolean (*before_commit) (gpointer self, sqlite3 *db, GError **error);
  void (*after_commit) (gpointer self, sqlite3 *db);
  void (*rolled_back) (gpointer self, sqlite3 *db);
  gint64 (*idle) (gpointer self, sqlite3 *db, gint64 now_us);
  void (*close) (gpointer self, sqlite3 *db);
} FlowStoreParticipant;

/**
 * FlowStoreStats:
 * @waiting: jobs pushed and not yet answered
 * @waiting_bytes: bytes these jobs were announced with
 * @commits: transactions committed for jobs
 * @jobs: jobs made durable
 * @failed: jobs that failed
 * @refused: pushes refused because the queue was full
 * @rollbacks: transactions rolled back as a whole
 * @checkpoints: checkpoints that moved the whole WAL into the database
 * @checkpoints_blocked: checkpoints that a reader kept from finishing
 * @wal_bytes: length of the part of the WAL in use after the last commit
 * @tidied: times that vacuum and checkpoint ran to the end while idle
 * @slow_queries: statements of this process over the slow-query limit, writer and readers
 * @reserve_ready: whether the reserve file is in place
 * @last_error: message of the newest failure, "" when there was none
 *
 * What the store has done so far.
 */
typedef struct
{
  guint64 waiting;
  guint64 waiting_bytes;
  guint64 commits;
  guint64 jobs;
  guint64 failed;
  guint64 refused;
  guint64 rollbacks;
  guint64 checkpoints;
  guint64 checkpoints_blocked;
  guint64 wal_bytes;
  guint64 tidied;
  guint64 slow_queries;
  gboolean reserve_ready;
  char last_error[256];
} FlowStoreStats;

FlowStore *flow_store_new (FlowContext *context);
FlowStore *flow_store_new_at (const char *path, const char *migrations_path);
void flow_store_add_participant (FlowStore *self, const FlowStoreParticipant *participant, gpointer data);
void flow_store_set_limits (FlowStore *self, guint max_jobs, gsize max_bytes);
gboolean flow_store_open (FlowStore *self, GError **error);
gboolean flow_store_open_watched (FlowStore *self, const FlowStoreWatch *watch, GError **error);
gboolean flow_store_push (FlowStore *self, gsize bytes, FlowStoreFunc run, FlowStoreDoneFunc done, gpointer data,
                          GDestroyNotify destroy, GError **error);
gboolean flow_store_run (FlowStore *self, FlowStoreFunc run, gpointer data, GError **error);
void flow_store_close (FlowStore *self);
void flow_store_get_stats (FlowStore *self, FlowStoreStats *stats);
gboolean flow_store_tidy (FlowStore *self, guint wait_ms, GError **error);
gboolean flow_store_release_reserve (FlowStore *self, GError **error);
gboolean flow_store_has_room (FlowStore *self, GError **error);

gboolean flow_store_begin (sqlite3 *db, GError **error);
gboolean flow_store_commit (sqlite3 *db, GError **error);
void flow_store_rollback (sqlite3 *db);

sqlite3 *flow_store_open_reader (const char *path, GError **error);
void flow_store_set_slow_query_ms (guint milliseconds);

G_END_DECLS

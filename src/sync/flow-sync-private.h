/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sync/flow-sync-batch-header.h"
#include "sync/flow-sync-mend.h"
#include "sync/flow-sync-row.h"
#include "sync/flow-sync-statement.h"

G_BEGIN_DECLS

/** FLOW_SYNC_TXN_OPS: operations of a transaction at most; a larger one becomes several. */
#define FLOW_SYNC_TXN_OPS 1000

/** FLOW_SYNC_TXN_BYTES: bytes of a transaction at most, so that it fits into a batch. */
#define FLOW_SYNC_TXN_BYTES (192 * 1024)

/** FLOW_SYNC_STREAMS_MAX: streams beyond which nobody gets another one who has not shown that he has the key. */
#define FLOW_SYNC_STREAMS_MAX 16384

/* Why a record is in quarantine: its table refuses what others wrote; what was written here cannot be sent. */
#define FLOW_SYNC_SIDE_THEIRS ""
#define FLOW_SYNC_SIDE_MINE "mine"

/* What is kept under a name in sync_meta. */
#define FLOW_SYNC_META_ON "on"
#define FLOW_SYNC_META_DEVICE "device"
#define FLOW_SYNC_META_EPOCH "epoch"
#define FLOW_SYNC_META_MACHINE "machine"
#define FLOW_SYNC_META_OFFSET "offset"
#define FLOW_SYNC_META_RECOVER "recover"
#define FLOW_SYNC_META_TOLD "told"
#define FLOW_SYNC_META_TIDIED "tidied"

/** FlowSyncMending: what is known of the digests of a scope. */
typedef struct _FlowSyncMending FlowSyncMending;

struct _FlowSync
{
  GPtrArray *tables; /* const FlowSyncTable */
  const FlowClock *clock;
  void (*random) (guint8 *out, gsize size, gpointer data);
  gpointer random_data;
  char *machine;
  FlowSyncResolution resolution;
  GHashTable *mendings; /* scope -> FlowSyncMending */
  gboolean has_digest_key;
  guint8 digest_key[FLOW_SYNC_DIGEST_KEY_SIZE];
  guint unreported; /* own operations that nobody who asked has heard of */

  sqlite3 *db;
  sqlite3_stmt *stmts[FLOW_SYNC_N_STMTS];

  /* What the database says; looked up again after an error. */
  gboolean loaded;
  gboolean on;
  gboolean recovering;
  guint8 device[FLOW_SYNC_DEVICE_SIZE];
  guint64 epoch;
  gint64 offset_ms;
  guint64 hlc;
  GPtrArray *streams;   /* FlowSyncStream: they stay, rows point to them */
  GHashTable *contexts; /* id -> FlowSyncContext */
};

/* flow-sync-state.c */
gboolean flow_sync_load (FlowSync *self, GError **error);
gboolean flow_sync_failed (FlowSync *self);
gboolean flow_sync_meta_set (FlowSync *self, const char *name, gint64 value, GError **error);
gboolean flow_sync_meta_get (FlowSync *self, const char *name, gint64 *value, GError **error);
gboolean flow_sync_meta_set_blob (FlowSync *self, const char *name, gconstpointer data, gsize size, GError **error);
GBytes *flow_sync_meta_get_blob (FlowSync *self, const char *name, GError **error);
FlowSyncStream *flow_sync_find_stream (FlowSync *self, const char *scope, const guint8 *device, guint64 epoch);
FlowSyncStream *flow_sync_get_stream (FlowSync *self, const char *scope, const guint8 *device, guint64 epoch,
                                      GError **error);
FlowSyncStream *flow_sync_get_own_stream (FlowSync *self, const char *scope, GError **error);
FlowSyncStream *flow_sync_find_stream_by_id (FlowSync *self, gint64 id);
gboolean flow_sync_store_streams (FlowSync *self, GError **error);
gboolean flow_sync_is_own (FlowSync *self, const FlowSyncStream *stream);
FlowSyncContext *flow_sync_load_context (FlowSync *self, gint64 id, GError **error);
FlowSyncContext *flow_sync_keep_context (FlowSync *self, FlowSyncContext *context, GError **error);
FlowSyncContext *flow_sync_make_own_context (FlowSync *self, const FlowSyncStream *own, GError **error);
FlowSyncVector *flow_sync_context_to_vector (FlowSync *self, const FlowSyncContext *context);
guint64 flow_sync_tick (FlowSync *self);

/* flow-sync-row-store.c */
FlowSyncRow *flow_sync_row_load (FlowSync *self, const char *table, GBytes *key, GError **error);
gboolean flow_sync_row_number (FlowSync *self, FlowSyncRow *row, GError **error);
gboolean flow_sync_row_store (FlowSync *self, FlowSyncRow *row, GError **error);
gboolean flow_sync_get_number (FlowSync *self, const FlowSyncStream *stream, guint64 seq, guint64 *number,
                               GError **error);

/**
 * FlowSyncChange:
 * @sync: the engine
 * @rows: (element-type FlowSyncRow FlowSyncRow): all rows that are touched, each once
 * @ops: (element-type FlowSyncOp): own operations that are not written down yet
 * @seed: they are of records that were there before
 * @applied: what it did so far
 *
 * What happens to records in one call: rows are read once, changed in memory, and written at its end.
 */
typedef struct
{
  FlowSync *sync;
  GHashTable *rows;
  GPtrArray *ops;
  gboolean seed;
  FlowSyncApplied applied;
} FlowSyncChange;

/* flow-sync-change.c */
void flow_sync_change_init (FlowSyncChange *self, FlowSync *sync);
void flow_sync_change_clear (FlowSyncChange *self);
FlowSyncRow *flow_sync_change_get_row (FlowSyncChange *self, const char *table, GBytes *key, GError **error);
void flow_sync_change_add_op (FlowSyncChange *self, FlowSyncOp *op);
gboolean flow_sync_change_write_ops (FlowSyncChange *self, GError **error);
gboolean flow_sync_change_end (FlowSyncChange *self, GError **error);

/* flow-sync-finish.c */
gboolean flow_sync_finish_row (FlowSyncChange *change, FlowSyncRow *row, GError **error);
gboolean flow_sync_materialize (FlowSync *self, GPtrArray *rows, GError **error);

gboolean flow_sync_is_grave (FlowSync *self, const GError *error);

/* flow-sync-capture.c */
char *flow_sync_get_row_scope (const FlowSyncTable *table, GBytes *key);
GBytes *flow_sync_make_group (const FlowSyncRecord *record, guint first, guint n, const FlowSyncRow *row);

/* flow-sync-apply.c */
gboolean flow_sync_merge_op (FlowSyncChange *change, FlowSyncStream *stream, guint64 seq, FlowSyncContext *context,
                             const FlowSyncOp *op, gboolean late, GError **error);

/* flow-sync-collect.c */
gboolean flow_sync_get_acked (FlowSync *self, const FlowSyncStream *stream, guint64 *acked, GError **error);
gboolean flow_sync_get_peer_seq (FlowSync *self, const char *peer, const FlowSyncStream *stream, guint64 *seq,
                                 GError **error);
gboolean flow_sync_set_peer_seq (FlowSync *self, gconstpointer peer, gsize size, const FlowSyncStream *stream,
                                 guint64 seq, GError **error);

/* flow-sync-quarantine.c */
gboolean flow_sync_count_quarantine (FlowSync *self, guint64 *n, GError **error);
gboolean flow_sync_quarantine_record (FlowSync *self, const char *side, const char *table, GBytes *key,
                                      const GError *why, GError **error);
gboolean flow_sync_quarantine_has (FlowSync *self, const char *side, const char *table, GBytes *key, gboolean *has,
                                   GError **error);
gboolean flow_sync_quarantine_release (FlowSync *self, const char *side, const char *table, GBytes *key,
                                       GError **error);
gboolean flow_sync_quarantine_ops (FlowSync *self, const char *scope, const FlowSyncDot *dot, guint n_ops,
                                   gconstpointer body, gsize size, const GError *why, GError **error);
gboolean flow_sync_take_late (FlowSyncChange *change, FlowSyncOps *ops, guint from, guint until, guint *n,
                              GError **error);

/* flow-sync-unread.c */
gboolean flow_sync_settle_sealed (FlowSync *self, const FlowSyncStream *stream, guint64 from, GError **error);
gboolean flow_sync_take_skipped (FlowSyncChange *change, const FlowSyncStream *stream, FlowSyncOps *ops,
                                 GError **error);

/* flow-sync-renew.c */
gboolean flow_sync_renew (FlowSync *self, gboolean device, GError **error);
gboolean flow_sync_recover_op (FlowSyncChange *change, FlowSyncStream *stream, guint64 seq, const FlowSyncOp *op,
                               gboolean *known, GError **error);
gboolean flow_sync_forget_orphans (FlowSync *self, const FlowSyncStream *stream, guint64 seq, GError **error);
gboolean flow_sync_end_recovery (FlowSync *self, GError **error);
gboolean flow_sync_aim_recovery (FlowSync *self, const FlowSyncWelcomeScope *scope, GError **error);
gboolean flow_sync_finish_recovery (FlowSync *self, GError **error);

/* flow-sync-tidy.c */
gboolean flow_sync_forget_numbers (FlowSync *self, const char *all, guint limit, gboolean *finished, GError **error);
gboolean flow_sync_note_settled (FlowSync *self, const FlowSyncWelcomeScope *scope, GError **error);
gboolean flow_sync_plan_snapshot (FlowSync *self, const FlowSyncWelcomeScope *scope, gboolean *wanted, GError **error);

/* flow-sync-mend.c */
void flow_sync_mending_free (gpointer mending);
void flow_sync_write_digest (FlowSync *self, const char *scope, const FlowSyncVector *here, FlowJsonWriter *json);
void flow_sync_plan_mending (FlowSync *self, const FlowSyncWelcomeScope *scope, const FlowSyncVector *here,
                             FlowSyncPlan *plan);
void flow_sync_note_joined (FlowSync *self, const char *scope, const char *blob);
GPtrArray *flow_sync_list_differing (FlowSync *self, const char *scope, const FlowSyncVector *here);
void flow_sync_get_difference (FlowSync *self, FlowSyncDifference *difference);

/* flow-sync-hello.c */
gboolean flow_sync_get_numbered (FlowSync *self, const FlowSyncStream *own, guint64 *seq, GError **error);
gboolean flow_sync_read_chain (FlowSync *self, const FlowSyncStream *stream, guint64 seq, guint8 *chain,
                               GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowSyncChange, flow_sync_change_clear)

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sync/flow-sync.h"

G_BEGIN_DECLS

/** FLOW_SYNC_SNAPSHOT_OPS: after so many operations a snapshot is worth while. */
#define FLOW_SYNC_SNAPSHOT_OPS 10000

/** FLOW_SYNC_SNAPSHOT_DAYS: after so many days one is, when there was any operation. */
#define FLOW_SYNC_SNAPSHOT_DAYS 7

/** FLOW_SYNC_SNAPSHOT_AGAIN_MS: so long none is written after one that could not be stored. */
#define FLOW_SYNC_SNAPSHOT_AGAIN_MS (G_GINT64_CONSTANT (6) * 3600 * 1000)

/** FLOW_SYNC_TIDY_MS: how often what nobody needs any more is looked for. */
#define FLOW_SYNC_TIDY_MS (G_GINT64_CONSTANT (24) * 3600 * 1000)

/** FLOW_SYNC_DELETED_MS: so long a deleted record is remembered at least: longer than a silent device is waited for. */
#define FLOW_SYNC_DELETED_MS (G_GINT64_CONSTANT (100) * 24 * 3600 * 1000)

/** FLOW_SYNC_SNAPSHOT_MAGIC: how a snapshot begins. */
#define FLOW_SYNC_SNAPSHOT_MAGIC "FSS1"

/** FLOW_SYNC_REPAIR_MAGIC: how a repair begins. */
#define FLOW_SYNC_REPAIR_MAGIC "FSR1"

/*
 * A snapshot is what holds of a scope, and what is known of it there:
 *
 * "FSS1" | v n, n x stream | v n, n x context | cells to the end
 * stream = device[16] | v epoch | v seq | u64 hlc | chain[32] | v context
 * context = v n, n x (v stream | v seq)
 * cell = b table | b key | b field | b item | v stream | v seq | u64 hlc | v context | v number | u8 flags | b value
 *
 * Streams and contexts are named by their place, contexts from 1: 0 is none. v is a varint, b a varint and so many
 * bytes.
 *
 * A repair is the same of some tables, beginning with "FSR1", with u8 proof between flags and value.
 */

/**
 * FlowSyncTidy:
 * @step: what is looked at
 * @name: (nullable): the table of the last record that was looked at
 * @key: (nullable): its key
 * @stream: the place of the stream that is at its turn
 * @finished: whether all was looked at
 *
 * How far tidying is; begins zeroed, ends with flow_sync_tidy_clear().
 */
typedef struct
{
  guint step;
  char *name;
  GBytes *key;
  guint stream;
  gboolean finished;
} FlowSyncTidy;

GBytes *flow_sync_write_snapshot (FlowSync *self, const char *scope, FlowSyncVector **vector, GError **error);
gboolean flow_sync_read_snapshot (FlowSync *self, const char *scope, GBytes *snapshot, FlowSyncApplied *applied,
                                  GError **error);
gboolean flow_sync_put_off_snapshot (FlowSync *self, const char *scope, GError **error);
gboolean flow_sync_wants_tidy (FlowSync *self);
gboolean flow_sync_tidy_piece (FlowSync *self, FlowSyncTidy *at, guint limit, GError **error);
void flow_sync_tidy_clear (FlowSyncTidy *at);
gboolean flow_sync_tidy (FlowSync *self, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowSyncTidy, flow_sync_tidy_clear)

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sync/flow-sync.h"

G_BEGIN_DECLS

/** FLOW_SYNC_DIGEST_MS: how often a digest is made at most, when what is known keeps changing. */
#define FLOW_SYNC_DIGEST_MS (G_GINT64_CONSTANT (3600) * 1000)

/** FLOW_SYNC_JOINS_MAX: how many repairs are read at most while what is known stays the same. */
#define FLOW_SYNC_JOINS_MAX 6

void flow_sync_set_digest_key (FlowSync *self, const guint8 *key);
gboolean flow_sync_wants_digest (FlowSync *self, gboolean *wanted, GError **error);
gboolean flow_sync_take_digests (FlowSync *self, GPtrArray *digests, gboolean *fresh, GError **error);
GBytes *flow_sync_write_repair (FlowSync *self, const char *scope, GError **error);
void flow_sync_offer_repair (FlowSync *self, const char *scope, const char *blob);
gboolean flow_sync_read_repair (FlowSync *self, const char *scope, const char *blob, GBytes *repair,
                                FlowSyncApplied *applied, GError **error);
void flow_sync_skip_repair (FlowSync *self, const char *scope, const char *blob);

G_END_DECLS

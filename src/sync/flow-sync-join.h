/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sync/flow-sync-private.h"

G_BEGIN_DECLS

/* How sure it is what was written. */
#define FLOW_SYNC_PROOF_BROKEN 0
#define FLOW_SYNC_PROOF_NONE 1
#define FLOW_SYNC_PROOF_WRITER 2
#define FLOW_SYNC_PROOF_LOG 3

/**
 * FlowSyncContent:
 * @hlc: its clock
 * @flags: of its operation
 * @value: what was written
 * @proof: FLOW_SYNC_PROOF_…
 *
 * What a write says.
 */
typedef struct
{
  guint64 hlc;
  guint flags;
  GBytes *value;
  guint proof;
} FlowSyncContent;

void flow_sync_content_clear (FlowSyncContent *self);
gboolean flow_sync_prove (FlowSync *self, const char *table, GBytes *key, const FlowSyncCell *cell,
                          FlowSyncContent *content, GError **error);
gboolean flow_sync_join_write (FlowSyncChange *change, FlowSyncRow *row, FlowSyncCell *cell,
                               const FlowSyncContent *theirs, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowSyncContent, flow_sync_content_clear)

G_END_DECLS

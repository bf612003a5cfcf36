/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sync/flow-sync-private.h"

G_BEGIN_DECLS

gboolean flow_sync_find_base (FlowSync *sync, const FlowSyncRow *row, const FlowSyncPlace *place, GBytes **base,
                              GError **error);
GBytes *flow_sync_merge_texts (GBytes *base, GBytes *first, GBytes *second, gboolean both);

G_END_DECLS

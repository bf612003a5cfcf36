/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <sqlite3.h>

#include "hub/sync/tables/flow-mirror-entries.h"

G_BEGIN_DECLS

GPtrArray *flow_mirror_exchange (sqlite3 *db, FlowMirrorTable table, GPtrArray *here, GPtrArray *before, gint64 now_ns,
                                 GPtrArray *held, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "trace/flow-span-batch.h"

G_BEGIN_DECLS

/** FlowTraceTotals: how much is stored. */
typedef struct
{
  gint64 traces;
  gint64 rows[FLOW_N_SIGNALS];
} FlowTraceTotals;

gboolean flow_trace_totals_load (FlowTraceTotals *self, sqlite3 *db, GError **error);

G_END_DECLS

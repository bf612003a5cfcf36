/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <sqlite3.h>

#include "message/flow-json-writer.h"
#include "text/flow-text.h"

G_BEGIN_DECLS

/** FLOW_EDIT_HISTORY_LIMIT: how many entries come when nobody says how many. */
#define FLOW_EDIT_HISTORY_LIMIT 100
/** FLOW_EDIT_HISTORY_MAX: how many entries come at most. */
#define FLOW_EDIT_HISTORY_MAX 1000

/* From the database, on any thread */
gboolean flow_edit_history_write_sessions (const char *database, FlowJsonWriter *writer, GError **error);
gboolean flow_edit_history_write_journal (const char *database, const char *id, guint64 before, guint limit,
                                          FlowJsonWriter *writer, GError **error);
gboolean flow_edit_history_write_text (const char *database, const char *id, gint64 revision, FlowJsonWriter *writer,
                                       GError **error);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "app/connections/flow-entry.h"

G_BEGIN_DECLS

gboolean flow_connection_is_editor (FlowEntry *channel);
gboolean flow_connection_knows_kind (const char *kind);
const char *flow_connection_text_kind (const char *kind);
const char *flow_connection_text_icon (const char *kind);
char *flow_connection_text_name (FlowEntry *channel);
char *flow_connection_text_counts (GListModel *channels);
char *flow_connection_text_editor (GListModel *channels);
char *flow_connection_text_when (gint64 time_ns, gint64 now_ns);
char *flow_connection_text_ms (double ms);

G_END_DECLS

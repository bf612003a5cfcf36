/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/sync/flow-sync-board.h"

G_BEGIN_DECLS

const char *flow_sync_words_state (FlowSyncState state);
const char *flow_sync_words_icon (FlowSyncState state);
char *flow_sync_words_about (FlowSyncBoard *board, gint64 now_ns);
char *flow_sync_words_changes (gint64 n);
char *flow_sync_words_pending (JsonObject *status);
char *flow_sync_words_speed (JsonObject *status);
char *flow_sync_words_line (FlowSyncBoard *board);
const char *flow_sync_words_table (const char *table);
char *flow_sync_words_counts (JsonObject *counts);
const char *flow_sync_words_field (const char *field);
char *flow_sync_words_value (JsonNode *value);
char *flow_sync_words_seconds (gint64 seconds);
const char *flow_sync_words_keeper (const char *kind);

G_END_DECLS

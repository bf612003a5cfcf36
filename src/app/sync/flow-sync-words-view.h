/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define FLOW_TYPE_SYNC_WORDS_VIEW (flow_sync_words_view_get_type ())
G_DECLARE_FINAL_TYPE (FlowSyncWordsView, flow_sync_words_view, FLOW, SYNC_WORDS_VIEW, AdwBin)

GtkWidget *flow_sync_words_view_new (void);
void flow_sync_words_view_set_words (FlowSyncWordsView *self, JsonArray *words);
gboolean flow_sync_words_view_is_kept (FlowSyncWordsView *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/connections/flow-entry.h"

G_BEGIN_DECLS

char *flow_edit_words_title (FlowEntry *edit);
char *flow_edit_words_what (FlowEntry *edit);
char *flow_edit_words_length (gint64 length);
char *flow_edit_words_who (FlowEntry *edit, const char *name);
char *flow_edit_words_end (FlowEntry *edit, JsonObject *end);
const char *flow_edit_words_end_state (JsonObject *end);
const char *flow_edit_words_end_icon (JsonObject *end);
char *flow_edit_words_ends (FlowEntry *edit);
const char *flow_edit_words_choice (const char *choice);
const char *flow_edit_words_reason (const char *reason);
char *flow_edit_words_deed (FlowEntry *edit, FlowEntry *entry);
char *flow_edit_words_time (gint64 time_ns, gint64 now_ns);
char *flow_edit_words_counts (guint n_open, guint n_conflicts);

G_END_DECLS

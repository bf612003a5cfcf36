/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define FLOW_TYPE_ENTRY (flow_entry_get_type ())
G_DECLARE_FINAL_TYPE (FlowEntry, flow_entry, FLOW, ENTRY, GObject)

FlowEntry *flow_entry_new (const char *key, JsonObject *members);
const char *flow_entry_get_key (FlowEntry *self);
void flow_entry_take (FlowEntry *self, JsonObject *members);
const char *flow_entry_get_text (FlowEntry *self, const char *member);
gint64 flow_entry_get_number (FlowEntry *self, const char *member);
gboolean flow_entry_get_flag (FlowEntry *self, const char *member);
gint64 flow_entry_get_time (FlowEntry *self, const char *member);
JsonArray *flow_entry_get_list (FlowEntry *self, const char *member);
JsonObject *flow_entry_get_object (FlowEntry *self, const char *member);
void flow_entry_sync (GListStore *store, GPtrArray *entries);

G_END_DECLS

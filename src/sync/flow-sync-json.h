/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>

#include "sync/flow-sync-vector.h"

G_BEGIN_DECLS

/* Getters that check: what is missing or of another type is nothing. */

const char *flow_sync_json_text (JsonObject *object, const char *name);
gint64 flow_sync_json_int (JsonObject *object, const char *name);
gboolean flow_sync_json_bool (JsonObject *object, const char *name);
JsonObject *flow_sync_json_object (JsonObject *object, const char *name);
JsonArray *flow_sync_json_array (JsonObject *object, const char *name);
JsonObject *flow_sync_json_element (JsonArray *array, guint index);
gboolean flow_sync_json_device (JsonObject *object, guint8 *device);
FlowSyncVector *flow_sync_json_vector (JsonArray *array);
gboolean flow_sync_json_is_blob (const char *name);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

JsonObject *flow_json_read_object (const char *text, gsize length, GError **error);
const char *flow_json_get_string (JsonObject *object, const char *name);
gint64 flow_json_get_int (JsonObject *object, const char *name);
gboolean flow_json_get_bool (JsonObject *object, const char *name);
JsonObject *flow_json_get_object (JsonObject *object, const char *key);
JsonArray *flow_json_get_array (JsonObject *object, const char *key);

G_END_DECLS

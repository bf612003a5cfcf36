/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

gboolean flow_schema_check (JsonObject *schema, JsonNode *value, const char *at, char **path, char **problem);
char *flow_schema_find_unknown (JsonObject *schema);

G_END_DECLS

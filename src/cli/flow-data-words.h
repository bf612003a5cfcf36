/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

JsonObject *flow_data_words_parse (const char *json, const char *const *words, JsonObject *schema, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gssize flow_http_text_find_end (const char *text, gsize length, gsize *scanned);
gboolean flow_http_text_is_token (const char *text, const char *end);
gboolean flow_http_text_is_target (const char *text);
const char *flow_http_text_split_header (char *line, char *end);
gboolean flow_http_text_has_word (const char *list, const char *word);

G_END_DECLS

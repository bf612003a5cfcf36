/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>
#include <pango/pango.h>

G_BEGIN_DECLS

char *flow_edit_diff_text (JsonArray *diff, PangoAttrList *attributes);
char *flow_edit_diff_say (JsonArray *diff);
gint64 flow_edit_diff_line (JsonArray *diff);

G_END_DECLS

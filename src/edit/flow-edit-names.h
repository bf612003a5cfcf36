/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

const char *flow_edit_extension (const char *type);
char *flow_edit_file_name (const char *short_id, const char *type);
char *flow_edit_file_name_get_short (const char *name);

G_END_DECLS

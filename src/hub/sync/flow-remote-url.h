/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *flow_remote_url_check (const char *text, GError **error);
char *flow_remote_url_get_host (const char *url);
gboolean flow_remote_url_is_local (const char *url);

G_END_DECLS

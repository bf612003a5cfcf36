/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define FLOW_RESERVE_BYTES (16 * 1024 * 1024)

gboolean flow_reserve_is_ready (const char *path);
gboolean flow_reserve_make (const char *path);
gboolean flow_reserve_is_safe (const char *path);
gboolean flow_reserve_release (const char *path, GError **error);

G_END_DECLS

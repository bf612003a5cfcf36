/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *flow_lock_holders_describe (const char *path, gint64 first, gint64 last);

G_END_DECLS

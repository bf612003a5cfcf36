/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean flow_unit_start (const char *unit, GError **error);

G_END_DECLS

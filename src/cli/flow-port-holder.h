/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean flow_port_holder_find (guint port, char **holder, gint64 *pid);

G_END_DECLS

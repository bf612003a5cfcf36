/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

GPtrArray *flow_listen_loopback (guint port, guint *chosen, GError **error);

G_END_DECLS

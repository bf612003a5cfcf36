/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

void flow_spawn_set_open_files (guint64 soft_limit);
gboolean flow_spawn_detached (const char *const *argv, GError **error);
gboolean flow_spawn_watched (const char *const *argv, GPid *pid, GError **error);
guint64 flow_spawn_get_birth (GPid pid);
int flow_spawn_open_process (GPid pid, guint64 birth);
gboolean flow_spawn_supervised (const char *const *argv, const char *const *environment, int *exit_status,
                                GError **error);

G_END_DECLS

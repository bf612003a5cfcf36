/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FLOW_HOST_ROOT:
 *
 * Where Flatpak shows the system outside the sandbox.
 */
#define FLOW_HOST_ROOT "/run/host"

gboolean flow_host_is_outside (void);
char *flow_host_find_program (const char *name);
char *flow_host_find_below (const char *root, const char *name);
char **flow_host_command (const char *const *argv, gboolean outside);

G_END_DECLS

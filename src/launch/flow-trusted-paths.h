/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowTrustedPaths:
 *
 * The folders and files that the user said yes to once, remembered in a file of one path a line.
 */
typedef struct _FlowTrustedPaths FlowTrustedPaths;

FlowTrustedPaths *flow_trusted_paths_new (const char *file);
void flow_trusted_paths_free (FlowTrustedPaths *self);
const char *const *flow_trusted_paths_list (FlowTrustedPaths *self);
char *flow_trusted_paths_scope (const char *path);
gboolean flow_trusted_paths_add (FlowTrustedPaths *self, const char *path, GError **error);
gboolean flow_trusted_paths_remove (FlowTrustedPaths *self, const char *path, GError **error);

char *flow_trusted_paths_project (const char *path);
gboolean flow_path_is_below (const char *path, const char *folder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTrustedPaths, flow_trusted_paths_free)

G_END_DECLS

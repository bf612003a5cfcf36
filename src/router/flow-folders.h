/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-settings-snapshot.h"

G_BEGIN_DECLS

/**
 * FlowFolders:
 *
 * The folders that a program has open, by every name under which a file in them may be known: as the program says,
 * as the path maps translate it, and as they are called with symbolic links followed. Immutable.
 */
typedef struct _FlowFolders FlowFolders;

FlowFolders *flow_folders_new (const char *const *folders, const FlowPathMap *maps, gsize n_maps);
void flow_folders_free (FlowFolders *self);
const char *const *flow_folders_list (const FlowFolders *self);
gsize flow_folders_depth (const FlowFolders *self, const char *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowFolders, flow_folders_free)

G_END_DECLS

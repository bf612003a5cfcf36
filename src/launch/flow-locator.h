/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-settings-snapshot.h"

G_BEGIN_DECLS

/**
 * FlowLocator:
 *
 * From what a program says about its source ("/app/src/users.ts" in a container, a `file://` URL, a path relative to
 * its working folder) to the file on this machine that may be handed to an editor.
 *
 * What a span says is not trusted: anybody who can send a span can write anything there. So the answer is always the
 * real, absolute path of an existing regular file inside a known folder (protocol.md, guard 7).
 */
typedef struct _FlowLocator FlowLocator;

FlowLocator *flow_locator_new (const FlowPathMap *maps, gsize n_maps);
void flow_locator_free (FlowLocator *self);
void flow_locator_add_folder (FlowLocator *self, const char *folder);
gboolean flow_locator_is_known (FlowLocator *self, const char *path);
char *flow_locator_resolve (FlowLocator *self, const char *service, const char *file, char **outside, GError **error);
gboolean flow_locator_means (FlowLocator *self, const char *service, const char *file, const char *real);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowLocator, flow_locator_free)

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-settings-snapshot.h"

G_BEGIN_DECLS

/**
 * FlowTracePlaces:
 *
 * To which workspace a folder belongs, which debug session goes on in a workspace, and which workspace is the one that
 * the user works in: what a trace is placed by when its program does not say. Made by one thread, immutable from when
 * it is handed on, reference-counted.
 */
typedef struct _FlowTracePlaces FlowTracePlaces;

FlowTracePlaces *flow_trace_places_new (const FlowPathMap *maps, gsize n_maps);
FlowTracePlaces *flow_trace_places_ref (FlowTracePlaces *self);
void flow_trace_places_unref (FlowTracePlaces *self);
void flow_trace_places_add_folder (FlowTracePlaces *self, const char *folder, const char *workspace);
void flow_trace_places_add_session (FlowTracePlaces *self, const char *workspace, const char *session);
void flow_trace_places_set_current (FlowTracePlaces *self, const char *workspace);
gboolean flow_trace_places_has_folders (const FlowTracePlaces *self);
const char *flow_trace_places_find (const FlowTracePlaces *self, const char *service, const char *path);
const char *flow_trace_places_find_session (const FlowTracePlaces *self, const char *workspace);
const char *flow_trace_places_get_current (const FlowTracePlaces *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTracePlaces, flow_trace_places_unref)

G_END_DECLS

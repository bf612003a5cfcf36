/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/flow-wire.h"

G_BEGIN_DECLS

typedef struct _FlowWireNames FlowWireNames;

FlowWireNames *flow_wire_names_new (void);
void flow_wire_names_free (FlowWireNames *self);
gboolean flow_wire_names_add (FlowWireNames *self, const char *name, gsize length, FlowWireConnection *connection);
gboolean flow_wire_names_remove (FlowWireNames *self, const char *name, gsize length);
FlowWireConnection *flow_wire_names_find (FlowWireNames *self, const char *name, gsize length);
guint flow_wire_names_get_size (FlowWireNames *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowWireNames, flow_wire_names_free)

G_END_DECLS

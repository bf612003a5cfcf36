/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/flow-wire.h"

G_BEGIN_DECLS

typedef struct _FlowHubWaits FlowHubWaits;

FlowHubWaits *flow_hub_waits_new (FlowWire *wire);
void flow_hub_waits_free (FlowHubWaits *self);
void flow_hub_waits_add (FlowHubWaits *self, guint64 connection, const char *origin);
void flow_hub_waits_delay (FlowHubWaits *self, guint64 connection, guint ms);
void flow_hub_waits_remove (FlowHubWaits *self, guint64 connection);
void flow_hub_waits_settle (FlowHubWaits *self, const char *const *allowed, const char *const *denied);
void flow_hub_waits_refuse_all (FlowHubWaits *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowHubWaits, flow_hub_waits_free)

G_END_DECLS

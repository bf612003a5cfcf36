/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/flow-hub.h"

G_BEGIN_DECLS

void flow_hub_syncing_add (FlowHub *hub);
void flow_hub_syncing_open (FlowHub *hub);
void flow_hub_syncing_close (FlowHub *hub);

G_END_DECLS

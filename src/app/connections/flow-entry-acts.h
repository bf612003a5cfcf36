/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "app/connections/flow-connections.h"

G_BEGIN_DECLS

GtkWidget *flow_entry_acts_button (const char *icon, const char *label);
void flow_entry_acts_remove (GtkWidget *from, FlowConnections *connections, FlowConnectionsAct act, FlowEntry *entry,
                             const char *told);
void flow_entry_acts_change (GtkWidget *from, FlowConnections *connections, FlowConnectionsAct act,
                             FlowConnectionsAct back, FlowEntry *entry, const char *told);

G_END_DECLS

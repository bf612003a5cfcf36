/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * FlowSyncNetworkFunc:
 * @data: what was given with it
 *
 * Hears that there is a network, and that it is another one.
 */
typedef void (*FlowSyncNetworkFunc) (gpointer data);

/**
 * FlowSyncNetwork:
 *
 * Tells one thread when the network comes back, whatever thread GIO hears of it on.
 */
typedef struct _FlowSyncNetwork FlowSyncNetwork;

FlowSyncNetwork *flow_sync_network_new (FlowSyncNetworkFunc changed, gpointer data);
void flow_sync_network_free (FlowSyncNetwork *self);

G_END_DECLS

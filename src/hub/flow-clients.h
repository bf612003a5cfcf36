/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-call-queue.h"
#include "base/flow-clock.h"
#include "hub/flow-guard.h"
#include "message/flow-json-writer.h"
#include "store/flow-store.h"

G_BEGIN_DECLS

/** FLOW_CLIENTS_MAX: most programs that may be paired at once. */
#define FLOW_CLIENTS_MAX 64

/**
 * FlowClientsAdded:
 * @data: what was given with it
 * @error: (nullable): why it is not paired
 *
 * Hears on the hub thread that a client is paired for good.
 */
typedef void (*FlowClientsAdded) (gpointer data, const GError *error);

typedef struct _FlowClients FlowClients;

FlowClients *flow_clients_new (FlowStore *store, FlowCallQueue *calls, const FlowClock *clock);
void flow_clients_free (FlowClients *self);
gboolean flow_clients_load (FlowClients *self, const char *database, GError **error);
void flow_clients_add (FlowClients *self, const char *name, const char *kind, const char *token, FlowClientsAdded added,
                       gpointer data);
gboolean flow_clients_remove (FlowClients *self, const char *id, GError **error);
gboolean flow_clients_used (FlowClients *self, const char *id, const char *kind);
const FlowGuardClient *flow_clients_get_guard (FlowClients *self, gsize *n);
void flow_clients_write (FlowClients *self, FlowJsonWriter *writer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowClients, flow_clients_free)

G_END_DECLS

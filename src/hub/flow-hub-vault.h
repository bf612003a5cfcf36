/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-context.h"
#include "message/flow-json-writer.h"
#include "trace/flow-trace-encryption.h"

G_BEGIN_DECLS

/**
 * FlowHubVault:
 *
 * What keeps the store as encrypted as the settings say: it finds the key, makes one when there is none, has the store
 * encrypt or decrypt, and asks again for a key that is not at hand. It waits for keyrings and for the writer, so it has
 * a thread of its own.
 */
typedef struct _FlowHubVault FlowHubVault;

/**
 * FlowHubVaultChanged:
 * @data: what was given with it
 *
 * Hears, on the vault's thread, that something about it is another.
 */
typedef void (*FlowHubVaultChanged) (gpointer data);

FlowHubVault *flow_hub_vault_new (FlowContext *context, FlowTraceStore *traces, FlowHubVaultChanged changed,
                                  gpointer data);
void flow_hub_vault_free (FlowHubVault *self);
void flow_hub_vault_find_key (FlowHubVault *self);
void flow_hub_vault_start (FlowHubVault *self);
void flow_hub_vault_set_wanted (FlowHubVault *self, gboolean wanted);
void flow_hub_vault_unlock (FlowHubVault *self);
gboolean flow_hub_vault_is_locked (FlowHubVault *self);
void flow_hub_vault_write (FlowHubVault *self, FlowJsonWriter *writer);
gboolean flow_hub_vault_write_key (FlowHubVault *self, FlowJsonWriter *writer, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowHubVault, flow_hub_vault_free)

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "secret/flow-secrets.h"
#include "store/flow-vault.h"

G_BEGIN_DECLS

gboolean flow_trace_key_is_needed (const char *database, gboolean *needed, GError **error);
gboolean flow_trace_key_check (sqlite3 *db, GError **error);
gboolean flow_trace_key_find (FlowSecrets *secrets, const guint8 id[FLOW_VAULT_ID_SIZE], GCancellable *cancellable,
                              GError **error);
gboolean flow_trace_key_need (const char *database, FlowSecrets *secrets, GCancellable *cancellable, GError **error);
FlowVault *flow_trace_key_make (FlowSecrets *secrets, GCancellable *cancellable, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-trace-encryption.h"

G_BEGIN_DECLS

/*
 * What is sealed, by table and column. Times, counts and ids stay plain: the segment table, the levels of detail, what
 * a trace row says besides its name. Blooms and runs are keyed by the hash key, which is sealed.
 */
#define FLOW_SEALED_HOT "hot"
#define FLOW_SEALED_DICTIONARY "dictionary"
#define FLOW_SEALED_EXTRA "extra"
#define FLOW_SEALED_TRACE "trace"
#define FLOW_SEALED_SERVICE "service"
#define FLOW_SEALED_HASH_KEY "hash-key"

/**
 * FlowTraceVault:
 * @state: as the database says
 * @locked: (atomic): the key is not at hand
 * @id: the name of the key
 * @sealer: (nullable): seals what is written
 * @phase: what is being converted
 * @at: the last row of it that is
 * @done: how much is converted
 * @total: of how much
 * @last_us: when the last piece was converted
 *
 * The writing side's part in encryption. Belongs to the writer thread.
 */
typedef struct
{
  FlowTraceEncryptionState state;
  int locked;
  guint8 id[FLOW_VAULT_ID_SIZE];
  FlowVaultSealer *sealer;
  guint phase;
  gint64 at;
  guint64 done;
  guint64 total;
  gint64 last_us;
} FlowTraceVault;

gboolean flow_trace_vault_load (FlowTraceStore *self, sqlite3 *db, GError **error);
void flow_trace_vault_clear (FlowTraceStore *self);
gboolean flow_trace_vault_is_converting (const FlowTraceStore *self);
gboolean flow_trace_vault_convert (FlowTraceStore *self, sqlite3 *db, gint64 budget_us, GError **error);
gboolean flow_trace_vault_abandon (FlowTraceStore *self, sqlite3 *db, GError **error);
gboolean flow_trace_vault_set_locked (GError **error);

G_END_DECLS

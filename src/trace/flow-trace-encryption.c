/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-trace-encryption.h"

#include "base/flow-error.h"
#include "store/flow-maintenance.h"
#include "store/flow-statement.h"
#include "trace/flow-trace-store-private.h"

typedef struct
{
  FlowTraceStore *self;
  FlowVault *vault;
  FlowTraceEncryptionState from; /* only then */
  FlowTraceEncryptionState to;
} Change;

/**
 * flow_trace_encryption_to_text:
 * @state: a state
 *
 * Write a state.
 *
 * Returns: (transfer none): `plain`, `encrypting`, `wiping`, `encrypted` or `decrypting`
 */
const char *
flow_trace_encryption_to_text (FlowTraceEncryptionState state)
{
  static const char *const texts[] = { "plain", "encrypting", "wiping", "encrypted", "decrypting" };

  return texts[state];
}

/**
 * flow_trace_store_get_encryption:
 * @self: the store
 * @encryption: (out caller-allocates): what can be said
 *
 * Get whether the traces are encrypted, as of the last commit.
 */
void
flow_trace_store_get_encryption (FlowTraceStore *self, FlowTraceEncryption *encryption)
{
  g_mutex_lock (&self->lock);
  *encryption = self->encryption;
  g_mutex_unlock (&self->lock);
}

/**
 * flow_trace_store_require_key:
 * @self: the store
 * @error: return location; %FLOW_ERROR_SECRETS_LOCKED
 *
 * Make sure that traces can be found and written, before something is written that belongs to one. On any thread.
 *
 * Returns: whether nothing is encrypted, or the key is at hand
 */
gboolean
flow_trace_store_require_key (FlowTraceStore *self, GError **error)
{
  return !g_atomic_int_get (&self->vault.locked) || flow_trace_vault_set_locked (error);
}

static gboolean
write_state (FlowTraceStore *self, sqlite3 *db, const guint8 *id, FlowTraceEncryptionState state, GError **error)
{
  g_autoptr (sqlite3_stmt) write = NULL;

  if (!flow_sql_prepare (db, "vault-write", &write, error))
    return FALSE;
  sqlite3_bind_blob (write, 1, id, FLOW_VAULT_ID_SIZE, SQLITE_TRANSIENT);
  sqlite3_bind_text (write, 2, flow_trace_encryption_to_text (state), -1, SQLITE_STATIC);
  return flow_sql_step_done (write, error) && flow_trace_vault_load (self, db, error);
}

/* What the jobs before this one brought is written as things were then. */
static gboolean
change_state (FlowTraceStore *self, sqlite3 *db, const guint8 *id, FlowTraceEncryptionState state, GError **error)
{
  GError *local = NULL;

  if (flow_trace_flush (self, db, &local) && write_state (self, db, id, state, &local))
    return TRUE;
  if (self->failure == NULL)
    self->failure = g_error_copy (local);
  g_propagate_error (error, local);
  return FALSE;
}

static gboolean
encrypt_run (sqlite3 *db, gpointer data, GError **error)
{
  Change *change = data;
  FlowTraceStore *self = change->self;

  if (g_atomic_int_get (&self->vault.locked))
    return flow_trace_vault_set_locked (error);
  if (self->vault.state == FLOW_TRACE_PLAIN)
    return change_state (self, db, flow_vault_get_id (change->vault), FLOW_TRACE_ENCRYPTING, error);
  return self->vault.state != FLOW_TRACE_DECRYPTING ||
         change_state (self, db, self->vault.id, FLOW_TRACE_ENCRYPTING, error);
}

/**
 * flow_trace_store_encrypt:
 * @self: an open store
 * @vault: the key for it, published and kept where it is found again; one that is in use already is used on
 * @error: return location; %FLOW_ERROR_SECRETS_LOCKED, or the codes of flow_sql_error()
 *
 * Encrypt from now on, and what is there little by little while nothing else is to be done. Blocks until that is
 * written down; then it goes on also after a crash.
 *
 * Returns: whether it is encrypting, or was encrypted already
 */
gboolean
flow_trace_store_encrypt (FlowTraceStore *self, FlowVault *vault, GError **error)
{
  Change change = { .self = self, .vault = vault };

  return flow_store_run (self->store, encrypt_run, &change, error);
}

static gboolean
decrypt_run (sqlite3 *db, gpointer data, GError **error)
{
  FlowTraceStore *self = data;

  if (g_atomic_int_get (&self->vault.locked))
    return flow_trace_vault_set_locked (error);
  return self->vault.state == FLOW_TRACE_PLAIN || self->vault.state == FLOW_TRACE_DECRYPTING ||
         change_state (self, db, self->vault.id, FLOW_TRACE_DECRYPTING, error);
}

/**
 * flow_trace_store_decrypt:
 * @self: an open store
 * @error: return location; %FLOW_ERROR_SECRETS_LOCKED, or the codes of flow_sql_error()
 *
 * Encrypt no more, and decrypt what is there little by little. Blocks until that is written down.
 *
 * Returns: whether it is decrypting, or was plain already
 */
gboolean
flow_trace_store_decrypt (FlowTraceStore *self, GError **error)
{
  return flow_store_run (self->store, decrypt_run, self, error);
}

static gboolean
unlock_run (sqlite3 *db, gpointer data, GError **error)
{
  FlowTraceStore *self = data;
  g_autoptr (FlowVault) vault = flow_vault_find (self->vault.id);
  GError *local = NULL;

  if (!g_atomic_int_get (&self->vault.locked))
    return TRUE;
  if (vault == NULL)
    return flow_trace_vault_set_locked (error);
  if (flow_trace_store_load (self, db, &local))
    {
      /* Who looked in vain looks again. */
      self->changes.removed = TRUE;
      self->changes.facts = TRUE;
      return TRUE;
    }
  if (self->failure == NULL)
    self->failure = g_error_copy (local);
  g_propagate_error (error, local);
  return FALSE;
}

/**
 * flow_trace_store_unlock:
 * @self: an open store whose key has been published by now
 * @error: return location; %FLOW_ERROR_SECRETS_LOCKED when it was another key, or the codes of flow_sql_error()
 *
 * Take data in again. Blocks.
 *
 * Returns: whether the store is open
 */
gboolean
flow_trace_store_unlock (FlowTraceStore *self, GError **error)
{
  return flow_store_run (self->store, unlock_run, self, error);
}

static gboolean
wiped_run (sqlite3 *db, gpointer data, GError **error)
{
  FlowTraceStore *self = data;

  return self->vault.state != FLOW_TRACE_WIPING || change_state (self, db, self->vault.id, FLOW_TRACE_ENCRYPTED, error);
}

/**
 * flow_trace_store_wipe:
 * @self: a store that is in %FLOW_TRACE_WIPING
 * @error: return location; %FLOW_ERROR_BUSY when a reader keeps the remains in the files, or the codes of
 *   flow_sql_error()
 *
 * Overwrite what is left of the plain bytes in the files, and remove the automatic backups, which have them as well.
 * Blocks; waits up to 10 s for readers.
 *
 * Returns: whether nothing plain is left
 */
gboolean
flow_trace_store_wipe (FlowTraceStore *self, GError **error)
{
  return flow_store_remove_backups (self->path, error) && flow_store_tidy (self->store, self->erase_wait_ms, error) &&
         flow_store_run (self->store, wiped_run, self, error);
}

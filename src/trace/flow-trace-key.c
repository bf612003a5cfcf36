/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-trace-key.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/flow-error.h"
#include "store/flow-statement.h"
#include "store/flow-store.h"
#include "trace/flow-trace-resources.h"
#include "trace/flow-trace-vault.h"

static gboolean
read_id (sqlite3 *db, guint8 id[FLOW_VAULT_ID_SIZE], gboolean *encrypted, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  *encrypted = FALSE;
  if (!flow_sql_prepare (db, "vault-read", &stmt, error) || !flow_sql_step_row (stmt, encrypted, error))
    return FALSE;
  *encrypted = *encrypted && sqlite3_column_bytes (stmt, 0) == FLOW_VAULT_ID_SIZE;
  if (*encrypted)
    memcpy (id, sqlite3_column_blob (stmt, 0), FLOW_VAULT_ID_SIZE);
  return TRUE;
}

static gboolean
read_id_of (const char *database, guint8 id[FLOW_VAULT_ID_SIZE], gboolean *encrypted, GError **error)
{
  g_autoptr (sqlite3) db = NULL;
  g_autoptr (GError) local = NULL;

  *encrypted = FALSE;
  flow_trace_resources_ensure ();
  db = flow_store_open_reader (database, &local);
  if (db != NULL)
    return read_id (db, id, encrypted, error);
  if (g_error_matches (local, FLOW_ERROR, FLOW_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/**
 * flow_trace_key_is_needed:
 * @database: path of the database
 * @needed: (out): whether its traces are encrypted
 * @error: return location; the codes of flow_store_open_reader()
 *
 * Look whether a database needs a key. One that is not there yet needs none.
 *
 * Returns: whether it could be read
 */
gboolean
flow_trace_key_is_needed (const char *database, gboolean *needed, GError **error)
{
  guint8 id[FLOW_VAULT_ID_SIZE];

  return read_id_of (database, id, needed, error);
}

/**
 * flow_trace_key_check:
 * @db: a connection
 * @error: return location; %FLOW_ERROR_SECRETS_LOCKED, or the codes of flow_sql_error()
 *
 * Look whether this process knows the key of a database, if it has one.
 *
 * Returns: whether the database can be read
 */
gboolean
flow_trace_key_check (sqlite3 *db, GError **error)
{
  g_autoptr (FlowVault) vault = NULL;
  guint8 id[FLOW_VAULT_ID_SIZE];
  gboolean encrypted;

  if (!read_id (db, id, &encrypted, error))
    return FALSE;
  if (!encrypted)
    return TRUE;
  vault = flow_vault_find (id);
  return vault != NULL || flow_trace_vault_set_locked (error);
}

/**
 * flow_trace_key_find:
 * @secrets: where secrets are
 * @id: the name of a key
 * @cancellable: (nullable): to give up
 * @error: return location; %FLOW_ERROR_SECRETS_LOCKED, %FLOW_ERROR_SECRETS_MISSING, %FLOW_ERROR_SECRETS_REFUSED
 *
 * Have this process know a key. Waits for the keyring.
 *
 * Returns: whether it does
 */
gboolean
flow_trace_key_find (FlowSecrets *secrets, const guint8 id[FLOW_VAULT_ID_SIZE], GCancellable *cancellable,
                     GError **error)
{
  g_autofree char *name = flow_vault_get_secret_name (id);
  g_autoptr (FlowVault) vault = flow_vault_find (id);
  g_autoptr (GBytes) secret = NULL;
  g_autoptr (GError) local = NULL;

  if (vault != NULL)
    return TRUE;
  secret = flow_secrets_lookup (secrets, name, cancellable, &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  vault = secret == NULL ? NULL : flow_vault_new_from_secret (secret, NULL);
  if (vault != NULL && memcmp (flow_vault_get_id (vault), id, FLOW_VAULT_ID_SIZE) == 0)
    {
      flow_vault_publish (vault);
      return TRUE;
    }
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_SECRETS_MISSING,
               _ ("The key of the traces is not where secrets are kept (%s). Bring the keyring back that had it, or "
                  "begin anew with “flowctl erase --all”"),
               name);
  return FALSE;
}

/**
 * flow_trace_key_need:
 * @database: path of the database
 * @secrets: where secrets are
 * @cancellable: (nullable): to give up
 * @error: return location; as for flow_trace_key_find() and flow_store_open_reader()
 *
 * Have this process know the key of a database, if it has one. A database that is not there yet has none.
 *
 * Returns: whether the database can be read
 */
gboolean
flow_trace_key_need (const char *database, FlowSecrets *secrets, GCancellable *cancellable, GError **error)
{
  guint8 id[FLOW_VAULT_ID_SIZE];
  gboolean needed;

  return read_id_of (database, id, &needed, error) &&
         (!needed || flow_trace_key_find (secrets, id, cancellable, error));
}

/* What was only taken, and is not there when it is asked for, would be the end of all traces. */
static gboolean
keep (FlowSecrets *secrets, const char *name, GBytes *secret, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) kept = NULL;
  g_autoptr (GError) local = NULL;

  if (!flow_secrets_store (secrets, name, _ ("FlowScope: the key of the traces"), secret, cancellable, error))
    return FALSE;
  if (flow_secrets_get_kind (secrets) == FLOW_SECRETS_SESSION)
    {
      flow_secrets_clear (secrets, name, NULL, NULL);
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_SECRETS_REFUSED,
                           _ ("Secrets are kept in memory only, but the key of the traces must outlive this run"));
      return FALSE;
    }
  kept = flow_secrets_lookup (secrets, name, cancellable, &local);
  if (kept != NULL && g_bytes_equal (kept, secret))
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_SECRETS_REFUSED, _ ("The key of the traces could not be kept: %s"),
               local != NULL ? local->message : name);
  return FALSE;
}

/**
 * flow_trace_key_make:
 * @secrets: where secrets are
 * @cancellable: (nullable): to give up
 * @error: return location; %FLOW_ERROR_SECRETS_LOCKED, %FLOW_ERROR_SECRETS_MISSING, %FLOW_ERROR_SECRETS_REFUSED
 *
 * Make a key and keep it. Waits for the keyring.
 *
 * Returns: (transfer full): the key, known to this process, or %NULL
 */
FlowVault *
flow_trace_key_make (FlowSecrets *secrets, GCancellable *cancellable, GError **error)
{
  g_autoptr (FlowVault) vault = flow_vault_new ();
  g_autofree char *name = flow_vault_get_secret_name (flow_vault_get_id (vault));
  g_autoptr (GBytes) secret = flow_vault_get_secret (vault);

  if (!keep (secrets, name, secret, cancellable, error))
    return NULL;
  flow_vault_publish (vault);
  return g_steal_pointer (&vault);
}

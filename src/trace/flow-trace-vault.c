/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-trace-vault.h"

#include <glib/gi18n-lib.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "store/flow-statement.h"
#include "trace/flow-trace-store-private.h"

/*
 * Where a conversion stands is not written down: a value says by its type whether it is sealed, and all that is written
 * during a conversion is as it shall be. So after a crash it begins at the first row again and passes by what is done.
 */

/* A segment takes as long as so many names. */
#define SEGMENT_WEIGHT 64
#define NAME_CHUNK 256

typedef enum
{
  PHASE_SEGMENTS,
  PHASE_TRACES,
  PHASE_SERVICES,
  PHASE_END,
} Phase;

/* What a column holds when it is plain. */
typedef enum
{
  PLAIN_BLOB,
  PLAIN_TEXT,
} PlainType;

/** flow_trace_vault_set_locked: set the error of everything that needs a key that is not at hand; always %FALSE. */
gboolean
flow_trace_vault_set_locked (GError **error)
{
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_SECRETS_LOCKED,
                       _ ("The traces are encrypted and their key is not at hand: the keyring is locked or gone"));
  return FALSE;
}

/** flow_trace_vault_clear: forget everything. */
void
flow_trace_vault_clear (FlowTraceStore *self)
{
  g_clear_pointer (&self->vault.sealer, flow_vault_sealer_free);
  self->vault = (FlowTraceVault) { 0 };
}

/** flow_trace_vault_is_converting: whether rows are still to be sealed, or opened. */
gboolean
flow_trace_vault_is_converting (const FlowTraceStore *self)
{
  return !g_atomic_int_get (&self->vault.locked) &&
         (self->vault.state == FLOW_TRACE_ENCRYPTING || self->vault.state == FLOW_TRACE_DECRYPTING);
}

static gboolean
state_from_text (const char *text, FlowTraceEncryptionState *state)
{
  for (guint i = FLOW_TRACE_ENCRYPTING; i <= FLOW_TRACE_DECRYPTING; i++)
    if (g_strcmp0 (text, flow_trace_encryption_to_text (i)) == 0)
      {
        *state = i;
        return TRUE;
      }
  return FALSE;
}

static gboolean
read_state (FlowTraceVault *vault, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  if (!flow_sql_prepare (db, "vault-read", &stmt, error) || !flow_sql_step_row (stmt, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  if (sqlite3_column_bytes (stmt, 0) == FLOW_VAULT_ID_SIZE &&
      state_from_text ((const char *) sqlite3_column_text (stmt, 1), &vault->state))
    {
      memcpy (vault->id, sqlite3_column_blob (stmt, 0), FLOW_VAULT_ID_SIZE);
      return TRUE;
    }
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_CORRUPT, "The database has lost the name of its key");
  return FALSE;
}

static gboolean
count_work (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  gint64 segments = 0;

  self->vault.total = self->vault.done = 0;
  if (self->vault.state != FLOW_TRACE_ENCRYPTING && self->vault.state != FLOW_TRACE_DECRYPTING)
    return TRUE;
  if (!flow_sql_get_int64 (db, "SELECT count(*) FROM segment", &segments, error))
    return FALSE;
  self->vault.total = (guint64) segments * SEGMENT_WEIGHT + (guint64) MAX (self->totals.traces, 0) + 1;
  return TRUE;
}

/**
 * flow_trace_vault_load:
 *
 * Make memory what the database says about encryption, and begin a conversion that was under way from the start.
 */
gboolean
flow_trace_vault_load (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  g_autoptr (FlowVault) vault = NULL;

  flow_trace_vault_clear (self);
  if (!read_state (&self->vault, db, error))
    return FALSE;
  if (self->vault.state == FLOW_TRACE_PLAIN)
    return TRUE;
  vault = flow_vault_find (self->vault.id);
  g_atomic_int_set (&self->vault.locked, vault == NULL);
  if (vault != NULL && self->vault.state != FLOW_TRACE_DECRYPTING)
    self->vault.sealer = flow_vault_sealer_new (vault);
  return count_work (self, db, error);
}

/* --- Converting ------------------------------------------------------------------------------------- */

static gboolean
is_sealed (sqlite3_stmt *read, int column, PlainType plain)
{
  return sqlite3_column_type (read, column) == (plain == PLAIN_TEXT ? SQLITE_BLOB : SQLITE_TEXT);
}

static gboolean
bind_opened (sqlite3_stmt *read, int column, PlainType plain, const char *what, gint64 id, sqlite3_stmt *write,
             int parameter, GError **error)
{
  gsize size;
  guint8 *opened = flow_vault_open (what, id, sqlite3_column_blob (read, column),
                                    (gsize) sqlite3_column_bytes (read, column), &size, error);

  if (opened == NULL)
    return FALSE;
  if (plain == PLAIN_TEXT)
    sqlite3_bind_text64 (write, parameter, (char *) opened, size, g_free, SQLITE_UTF8);
  else
    sqlite3_bind_blob64 (write, parameter, opened, size, g_free);
  return TRUE;
}

/* Binds what a column is to hold. The statement that was read must not move before the other one was stepped. */
static gboolean
bind_converted (FlowTraceStore *self, sqlite3_stmt *read, int column, PlainType plain, const char *what, gint64 id,
                sqlite3_stmt *write, int parameter, GError **error)
{
  FlowVaultSealer *sealer = self->vault.sealer;
  gsize size = (gsize) sqlite3_column_bytes (read, column);

  if (is_sealed (read, column, plain) == (sealer != NULL))
    sqlite3_bind_value (write, parameter, sqlite3_column_value (read, column));
  else if (sealer == NULL)
    return bind_opened (read, column, plain, what, id, write, parameter, error);
  else if (plain == PLAIN_TEXT)
    flow_vault_bind_text (sealer, write, parameter, what, id, (const char *) sqlite3_column_text (read, column), size);
  else
    flow_vault_bind_blob (sealer, write, parameter, what, id, sqlite3_column_blob (read, column), size);
  return TRUE;
}

/* What does not open stays as it is: it could not be read before either. */
static gboolean
finish_row (sqlite3_stmt *write, gboolean bound, GError *local, GError **error)
{
  if (bound)
    return flow_sql_step_done (write, error);
  if (!flow_trace_is_damage (local))
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  g_error_free (local);
  return TRUE;
}

static gboolean
convert_segment (FlowTraceStore *self, sqlite3 *db, gint64 id, GError **error)
{
  static const char *const columns[] = { FLOW_SEALED_HOT, FLOW_SEALED_DICTIONARY, FLOW_SEALED_EXTRA };
  g_autoptr (sqlite3_stmt) read = NULL;
  g_autoptr (sqlite3_stmt) write = NULL;
  GError *local = NULL;
  gboolean row = FALSE;
  gboolean bound = TRUE;

  if (!flow_sql_prepare (db, "vault-segment-read", &read, error) ||
      !flow_sql_prepare (db, "vault-segment-write", &write, error))
    return FALSE;
  sqlite3_bind_int64 (read, 1, id);
  if (!flow_sql_step_row (read, &row, error) || !row)
    return !row;
  sqlite3_bind_int64 (write, 1, id);
  for (int i = 0; i < (int) G_N_ELEMENTS (columns) && bound; i++)
    bound = bind_converted (self, read, i, PLAIN_BLOB, columns[i], id, write, i + 2, &local);
  return finish_row (write, bound, local, error);
}

typedef struct
{
  gint64 id;
  gboolean sealed;
} SegmentRow;

static GArray *
list_segments (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (SegmentRow));
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  if (!flow_sql_prepare (db, "vault-segments", &stmt, error))
    return NULL;
  sqlite3_bind_int64 (stmt, 1, self->vault.at);
  while (TRUE)
    {
      SegmentRow found;

      if (!flow_sql_step_row (stmt, &row, error))
        return NULL;
      if (!row)
        return g_steal_pointer (&rows);
      found = (SegmentRow) { sqlite3_column_int64 (stmt, 0), sqlite3_column_int (stmt, 1) != 0 };
      g_array_append_val (rows, found);
    }
}

static gboolean
convert_segments (FlowTraceStore *self, sqlite3 *db, gint64 until_us, GError **error)
{
  g_autoptr (GArray) rows = list_segments (self, db, error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      const SegmentRow *row = &g_array_index (rows, SegmentRow, i);

      if (row->sealed != (self->vault.sealer != NULL) && !convert_segment (self, db, row->id, error))
        return FALSE;
      self->vault.at = row->id;
      self->vault.done += SEGMENT_WEIGHT;
      if (g_get_monotonic_time () >= until_us)
        return TRUE;
    }
  if (rows->len > 0)
    return TRUE;
  self->vault.phase = PHASE_TRACES;
  self->vault.at = 0;
  return TRUE;
}

/* One row of a table of names; @write has the id and the name. */
static gboolean
convert_name (FlowTraceStore *self, sqlite3_stmt *read, PlainType plain, const char *what, sqlite3_stmt *write,
              GError **error)
{
  gint64 id = sqlite3_column_int64 (read, 0);
  GError *local = NULL;

  if (is_sealed (read, 1, plain) == (self->vault.sealer != NULL))
    return TRUE;
  sqlite3_reset (write);
  sqlite3_bind_int64 (write, 1, id);
  return finish_row (write, bind_converted (self, read, 1, plain, what, id, write, 2, &local), local, error);
}

static gboolean
convert_traces (FlowTraceStore *self, sqlite3 *db, gint64 until_us, GError **error)
{
  g_autoptr (sqlite3_stmt) read = NULL;
  g_autoptr (sqlite3_stmt) write = NULL;
  gboolean row = FALSE;
  guint count = 0;

  if (!flow_sql_prepare (db, "vault-traces", &read, error) ||
      !flow_sql_prepare (db, "vault-trace-write", &write, error))
    return FALSE;
  sqlite3_bind_int64 (read, 1, self->vault.at);
  while (count % NAME_CHUNK != 0 || count == 0 || g_get_monotonic_time () < until_us)
    {
      if (!flow_sql_step_row (read, &row, error))
        return FALSE;
      if (!row)
        break;
      if (!convert_name (self, read, PLAIN_TEXT, FLOW_SEALED_TRACE, write, error))
        return FALSE;
      self->vault.at = sqlite3_column_int64 (read, 0);
      self->vault.done++;
      count++;
    }
  if (count == 0)
    self->vault.phase = PHASE_SERVICES;
  return TRUE;
}

/* There are few, so all of them at once. */
static gboolean
convert_services (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) read = NULL;
  g_autoptr (sqlite3_stmt) write = NULL;
  gboolean row = FALSE;

  if (!flow_sql_prepare (db, "vault-services", &read, error) ||
      !flow_sql_prepare (db, "vault-service-write", &write, error))
    return FALSE;
  while (TRUE)
    {
      if (!flow_sql_step_row (read, &row, error))
        return FALSE;
      if (!row)
        break;
      if (!convert_name (self, read, PLAIN_BLOB, FLOW_SEALED_SERVICE, write, error))
        return FALSE;
    }
  self->vault.phase = PHASE_END;
  return TRUE;
}

/* The key of the hashes that stay readable. */
static gboolean
write_hash_key (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) write = NULL;

  if (!flow_sql_prepare (db, "vault-hash-key", &write, error))
    return FALSE;
  flow_vault_bind_blob (self->vault.sealer, write, 1, FLOW_SEALED_HASH_KEY, 0, &self->key, sizeof self->key);
  return flow_sql_step_done (write, error);
}

static gboolean
finish (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) write = NULL;

  if (!write_hash_key (self, db, error))
    return FALSE;
  if (self->vault.state == FLOW_TRACE_DECRYPTING)
    {
      flow_trace_vault_clear (self);
      return flow_sql_exec (db, "vault-delete", error);
    }
  self->vault.state = FLOW_TRACE_WIPING;
  self->vault.done = self->vault.total;
  if (!flow_sql_prepare (db, "vault-write", &write, error))
    return FALSE;
  sqlite3_bind_blob (write, 1, self->vault.id, FLOW_VAULT_ID_SIZE, SQLITE_STATIC);
  sqlite3_bind_text (write, 2, flow_trace_encryption_to_text (self->vault.state), -1, SQLITE_STATIC);
  return flow_sql_step_done (write, error);
}

/**
 * flow_trace_vault_convert:
 * @budget_us: about how long it may take
 *
 * Convert a piece of what is there. Inside a transaction, which must be rolled back when this fails.
 */
gboolean
flow_trace_vault_convert (FlowTraceStore *self, sqlite3 *db, gint64 budget_us, GError **error)
{
  gint64 until_us = g_get_monotonic_time () + budget_us;

  do
    {
      gboolean ok = TRUE;

      if (self->vault.phase == PHASE_SEGMENTS)
        ok = convert_segments (self, db, until_us, error);
      else if (self->vault.phase == PHASE_TRACES)
        ok = convert_traces (self, db, until_us, error);
      else if (self->vault.phase == PHASE_SERVICES)
        ok = convert_services (self, db, error);
      else
        return finish (self, db, error);
      if (!ok)
        return FALSE;
    }
  while (g_get_monotonic_time () < until_us);
  self->vault.done = MIN (self->vault.done, self->vault.total);
  self->vault.last_us = g_get_monotonic_time ();
  return TRUE;
}

/**
 * flow_trace_vault_abandon:
 *
 * Begin anew without the key, after everything that it sealed is gone. Inside a transaction.
 */
gboolean
flow_trace_vault_abandon (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  flow_trace_vault_clear (self);
  flow_id_random ((guint8 *) &self->key, sizeof self->key);
  return flow_sql_exec (db, "vault-abandon", error) && write_hash_key (self, db, error);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "store/flow-statement.h"
#include "sync/flow-sync-hlc.h"
#include "sync/flow-sync-private.h"
#include "sync/flow-sync-snapshot.h"

/* Whom what all devices have acknowledged is written down for. */
#define ALL "all"

/* Records that are looked at at once. */
#define PAGE 500

/* Numbers that are forgotten at once. */
#define MAX_NUMBERS 20000

/* What the least of them has acknowledged of a stream. */
static guint64
get_least (GPtrArray *live, const FlowSyncStream *stream)
{
  guint64 least = G_MAXINT64;

  for (guint i = 0; i < live->len; i++)
    {
      const FlowSyncPeer *peer = g_ptr_array_index (live, i);

      least = MIN (least, flow_sync_vector_get (peer->vector, stream->dot.device, stream->dot.epoch));
    }
  return MIN (least, stream->dot.seq);
}

/**
 * flow_sync_note_settled:
 * @self: a loaded engine
 * @scope: what the cloud says about a scope, all of which is here
 * @error: return location
 *
 * Remember what all live devices have acknowledged. As a device acknowledges what it got after it has sent what it made
 * before, nobody will write anything that does not know of it, and nothing of that kind is on its way.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_note_settled (FlowSync *self, const FlowSyncWelcomeScope *scope, GError **error)
{
  if (scope->live->len == 0)
    return TRUE;
  for (guint i = 0; i < self->streams->len; i++)
    {
      const FlowSyncStream *stream = g_ptr_array_index (self->streams, i);
      guint64 least;

      if (!g_str_equal (stream->scope, scope->scope))
        continue;
      least = get_least (scope->live, stream);
      if (least > 0 && !flow_sync_set_peer_seq (self, ALL, strlen (ALL), stream, least, error))
        return FALSE;
    }
  return TRUE;
}

static void
bind_all (FlowSyncStep *stmt)
{
  sqlite3_bind_blob (stmt, 1, ALL, (int) strlen (ALL), SQLITE_STATIC);
}

static gboolean
run (FlowSync *self, FlowSyncStmt which, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, which, error);

  if (stmt == NULL)
    return FALSE;
  if (sqlite3_bind_parameter_count (stmt) > 0)
    bind_all (stmt);
  return flow_sql_step_done (stmt, error);
}

static gboolean
run_for_row (FlowSync *self, FlowSyncStmt which, const FlowSyncRow *row, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, which, error);

  if (stmt == NULL)
    return FALSE;
  flow_sync_bind_text (stmt, 1, row->name);
  flow_sync_bind_bytes (stmt, 2, row->key);
  return flow_sql_step_done (stmt, error);
}

/* A record, and whether it may be one that all know to be deleted. */
typedef struct
{
  char *name;
  GBytes *key;
  gboolean old;
} Place;

static void
place_free (gpointer data)
{
  Place *place = data;

  g_free (place->name);
  g_bytes_unref (place->key);
  g_free (place);
}

static GPtrArray *
list_places (FlowSync *self, const FlowSyncTidy *at, guint limit, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_TIDY_DELETED, error);
  g_autoptr (GPtrArray) places = g_ptr_array_new_with_free_func (place_free);
  g_autoptr (GBytes) none = g_bytes_new_static ("", 0);
  gboolean row = TRUE;

  if (stmt == NULL)
    return NULL;
  bind_all (stmt);
  flow_sync_bind_text (stmt, 2, at->name != NULL ? at->name : "");
  flow_sync_bind_bytes (stmt, 3, at->key != NULL ? at->key : none);
  sqlite3_bind_int64 (stmt, 4, limit);
  sqlite3_bind_int64 (stmt, 5, (gint64) flow_sync_hlc_make (flow_sync_get_now_ms (self) - FLOW_SYNC_DELETED_MS, 0));
  while (flow_sql_step_row (stmt, &row, error))
    {
      Place *place;

      if (!row)
        return g_steal_pointer (&places);
      place = g_new0 (Place, 1);
      place->name = g_strdup (flow_sync_column_text (stmt, 0));
      place->key = flow_sync_column_bytes (stmt, 1);
      place->old = sqlite3_column_int (stmt, 2);
      g_ptr_array_add (places, place);
    }
  return NULL;
}

/* Forgets a record that all know to be deleted. Of a table that is not known it cannot be said. That takes so long that
   whoever makes the record again does not do so while some have forgotten what was in it and others have not. */
static gboolean
forget_deleted (FlowSync *self, const Place *place, GError **error)
{
  g_autoptr (FlowSyncRow) row = flow_sync_row_load (self, place->name, place->key, error);

  if (row == NULL)
    return FALSE;
  return row->table == NULL || flow_sync_row_is_alive (row) ||
         (run_for_row (self, FLOW_SYNC_STMT_TIDY_RECORD, row, error) &&
          run_for_row (self, FLOW_SYNC_STMT_TIDY_RECORD_BASES, row, error));
}

static gboolean
forget_bases (FlowSync *self, const Place *place, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_TIDY_BASES, error);

  if (stmt == NULL)
    return FALSE;
  bind_all (stmt);
  flow_sync_bind_text (stmt, 2, place->name);
  flow_sync_bind_bytes (stmt, 3, place->key);
  return flow_sql_step_done (stmt, error);
}

static gboolean
tidy_records (FlowSync *self, FlowSyncTidy *at, guint limit, gboolean *over, GError **error)
{
  g_autoptr (GPtrArray) places = list_places (self, at, limit, error);
  const Place *last;

  if (places == NULL)
    return FALSE;
  for (guint i = 0; i < places->len; i++)
    {
      const Place *place = g_ptr_array_index (places, i);

      if ((place->old && !forget_deleted (self, place, error)) || !forget_bases (self, place, error))
        return FALSE;
    }
  *over = places->len < limit;
  if (*over)
    return TRUE;
  last = g_ptr_array_index (places, limit - 1);
  flow_sync_tidy_clear (at);
  at->name = g_strdup (last->name);
  at->key = g_bytes_ref (last->key);
  return TRUE;
}

static gboolean
tidy_ops (FlowSync *self, FlowSyncTidy *at, guint limit, gboolean *over, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = NULL;

  *over = at->stream >= self->streams->len;
  if (*over)
    return TRUE;
  stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_TIDY_OPS, error);
  if (stmt == NULL)
    return FALSE;
  bind_all (stmt);
  sqlite3_bind_int64 (stmt, 2, ((FlowSyncStream *) g_ptr_array_index (self->streams, at->stream))->id);
  sqlite3_bind_int64 (stmt, 3, limit);
  if (!flow_sql_step_done (stmt, error))
    return FALSE;
  if ((guint) sqlite3_changes (self->db) < limit)
    at->stream++;
  return TRUE;
}

static gboolean
tidy_contexts (FlowSync *self, FlowSyncTidy *at, guint limit, gboolean *over, GError **error)
{
  gint64 now_ms = flow_clock_wall_ns (self->clock) / 1000000;

  if (!run (self, FLOW_SYNC_STMT_TIDY_CONTEXTS, error) ||
      !flow_sync_meta_set (self, FLOW_SYNC_META_TIDIED, now_ms, error))
    return FALSE;
  /* Contexts that were forgotten are in memory still. */
  flow_sync_forget (self);
  *over = TRUE;
  return TRUE;
}

static gboolean
tidy_numbers (FlowSync *self, FlowSyncTidy *at, guint limit, gboolean *over, GError **error)
{
  return flow_sync_forget_numbers (self, ALL, MAX_NUMBERS, over, error);
}

/**
 * flow_sync_tidy_piece:
 * @self: an open engine
 * @at: how far it is
 * @limit: so many records or operations at most
 * @error: return location
 *
 * Forget the next of what nobody needs any more: deleted records of which all live devices know, values that nobody can
 * write on top of, operations that all have, numbers of these. To be called in a transaction, one after the other until
 * it is finished, about every FLOW_SYNC_TIDY_MS: see flow_sync_wants_tidy(). The last two steps look at all that there
 * is, at once.
 *
 * Returns: %FALSE with the codes of flow_sql_error(); the transaction must be rolled back
 */
gboolean
flow_sync_tidy_piece (FlowSync *self, FlowSyncTidy *at, guint limit, GError **error)
{
  static gboolean (*const steps[]) (FlowSync *, FlowSyncTidy *, guint, gboolean *, GError **) = {
    tidy_records,
    tidy_ops,
    tidy_numbers,
    tidy_contexts,
  };
  gboolean over = FALSE;

  if (!flow_sync_load (self, error))
    return flow_sync_failed (self);
  if (!self->recovering && !steps[at->step](self, at, limit, &over, error))
    return FALSE;
  at->step += over;
  at->finished = self->recovering || at->step == G_N_ELEMENTS (steps);
  return TRUE;
}

/** flow_sync_tidy_clear: forget how far it is, but for which step. */
void
flow_sync_tidy_clear (FlowSyncTidy *at)
{
  g_clear_pointer (&at->name, g_free);
  g_clear_pointer (&at->key, g_bytes_unref);
}

/**
 * flow_sync_tidy:
 * @self: an open engine
 * @error: return location
 *
 * Do all of flow_sync_tidy_piece() at once. To be called in a transaction.
 *
 * Returns: %FALSE with the codes of flow_sql_error(); the transaction must be rolled back
 */
gboolean
flow_sync_tidy (FlowSync *self, GError **error)
{
  g_auto (FlowSyncTidy) at = { 0 };

  while (!at.finished)
    if (!flow_sync_tidy_piece (self, &at, PAGE, error))
      return FALSE;
  return TRUE;
}

/**
 * flow_sync_wants_tidy:
 * @self: an open engine
 *
 * Returns: whether it is time for flow_sync_tidy()
 */
gboolean
flow_sync_wants_tidy (FlowSync *self)
{
  gint64 last = 0;
  gint64 now_ms = flow_clock_wall_ns (self->clock) / 1000000;

  return flow_sync_load (self, NULL) && self->on && flow_sync_meta_get (self, FLOW_SYNC_META_TIDIED, &last, NULL) &&
         (last > now_ms || now_ms - last >= FLOW_SYNC_TIDY_MS);
}

static guint64
count_beyond (const FlowSyncWelcomeScope *scope)
{
  guint64 n = 0;

  for (guint i = 0; i < flow_sync_vector_get_size (scope->vector); i++)
    {
      const FlowSyncDot *dot = flow_sync_vector_get_entry (scope->vector, i);
      guint64 known = scope->snapshot_vector != NULL
                          ? flow_sync_vector_get (scope->snapshot_vector, dot->device, dot->epoch)
                          : 0;

      n += dot->seq > known ? dot->seq - known : 0;
    }
  return n;
}

static char *
name_after (const char *scope)
{
  return g_strconcat ("snapshot:after:", scope, NULL);
}

/**
 * flow_sync_put_off_snapshot:
 * @self: an open engine
 * @scope: a scope of which a snapshot could not be stored
 * @error: return location
 *
 * Want none of it for FLOW_SYNC_SNAPSHOT_AGAIN_MS: to write one takes long, and whatever was in the way will be so for
 * some time. To be called in a transaction.
 *
 * Returns: %FALSE with the codes of flow_sql_error(); the transaction must be rolled back
 */
gboolean
flow_sync_put_off_snapshot (FlowSync *self, const char *scope, GError **error)
{
  g_autofree char *name = name_after (scope);
  gint64 now_ms = flow_clock_wall_ns (self->clock) / 1000000;

  return (flow_sync_load (self, error) &&
          flow_sync_meta_set (self, name, now_ms + FLOW_SYNC_SNAPSHOT_AGAIN_MS, error)) ||
         flow_sync_failed (self);
}

/**
 * flow_sync_plan_snapshot:
 * @self: a loaded engine
 * @scope: what the cloud says about a scope, all of which is here
 * @wanted: (out): whether a snapshot is worth while
 * @error: return location
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_plan_snapshot (FlowSync *self, const FlowSyncWelcomeScope *scope, gboolean *wanted, GError **error)
{
  g_autofree char *name = g_strconcat ("snapshot:", scope->scope, NULL);
  g_autofree char *later = name_after (scope->scope);
  gint64 now_ms = flow_clock_wall_ns (self->clock) / 1000000;
  guint64 beyond = count_beyond (scope);
  gint64 since = 0, after = 0;

  *wanted = FALSE;
  if (!flow_sync_meta_get (self, name, &since, error) || !flow_sync_meta_get (self, later, &after, error))
    return FALSE;
  if (after > now_ms && after - now_ms <= FLOW_SYNC_SNAPSHOT_AGAIN_MS)
    return TRUE;
  *wanted = beyond >= FLOW_SYNC_SNAPSHOT_OPS ||
            (since > 0 && now_ms - since >= FLOW_SYNC_SNAPSHOT_DAYS * G_GINT64_CONSTANT (86400000));
  /* Since when there is something that no snapshot has. */
  if (beyond == 0 || *wanted || since == 0 || since > now_ms)
    return flow_sync_meta_set (self, name, beyond == 0 || *wanted ? 0 : now_ms, error);
  return TRUE;
}

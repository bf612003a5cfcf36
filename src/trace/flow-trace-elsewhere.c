/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "store/flow-statement.h"
#include "trace/flow-trace-header.h"
#include "trace/flow-trace-store-private.h"

/* What there is of a trace here. */
typedef struct
{
  guint64 number;     /* 0: nothing */
  gboolean elsewhere; /* a row that says what is known of it */
  gboolean here;      /* spans or logs of its own, or they are on their way */
} Known;

static gboolean
find_known (FlowTraceStore *self, sqlite3 *db, const guint8 trace_id[16], Known *known, GError **error)
{
  sqlite3_stmt *read = flow_trace_store_stmt (self, FLOW_STMT_TRACE_READ);
  gboolean row = FALSE;

  memset (known, 0, sizeof *known);
  if (!flow_trace_index_find (self->index, db, trace_id, &known->number, error))
    return FALSE;
  if (known->number == 0)
    return TRUE;
  sqlite3_bind_int64 (read, 1, (sqlite3_int64) known->number);
  if (!flow_sql_step_row (read, &row, error))
    return FALSE;
  known->elsewhere = row && (sqlite3_column_int64 (read, 6) & FLOW_TRACE_ELSEWHERE) != 0;
  known->here = !known->elsewhere || sqlite3_column_int64 (read, 4) > 0;
  sqlite3_reset (read);
  return TRUE;
}

static gboolean
pack_services (FlowTraceStore *self, const FlowTraceHeader *header, FlowBuffer *packed, GError **error)
{
  g_autoptr (GPtrArray) names = flow_trace_header_get_services (header);

  for (guint i = 0; i < MIN (names->len, FLOW_TOUCH_SERVICES); i++)
    {
      const char *name = g_ptr_array_index (names, i);
      guint32 number = flow_trace_store_service (self, name, strlen (name), error);

      if (number == 0 && *name != '\0')
        return FALSE;
      if (number != 0)
        flow_buffer_put_varint (packed, number);
    }
  return TRUE;
}

static guint32
read_flags (const FlowTraceHeader *header)
{
  return FLOW_TRACE_ELSEWHERE | (header->source_file[0] != '\0' ? FLOW_TRACE_LOCATION : 0);
}

static void
bind_packed (sqlite3_stmt *stmt, int parameter, const FlowBuffer *packed)
{
  if (packed->length == 0)
    sqlite3_bind_zeroblob (stmt, parameter, 0);
  else
    sqlite3_bind_blob64 (stmt, parameter, packed->data, packed->length, SQLITE_STATIC);
}

/* A workspace of another device that is called as one here is meant to be the same: most people have a project under
 * one name everywhere. */
static gboolean
find_workspace (sqlite3 *db, const FlowTraceHeader *header, char **workspace, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  if (!flow_sql_prepare (db, "elsewhere-place", &stmt, error))
    return FALSE;
  sqlite3_bind_text (stmt, 1, header->workspace, -1, SQLITE_STATIC);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  *workspace = g_strdup (row ? (const char *) sqlite3_column_text (stmt, 0) : header->workspace);
  return TRUE;
}

static gboolean
write_place (FlowTraceStore *self, sqlite3 *db, guint64 number, const FlowTraceHeader *header, GError **error)
{
  sqlite3_stmt *stmt = flow_trace_store_stmt (self, FLOW_STMT_PLACE_WRITE);
  g_autofree char *workspace = NULL;

  if (header->workspace[0] == '\0' && header->session[0] == '\0')
    return TRUE;
  if (!find_workspace (db, header, &workspace, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) number);
  sqlite3_bind_text (stmt, 2, workspace, -1, SQLITE_TRANSIENT);
  sqlite3_bind_text (stmt, 3, header->session, -1, SQLITE_STATIC);
  sqlite3_bind_int (stmt, 4, TRUE);
  sqlite3_bind_int (stmt, 5, TRUE);
  return flow_sql_step_done (stmt, error);
}

/* Both statements have the same columns but for the id, which an update leaves as it is, and the parts. */
static gboolean
write_row (FlowTraceStore *self, sqlite3 *db, guint64 number, gboolean fresh, const FlowTraceHeader *header,
           GError **error)
{
  sqlite3_stmt *stmt = flow_trace_store_stmt (self, fresh ? FLOW_STMT_TRACE_INSERT : FLOW_STMT_TRACE_UPDATE);
  g_auto (FlowBuffer) services = { 0 };
  int at = 1;

  if (!pack_services (self, header, &services, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, at++, (sqlite3_int64) number);
  if (fresh)
    sqlite3_bind_blob (stmt, at++, header->trace_id, 16, SQLITE_STATIC);
  sqlite3_bind_int64 (stmt, at++, header->started_ns);
  sqlite3_bind_int64 (stmt, at++, header->started_ns + MAX (header->duration_ns, 0));
  sqlite3_bind_int64 (stmt, at++, CLAMP (header->spans, 1, G_MAXUINT32));
  sqlite3_bind_int64 (stmt, at++, 0);
  sqlite3_bind_int64 (stmt, at++, CLAMP (header->errors, 0, G_MAXUINT32));
  sqlite3_bind_int64 (stmt, at++, read_flags (header));
  sqlite3_bind_int64 (stmt, at++, header->started_ns);
  flow_vault_bind_text (self->vault.sealer, stmt, at++, FLOW_SEALED_TRACE, (gint64) number, header->name,
                        strlen (header->name));
  bind_packed (stmt, at++, &services);
  sqlite3_bind_zeroblob (stmt, at++, 0);
  sqlite3_bind_zeroblob (stmt, at, 0);
  return flow_sql_step_done (stmt, error) && write_place (self, db, number, header, error);
}

static gboolean
show (FlowTraceStore *self, sqlite3 *db, const FlowTraceHeader *header, guint64 number, GError **error)
{
  gboolean fresh = number == 0;

  if (fresh)
    number = flow_trace_index_last (self->index) + 1;
  if (!write_row (self, db, number, fresh, header, error))
    return FALSE;
  if (fresh)
    {
      flow_trace_index_add (self->index, header->trace_id, number);
      self->totals.traces++;
    }
  flow_trace_changes_add (&self->changes, number);
  return TRUE;
}

static gboolean
hide (FlowTraceStore *self, sqlite3 *db, guint64 number, GError **error)
{
  if (!flow_trace_delete_row (self, number, error))
    return FALSE;
  flow_trace_index_forget (self->index, number);
  flow_span_sets_remove (self->sets, number);
  self->totals.traces--;
  self->changes.removed = TRUE;
  return flow_trace_keep_numbers (self, db, error);
}

/**
 * flow_trace_store_settle_header:
 * @self: the store
 * @db: the writer's connection, inside a transaction; on the writer thread
 * @trace_id: a trace whose header is another one, or gone
 * @error: return location
 *
 * List the trace as its header says while its spans are on another device only; one without header is listed no more.
 * A trace that is here stays as it is. The whole transaction must be rolled back when this fails.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_trace_store_settle_header (FlowTraceStore *self, sqlite3 *db, const guint8 trace_id[16], GError **error)
{
  g_autoptr (FlowTraceHeader) header = NULL;
  Known known;

  if (!find_known (self, db, trace_id, &known, error) || !flow_trace_header_read (db, trace_id, &header, error))
    return FALSE;
  if (known.number != 0 && known.here)
    return TRUE;
  if (header != NULL)
    return show (self, db, header, known.number, error);
  return known.number == 0 || hide (self, db, known.number, error);
}

/**
 * flow_trace_store_settle_headers:
 * @self: the store
 * @db: the writer's connection, inside a transaction; on the writer thread
 * @error: return location
 *
 * flow_trace_store_settle_header() for each trace that has a header.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_trace_store_settle_headers (FlowTraceStore *self, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  if (!flow_sql_prepare (db, "header-ids", &stmt, error))
    return FALSE;
  while (TRUE)
    {
      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      if (sqlite3_column_bytes (stmt, 0) == 16 &&
          !flow_trace_store_settle_header (self, db, sqlite3_column_blob (stmt, 0), error))
        return FALSE;
    }
}

/**
 * flow_trace_retain_elsewhere:
 * @more: (out): whether there is more to do
 *
 * List no more than so many traces of other devices; those that came first go first, and what the user said something
 * about stays. Their headers stay as well: to forget is no deletion. Inside a transaction.
 */
gboolean
flow_trace_retain_elsewhere (FlowTraceStore *self, sqlite3 *db, gboolean *more, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (guint64));
  gboolean row = TRUE;

  if (!flow_sql_prepare (db, "elsewhere-over", &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, self->elsewhere_max + g_hash_table_size (self->kept.numbers));
  while (row)
    {
      guint64 number;

      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      number = row ? (guint64) sqlite3_column_int64 (stmt, 0) : 0;
      if (row && !flow_trace_kept_has (&self->kept, number))
        g_array_append_val (numbers, number);
    }
  for (guint i = 0; i < numbers->len; i++)
    if (!hide (self, db, g_array_index (numbers, guint64, i), error))
      return FALSE;
  *more |= numbers->len > 0;
  return TRUE;
}

/**
 * flow_trace_store_facts_changed:
 * @self: the store
 * @db: the writer's connection, inside a transaction; on the writer thread
 * @trace_id: a trace
 * @error: return location
 *
 * Hear that what is said about a trace was written by somebody else, so that readers and retention look again.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_trace_store_facts_changed (FlowTraceStore *self, sqlite3 *db, const guint8 trace_id[16], GError **error)
{
  guint64 number = 0;

  flow_trace_kept_forget (&self->kept);
  self->changes.facts = TRUE;
  if (!flow_trace_index_find (self->index, db, trace_id, &number, error))
    return FALSE;
  if (number != 0)
    flow_trace_changes_add (&self->changes, number);
  return flow_sql_exec (db, "fact-revise", error);
}

/**
 * flow_trace_add_elsewhere_services:
 *
 * Add the services that are named by traces of other devices alone.
 */
gboolean
flow_trace_add_elsewhere_services (sqlite3 *db, GHashTable *used, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  if (!flow_sql_prepare (db, "elsewhere-services", &stmt, error))
    return FALSE;
  while (TRUE)
    {
      const guint8 *at, *end;
      guint64 service;

      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      at = sqlite3_column_blob (stmt, 0);
      end = at != NULL ? at + sqlite3_column_bytes (stmt, 0) : NULL;
      while (at < end && (at = flow_varint_get (at, end, &service)) != NULL)
        g_hash_table_add (used, GUINT_TO_POINTER ((guint) service));
    }
}

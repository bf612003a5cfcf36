/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-offer"

#include "hub/sync/traces/flow-trace-offer.h"

#include <glib/gi18n-lib.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "hub/sync/traces/flow-trace-parts.h"
#include "store/flow-statement.h"

#define TRACE_ID_SIZE 16

static const char *const mode_names[] = {
  [FLOW_SHARE_NONE] = "none",
  [FLOW_SHARE_KEPT] = "kept",
  [FLOW_SHARE_ERRORS] = "errors",
  [FLOW_SHARE_ALL] = "all",
};

/* What is written down about sending a trace. */
typedef struct
{
  gint64 wish;
  gint64 sent;    /* spans */
  gboolean kept;  /* the user said something about it */
  gint64 fetched; /* spans that came from other devices */
} Share;

/**
 * flow_share_mode_parse:
 * @text: a value of `sync.traces`
 *
 * Returns: the mode; %FLOW_SHARE_NONE for anything else
 */
FlowShareMode
flow_share_mode_parse (const char *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (mode_names); i++)
    if (g_strcmp0 (text, mode_names[i]) == 0)
      return (FlowShareMode) i;
  return FLOW_SHARE_NONE;
}

static gboolean
prepare_id (sqlite3 *db, const char *name, const guint8 *trace_id, sqlite3_stmt **stmt, GError **error)
{
  if (!flow_sql_prepare (db, name, stmt, error))
    return FALSE;
  sqlite3_bind_blob (*stmt, 1, trace_id, TRACE_ID_SIZE, SQLITE_STATIC);
  return TRUE;
}

static gboolean
read_share (sqlite3 *db, const guint8 *trace_id, Share *share, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  if (!prepare_id (db, "records/share-read", trace_id, &stmt, error) || !flow_sql_step_row (stmt, &row, error))
    return FALSE;
  *share = (Share) { sqlite3_column_int64 (stmt, 0), sqlite3_column_int64 (stmt, 1), sqlite3_column_int (stmt, 2) != 0,
                     sqlite3_column_int64 (stmt, 3) };
  return TRUE;
}

static gboolean
is_sent (const FlowTraceOffer *self, const Share *share, const FlowTraceHeader *header)
{
  if (share->wish != 0)
    return share->wish > 0;
  return self->mode == FLOW_SHARE_ALL || (self->mode >= FLOW_SHARE_ERRORS && header->errors > 0) ||
         (self->mode >= FLOW_SHARE_KEPT && share->kept);
}

static void
take_text (char **to, char **from)
{
  char *text = *to;

  *to = *from;
  *from = text;
}

/* Whoever has seen no error does not say that there was none. */
static void
keep_error (FlowTraceHeader *header, FlowTraceHeader *known)
{
  if (!g_str_equal (known->status, FLOW_TRACE_STATUS_ERROR) || !g_str_equal (header->status, FLOW_TRACE_STATUS_OK))
    return;
  take_text (&header->status, &known->status);
  header->completed_ns = known->completed_ns;
  header->duration_ns = known->duration_ns;
  header->errors = MAX (header->errors, known->errors);
}

/* Of a trace that several devices have spans of, each says what it sees; what only another one knows stays. */
static void
keep_known (FlowTraceHeader *header, FlowTraceHeader *known)
{
  gint64 end = MAX (header->started_ns + header->duration_ns, known->started_ns + known->duration_ns);

  take_text (&header->device, &known->device);
  take_text (&header->metadata, &known->metadata);
  take_text (&header->parts, &known->parts);
  take_text (&header->source_file, &known->source_file);
  header->source_line = known->source_line;
  if (header->workspace[0] == '\0')
    take_text (&header->workspace, &known->workspace);
  if (header->session[0] == '\0')
    take_text (&header->session, &known->session);
  keep_error (header, known);
  if (header->completed_ns != 0 || known->completed_ns == 0)
    return;
  /* Its root is on another device. */
  take_text (&header->name, &known->name);
  take_text (&header->status, &known->status);
  header->completed_ns = known->completed_ns;
  header->started_ns = MIN (header->started_ns, known->started_ns);
  header->duration_ns = end - header->started_ns;
  header->spans = MAX (header->spans, known->spans);
  header->errors = MAX (header->errors, known->errors);
}

static gboolean
write_header (const FlowTraceOffer *self, sqlite3 *db, FlowTraceHeader *header, GError **error)
{
  g_autoptr (FlowTraceHeader) known = NULL;
  g_autoptr (FlowTraceHeader) before = NULL;

  if (!flow_trace_header_read (db, header->trace_id, &known, error) ||
      !flow_trace_header_read (db, header->trace_id, &before, error))
    return FALSE;
  if (known != NULL)
    keep_known (header, known);
  if (header->device[0] == '\0')
    {
      g_free (header->device);
      header->device = g_strdup (self->device);
    }
  return (before != NULL && flow_trace_header_equal (before, header)) || flow_trace_header_write (header, db, error);
}

static gboolean
mark_pending (sqlite3 *db, const guint8 *trace_id, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  return prepare_id (db, "records/share-pending", trace_id, &stmt, error) && flow_sql_step_done (stmt, error);
}

/**
 * flow_trace_offer:
 * @self: how
 * @db: the writer's connection
 * @number: the number of a trace that is new or changed
 * @error: return location
 *
 * Offer a trace, if it is one to be offered and its spans are this device's own.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_trace_offer (const FlowTraceOffer *self, sqlite3 *db, guint64 number, GError **error)
{
  g_autoptr (FlowTraceHeader) header = NULL;
  gint64 spans;
  gboolean sent;
  Share share;

  if (!flow_trace_store_describe (self->traces, db, number, &header, error))
    return FALSE;
  if (header == NULL)
    return TRUE;
  if (!read_share (db, header->trace_id, &share, error))
    return FALSE;
  spans = header->spans;
  sent = is_sent (self, &share, header);
  /* Nothing but what was fetched from other devices. */
  if ((!sent && !share.kept) || spans <= share.fetched)
    return TRUE;
  if (!write_header (self, db, header, error))
    return FALSE;
  return !sent || spans == share.sent || mark_pending (db, header->trace_id, error);
}

/**
 * flow_trace_offer_id:
 * @self: how
 * @db: the writer's connection
 * @trace_id: a trace
 * @error: return location
 *
 * flow_trace_offer() for a trace that may not be here.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_trace_offer_id (const FlowTraceOffer *self, sqlite3 *db, const guint8 trace_id[16], GError **error)
{
  guint64 number = 0;

  return flow_trace_store_find_number (self->traces, db, trace_id, &number, error) &&
         (number == 0 || flow_trace_offer (self, db, number, error));
}

/* Of many traces most are nothing to be offered, which one look at each tells. */
static gboolean
is_wanted (const FlowTraceOffer *self, sqlite3_stmt *stmt, guint64 number, gboolean *wanted, GError **error)
{
  sqlite3_reset (stmt);
  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) number);
  sqlite3_bind_int (stmt, 2, self->mode >= FLOW_SHARE_ERRORS);
  return flow_sql_step_row (stmt, wanted, error);
}

/**
 * flow_trace_offer_changed:
 * @self: how
 * @db: the writer's connection
 * @numbers: (array length=n_numbers): traces that are new or changed
 * @n_numbers: how many
 * @error: return location
 *
 * flow_trace_offer() for each of them.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_trace_offer_changed (const FlowTraceOffer *self, sqlite3 *db, const guint64 *numbers, gsize n_numbers,
                          GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!flow_sql_prepare (db, "records/share-wanted", &stmt, error))
    return FALSE;
  for (gsize i = 0; i < n_numbers; i++)
    {
      gboolean wanted = self->mode == FLOW_SHARE_ALL;

      if ((!wanted && !is_wanted (self, stmt, numbers[i], &wanted, error)) ||
          (wanted && !flow_trace_offer (self, db, numbers[i], error)))
        return FALSE;
    }
  return TRUE;
}

/* Each trace that a statement names; @numbers gets those that are here. */
static gboolean
offer_ids (const FlowTraceOffer *self, sqlite3 *db, const char *name, GArray *numbers, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;
  guint64 number = 0;

  if (!flow_sql_prepare (db, name, &stmt, error))
    return FALSE;
  while (TRUE)
    {
      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      if (sqlite3_column_bytes (stmt, 0) != TRACE_ID_SIZE)
        continue;
      if (!flow_trace_store_find_number (self->traces, db, sqlite3_column_blob (stmt, 0), &number, error) ||
          (number != 0 && !flow_trace_offer (self, db, number, error)))
        return FALSE;
      if (number != 0 && numbers != NULL)
        g_array_append_val (numbers, number);
    }
}

/**
 * flow_trace_offer_dirty:
 * @self: how
 * @db: the writer's connection, before its transaction is committed
 * @error: return location
 *
 * Offer the traces about which something was said in this transaction: whoever reads it should know of what it is.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_trace_offer_dirty (const FlowTraceOffer *self, sqlite3 *db, GError **error)
{
  return offer_ids (self, db, "records/share-dirty", NULL, error);
}

/**
 * flow_trace_offer_facts:
 * @self: how
 * @db: the writer's connection
 * @numbers: (element-type guint64): gets the numbers of these traces
 * @error: return location
 *
 * Offer all traces about which something was said before this device began to sync.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_trace_offer_facts (const FlowTraceOffer *self, sqlite3 *db, GArray *numbers, GError **error)
{
  return offer_ids (self, db, "records/share-facts", numbers, error);
}

/* Up to which trace all were looked at that this mode, or a wider one, is about. */
static gboolean
read_cursor (const FlowTraceOffer *self, sqlite3 *db, guint64 *after, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  g_auto (GStrv) words = NULL;
  gboolean row = FALSE;

  *after = 0;
  if (!flow_sql_prepare (db, "records/share-cursor", &stmt, error) || !flow_sql_step_row (stmt, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  words = g_strsplit ((const char *) sqlite3_column_text (stmt, 0), " ", 2);
  if (g_strv_length (words) == 2 && flow_share_mode_parse (words[0]) >= self->mode)
    *after = g_ascii_strtoull (words[1], NULL, 10);
  return TRUE;
}

static gboolean
write_cursor (const FlowTraceOffer *self, sqlite3 *db, guint64 after, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%s %" G_GUINT64_FORMAT, mode_names[self->mode], after);
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!flow_sql_prepare (db, "records/share-cursor-write", &stmt, error))
    return FALSE;
  sqlite3_bind_text (stmt, 1, text, -1, SQLITE_STATIC);
  return flow_sql_step_done (stmt, error);
}

static gboolean
offer_numbers (const FlowTraceOffer *self, sqlite3 *db, guint64 *after, guint limit, gboolean *more, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;
  guint n = 0;

  if (!flow_sql_prepare (db, "records/share-scan", &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) *after);
  sqlite3_bind_int64 (stmt, 2, limit);
  sqlite3_bind_int (stmt, 3, self->mode == FLOW_SHARE_ALL);
  while (TRUE)
    {
      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        break;
      *after = (guint64) sqlite3_column_int64 (stmt, 0);
      n++;
      if (!flow_trace_offer (self, db, *after, error))
        return FALSE;
    }
  *more = n == limit;
  return TRUE;
}

/**
 * flow_trace_offer_more:
 * @self: how
 * @db: the writer's connection
 * @limit: how many to look at
 * @more: (out): whether there are more
 * @error: return location
 *
 * Offer traces that were there before, a few at a time; it goes on where it was the last time.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_trace_offer_more (const FlowTraceOffer *self, sqlite3 *db, guint limit, gboolean *more, GError **error)
{
  guint64 after = 0, before;

  *more = FALSE;
  if (self->mode < FLOW_SHARE_ERRORS)
    return TRUE;
  if (!read_cursor (self, db, &after, error))
    return FALSE;
  before = after;
  return offer_numbers (self, db, &after, limit, more, error) &&
         (after == before || write_cursor (self, db, after, error));
}

static gboolean
drop_blob (sqlite3 *db, const char *part, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!flow_sql_prepare (db, "records/blob-gone", &stmt, error))
    return FALSE;
  sqlite3_bind_text (stmt, 1, part, 2 * FLOW_TRACE_BLOB_ID_SIZE, SQLITE_STATIC);
  return flow_sql_step_done (stmt, error);
}

/* The place of what this device sent is taken by @text, or by nothing. */
static gboolean
replace_part (const FlowTraceOffer *self, sqlite3 *db, FlowTraceHeader *header, const char *text, GError **error)
{
  g_autofree char *before = flow_trace_parts_get (header, self->device);

  flow_trace_parts_set (header, self->device, text);
  return before == NULL || strlen (before) < 2 * FLOW_TRACE_BLOB_ID_SIZE || drop_blob (db, before, error);
}

/* A header that is for nothing else goes. */
static gboolean
take_back (const FlowTraceOffer *self, sqlite3 *db, const guint8 *trace_id, GError **error)
{
  g_autoptr (FlowTraceHeader) header = NULL;
  Share share;

  if (!flow_trace_header_read (db, trace_id, &header, error) || !read_share (db, trace_id, &share, error))
    return FALSE;
  if (header == NULL)
    return TRUE;
  if (!replace_part (self, db, header, NULL, error))
    return FALSE;
  if (!share.kept && g_str_equal (header->parts, "{}"))
    return flow_trace_header_delete (db, trace_id, error);
  return flow_trace_header_write (header, db, error);
}

static gboolean
write_wish (sqlite3 *db, const guint8 *trace_id, int wish, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!prepare_id (db, "records/share-wish", trace_id, &stmt, error))
    return FALSE;
  sqlite3_bind_int (stmt, 2, wish);
  return flow_sql_step_done (stmt, error);
}

/**
 * flow_trace_offer_wish:
 * @self: how
 * @db: the writer's connection
 * @trace_id: a trace
 * @stop: whether its spans are to be taken back instead
 * @error: return location
 *
 * Do with a trace as the user says, whatever the settings say.
 *
 * Returns: %FALSE with %FLOW_ERROR_NOT_FOUND when the trace is not here, or the codes of flow_sql_error()
 */
gboolean
flow_trace_offer_wish (const FlowTraceOffer *self, sqlite3 *db, const guint8 trace_id[16], gboolean stop,
                       GError **error)
{
  g_autoptr (FlowTraceHeader) header = NULL;
  guint64 number = 0;

  if (!flow_trace_store_find_number (self->traces, db, trace_id, &number, error) ||
      (number != 0 && !flow_trace_store_describe (self->traces, db, number, &header, error)))
    return FALSE;
  if (header == NULL && !stop)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND,
                           _ ("The spans of this trace are not on this device"));
      return FALSE;
    }
  if (stop)
    return take_back (self, db, trace_id, error) && write_wish (db, trace_id, -1, error);
  return write_wish (db, trace_id, 1, error) && flow_trace_offer (self, db, number, error);
}

/**
 * flow_trace_offer_look:
 * @self: how
 * @db: the writer's connection
 * @trace_id: a trace
 * @shared: (out): whether its spans go to the other devices, as the user or the settings say
 * @error: return location
 *
 * Tell what becomes of a trace. One that is not here goes nowhere.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_trace_offer_look (const FlowTraceOffer *self, sqlite3 *db, const guint8 trace_id[16], gboolean *shared,
                       GError **error)
{
  g_autoptr (FlowTraceHeader) header = NULL;
  guint64 number = 0;
  Share share;

  if (!flow_trace_store_find_number (self->traces, db, trace_id, &number, error) ||
      (number != 0 && !flow_trace_store_describe (self->traces, db, number, &header, error)) ||
      !read_share (db, trace_id, &share, error))
    return FALSE;
  *shared = header != NULL && is_sent (self, &share, header);
  return TRUE;
}

/* What is here need not be fetched. */
static gboolean
mark_known (sqlite3 *db, const guint8 *trace_id, const char *part, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!prepare_id (db, "records/fetched-write", trace_id, &stmt, error))
    return FALSE;
  sqlite3_bind_text (stmt, 2, part, 2 * FLOW_TRACE_BLOB_ID_SIZE, SQLITE_STATIC);
  sqlite3_bind_int64 (stmt, 3, 0);
  return flow_sql_step_done (stmt, error);
}

static gboolean
mark_sent (sqlite3 *db, const guint8 *trace_id, guint64 spans, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!prepare_id (db, "records/share-sent", trace_id, &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 2, (sqlite3_int64) spans);
  return flow_sql_step_done (stmt, error);
}

/**
 * flow_trace_offer_sent:
 * @self: how
 * @db: the writer's connection
 * @trace_id: a trace
 * @part: (nullable): where its spans are; %NULL: they cannot be sent
 * @source_file: (nullable): where it is from in the code
 * @source_line: the line there
 * @error: return location
 *
 * Tell the other devices that the spans of a trace can be had.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_trace_offer_sent (const FlowTraceOffer *self, sqlite3 *db, const guint8 trace_id[16], const FlowTracePart *part,
                       const char *source_file, guint source_line, GError **error)
{
  g_autoptr (FlowTraceHeader) header = NULL;
  g_autofree char *text = part != NULL ? flow_trace_part_to_text (part) : NULL;
  Share share;

  if (!flow_trace_header_read (db, trace_id, &header, error) || !read_share (db, trace_id, &share, error))
    return FALSE;
  if (text == NULL)
    return mark_sent (db, trace_id, header != NULL ? (guint64) header->spans : 0, error);
  /* It was erased, or taken back, while it was on its way. */
  if (header == NULL || share.wish < 0)
    return drop_blob (db, text, error);
  if (source_file != NULL && *source_file != '\0')
    {
      g_free (header->source_file);
      header->source_file = g_strdup (source_file);
      header->source_line = source_line;
    }
  return replace_part (self, db, header, text, error) && flow_trace_header_write (header, db, error) &&
         mark_sent (db, trace_id, part->spans, error) && mark_known (db, trace_id, text, error) &&
         flow_trace_offer_id (self, db, trace_id, error);
}

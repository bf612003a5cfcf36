/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit"

#include "edit/flow-edit-history.h"

#include "base/flow-error.h"
#include "edit/flow-edit-read.h"
#include "edit/flow-edit-resources.h"
#include "message/flow-json-member.h"
#include "store/flow-statement.h"
#include "store/flow-store.h"
#include "text/flow-text-operation-json.h"
#include "text/flow-text-position.h"
#include "text/flow-text-transform.h"

/* The journal as people look at it: read from the database, on any thread. */

/* Characters of what stays that are shown before and after a change. */
#define AROUND 40

/* An entry as it is shown: what it changed, against the text before it. */
typedef struct
{
  guint64 place;
  guint64 revision;
  gint64 time_ns;
  char *by;
  char *side;
  char *what;
  gint64 inserted;
  gint64 deleted;
  FlowTextOperation *operation; /* nullable */
  FlowText *before;             /* nullable */
} Shown;

static sqlite3 *
open_database (const char *database, GError **error)
{
  flow_edit_resources_ensure ();
  return flow_store_open_reader (database, error);
}

static void
shown_free (gpointer data)
{
  Shown *self = data;

  g_free (self->by);
  g_free (self->side);
  g_free (self->what);
  g_clear_pointer (&self->operation, flow_text_operation_unref);
  g_clear_pointer (&self->before, flow_text_unref);
  g_free (self);
}

static void
write_time (FlowJsonWriter *writer, const char *key, gint64 time_ns)
{
  flow_json_writer_key (writer, key);
  if (time_ns != 0)
    flow_json_writer_time (writer, time_ns);
  else
    flow_json_writer_null (writer);
}

static void
write_session (FlowJsonWriter *writer, const FlowEditRecord *record)
{
  flow_json_writer_begin_object (writer);
  flow_json_member_text (writer, "id", record->id, -1);
  flow_json_member_text (writer, "title", record->title, -1);
  flow_json_member_text (writer, "url", record->url, -1);
  flow_json_member_text (writer, "site", record->site, -1);
  flow_json_member_text (writer, "type", record->type, -1);
  write_time (writer, "created", record->created_ns);
  write_time (writer, "changed", record->changed_ns);
  write_time (writer, "saved", record->saved_ns);
  flow_json_member_uint (writer, "revision", record->revision);
  flow_json_member_uint (writer, "length", record->length);
  flow_json_member_text (writer, "reason", record->closed_ns != 0 ? record->reason : "detached", -1);
  flow_json_writer_end_object (writer);
}

/**
 * flow_edit_history_write_sessions:
 * @database: a database; a hub may be running on it
 * @writer: where to
 * @error: return location
 *
 * Write the texts that the journal has as `{"sessions": [...]}`, what was changed last first. Which of them are open
 * only the hub knows.
 *
 * Returns: %FALSE with the codes of flow_store_open_reader()
 */
gboolean
flow_edit_history_write_sessions (const char *database, FlowJsonWriter *writer, GError **error)
{
  g_autoptr (sqlite3) db = open_database (database, error);
  g_autoptr (GPtrArray) records = db != NULL ? flow_edit_read_records (db, error) : NULL;

  if (records == NULL)
    return FALSE;
  flow_json_writer_begin_object (writer);
  flow_json_writer_key (writer, "sessions");
  flow_json_writer_begin_array (writer);
  for (guint i = 0; i < records->len; i++)
    {
      const FlowEditRecord *record = g_ptr_array_index (records, i);

      if (record->forgotten_ns == 0)
        write_session (writer, record);
    }
  flow_json_writer_end_array (writer);
  flow_json_writer_end_object (writer);
  return TRUE;
}

static char *
dup_column (sqlite3_stmt *row, int column)
{
  return g_strdup ((const char *) sqlite3_column_text (row, column));
}

static Shown *
shown_from_row (sqlite3_stmt *row)
{
  Shown *self = g_new0 (Shown, 1);

  self->place = (guint64) sqlite3_column_int64 (row, 0) & FLOW_EDIT_PLACE_MASK;
  self->revision = (guint64) sqlite3_column_int64 (row, 1);
  self->time_ns = sqlite3_column_int64 (row, 2);
  self->by = dup_column (row, 3);
  self->side = dup_column (row, 4);
  self->what = dup_column (row, 5);
  self->inserted = sqlite3_column_int64 (row, 6);
  self->deleted = sqlite3_column_int64 (row, 7);
  return self;
}

/* Returns: (transfer full): the entries before a place, the newest first. */
static GPtrArray *
read_page (sqlite3 *db, guint64 number, guint64 before, guint limit, GError **error)
{
  g_autoptr (GPtrArray) page = g_ptr_array_new_with_free_func (shown_free);
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row;

  if (!flow_sql_prepare (db, "edit-entry-page", &stmt, error))
    return NULL;
  sqlite3_bind_int64 (stmt, 1, flow_edit_read_first (number) + 1);
  sqlite3_bind_int64 (stmt, 2,
                      before > 0 && before <= FLOW_EDIT_PLACE_MASK ? flow_edit_read_first (number) + (gint64) before - 1
                                                                   : flow_edit_read_last (number));
  sqlite3_bind_int64 (stmt, 3, limit);
  while (flow_sql_step_row (stmt, &row, error))
    {
      if (!row)
        return g_steal_pointer (&page);
      g_ptr_array_add (page, shown_from_row (stmt));
    }
  return NULL;
}

/* Gives the entries of a page the text before them, from the oldest on. */
typedef struct
{
  GPtrArray *page; /* the newest first */
  FlowText *text;  /* nullable: a part of the journal is missing */
} Walk;

static Shown *
find_shown (GPtrArray *page, guint64 place)
{
  const Shown *oldest = g_ptr_array_index (page, page->len - 1);

  if (place < oldest->place || place - oldest->place >= page->len)
    return NULL;
  return g_ptr_array_index (page, page->len - 1 - (guint) (place - oldest->place));
}

static gboolean
walk_step (guint64 place, const char *what, FlowEditChange *change, gpointer data)
{
  Walk *self = data;
  const Shown *newest = g_ptr_array_index (self->page, 0);
  Shown *shown = find_shown (self->page, place);
  FlowText *after;

  if (place > newest->place)
    return FALSE;
  if (change->operation == NULL)
    return TRUE;
  if (shown != NULL)
    {
      shown->operation = flow_text_operation_ref (change->operation);
      shown->before = flow_text_ref (self->text);
    }
  after = flow_text_operation_apply (change->operation, self->text, NULL);
  if (after == NULL)
    return FALSE;
  flow_text_unref (self->text);
  self->text = after;
  return TRUE;
}

static gboolean
find_texts (sqlite3 *db, guint64 number, GPtrArray *page, GError **error)
{
  const Shown *oldest = page->len > 0 ? g_ptr_array_index (page, page->len - 1) : NULL;
  Walk walk = { .page = page };
  guint64 place;
  gint64 first;
  gboolean ok;

  if (oldest == NULL)
    return TRUE;
  if (!flow_edit_read_oldest (db, number, G_MAXINT64, 0, &first, NULL, error))
    return FALSE;
  /* The first whole text is that after the first entry. */
  walk.text = flow_edit_read_snapshot_before (db, number, MAX (oldest->place, (guint64) (first + 1)), &place, error);
  if (walk.text == NULL)
    return FALSE;
  ok = flow_edit_read_steps (db, number, place, walk_step, &walk, error);
  flow_text_unref (walk.text);
  return ok;
}

static void
write_piece (FlowJsonWriter *writer, const char *kind, const char *text, gsize size, gsize line)
{
  if (size == 0)
    return;
  flow_json_writer_begin_object (writer);
  flow_json_member_text (writer, "kind", kind, -1);
  flow_json_member_text (writer, "text", text, (gssize) size);
  flow_json_member_uint (writer, "line", line);
  flow_json_writer_end_object (writer);
}

/* Some characters of a text, as bytes, and the line that they begin in, from 1. */
static void
write_slice (FlowJsonWriter *writer, const char *kind, const Shown *shown, gsize from, gsize to)
{
  gsize start = flow_text_position_convert (shown->before, from, FLOW_TEXT_CHARACTERS, FLOW_TEXT_BYTES);
  gsize end = flow_text_position_convert (shown->before, to, FLOW_TEXT_CHARACTERS, FLOW_TEXT_BYTES);
  gsize line;
  gsize column;

  flow_text_position_to_line (shown->before, from, FLOW_TEXT_CHARACTERS, &line, &column);
  write_piece (writer, kind, flow_text_get_data (shown->before) + start, end - start, line + 1);
}

static void
write_insert (FlowJsonWriter *writer, const Shown *shown, gsize at, const FlowTextComponent *component)
{
  gsize line;
  gsize column;

  flow_text_position_to_line (shown->before, at, FLOW_TEXT_CHARACTERS, &line, &column);
  write_piece (writer, "insert", component->text, component->size, line + 1);
}

/* Of what stays only what is near a change. */
static void
write_equal (FlowJsonWriter *writer, const Shown *shown, gsize from, gsize to, gboolean is_first)
{
  gsize length = flow_text_get_length (shown->before);
  gboolean is_last = to == length;

  if (!is_first && !is_last && to - from <= 2 * AROUND)
    {
      write_slice (writer, "equal", shown, from, to);
      return;
    }
  if (!is_first)
    write_slice (writer, "equal", shown, from, MIN (from + AROUND, to));
  if (!is_last)
    write_slice (writer, "equal", shown, MAX (to, from + AROUND) - AROUND, to);
}

static void
write_diff (FlowJsonWriter *writer, const Shown *shown)
{
  gsize length = shown->before != NULL ? flow_text_get_length (shown->before) : 0;
  FlowTextOperationIter iter;
  FlowTextComponent component;
  gsize at = 0;

  flow_json_writer_key (writer, "diff");
  flow_json_writer_begin_array (writer);
  if (shown->operation != NULL)
    {
      flow_text_operation_iter_init (&iter, shown->operation);
      while (flow_text_operation_iter_next (&iter, &component))
        {
          if (component.kind == FLOW_TEXT_INSERT)
            {
              write_insert (writer, shown, at, &component);
              continue;
            }
          if (component.kind == FLOW_TEXT_DELETE)
            write_slice (writer, "delete", shown, at, at + component.length);
          else
            write_equal (writer, shown, at, at + component.length, at == 0);
          at += component.length;
        }
      if (at < length && at > 0)
        write_equal (writer, shown, at, length, FALSE);
    }
  flow_json_writer_end_array (writer);
}

static void
write_entry (FlowJsonWriter *writer, const Shown *shown)
{
  flow_json_writer_begin_object (writer);
  flow_json_member_uint (writer, "number", shown->place);
  flow_json_member_uint (writer, "revision", shown->revision);
  write_time (writer, "time", shown->time_ns);
  flow_json_member_text (writer, "by", shown->by, -1);
  flow_json_member_text (writer, "side", shown->side, -1);
  flow_json_member_text (writer, "what", shown->what, -1);
  flow_json_member_int (writer, "inserted", shown->inserted);
  flow_json_member_int (writer, "deleted", shown->deleted);
  write_diff (writer, shown);
  flow_json_writer_end_object (writer);
}

/**
 * flow_edit_history_write_journal:
 * @database: a database; a hub may be running on it
 * @id: of a session
 * @before: entries before this one; 0: the newest
 * @limit: how many; 0: as usual
 * @writer: where to, inside an object
 * @error: return location
 *
 * Write what happened to a text, the newest first, each change as the pieces of text that came, went, and stayed beside
 * them: `id`, `entries`, `more`.
 *
 * Returns: %FALSE with %FLOW_ERROR_NO_SESSION, or when the journal cannot be read
 */
gboolean
flow_edit_history_write_journal (const char *database, const char *id, guint64 before, guint limit,
                                 FlowJsonWriter *writer, GError **error)
{
  g_autoptr (sqlite3) db = open_database (database, error);
  g_autoptr (GPtrArray) page = NULL;
  guint64 number;
  guint n = limit == 0 ? FLOW_EDIT_HISTORY_LIMIT : MIN (limit, FLOW_EDIT_HISTORY_MAX);

  if (db == NULL || !flow_edit_read_find (db, id, &number, NULL, error))
    return FALSE;
  page = read_page (db, number, before, n, error);
  if (page == NULL || !find_texts (db, number, page, error))
    return FALSE;
  flow_json_member_text (writer, "id", id, -1);
  flow_json_writer_key (writer, "entries");
  flow_json_writer_begin_array (writer);
  for (guint i = 0; i < page->len; i++)
    write_entry (writer, g_ptr_array_index (page, i));
  flow_json_writer_end_array (writer);
  flow_json_member_flag (writer, "more",
                         page->len > 0 && ((Shown *) g_ptr_array_index (page, page->len - 1))->place > 1);
  return TRUE;
}

/**
 * flow_edit_history_write_text:
 * @database: a database; a hub may be running on it
 * @id: of a session
 * @revision: one that it had; negative: the newest
 * @writer: where to, inside an object
 * @error: return location
 *
 * Write a text as it was: `id`, `revision`, `text`.
 *
 * Returns: %FALSE with %FLOW_ERROR_NO_SESSION, %FLOW_ERROR_NOT_FOUND, or when the journal cannot be read
 */
gboolean
flow_edit_history_write_text (const char *database, const char *id, gint64 revision, FlowJsonWriter *writer,
                              GError **error)
{
  g_autoptr (sqlite3) db = open_database (database, error);
  g_autoptr (FlowText) text = NULL;
  guint64 number;
  guint64 newest;
  guint64 at;

  if (db == NULL || !flow_edit_read_find (db, id, &number, &newest, error))
    return FALSE;
  if (revision >= 0)
    newest = (guint64) revision;
  text = flow_edit_read_text (db, number, newest, &at, error);
  if (text == NULL)
    return FALSE;
  if (at != newest)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, "there is no revision %" G_GUINT64_FORMAT, newest);
      return FALSE;
    }
  flow_json_member_text (writer, "id", id, -1);
  flow_json_member_uint (writer, "revision", newest);
  flow_json_member_text (writer, "text", flow_text_get_data (text), (gssize) flow_text_get_size (text));
  return TRUE;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit"

#include "edit/flow-edit-read.h"

#include <string.h>

#include "base/flow-error.h"
#include "store/flow-statement.h"
#include "text/flow-text-operation-json.h"
#include "text/flow-text-transform.h"

/* Follows a text from a snapshot on. */
typedef struct
{
  guint64 until; /* the last revision that is wanted */
  guint64 at;
  guint64 places;
  FlowTextOperation *all; /* what was done since the snapshot, as one */
  gboolean is_broken;
} Follow;

/* Gathers what was changed after a revision. */
typedef struct
{
  guint64 after;
  gboolean was_there;
  gboolean is_broken;
  GPtrArray *changes;
} Gather;

/** flow_edit_read_first: Returns: what comes before the entries of a session. */
gint64
flow_edit_read_first (guint64 number)
{
  return (gint64) (number << FLOW_EDIT_PLACE_BITS);
}

/** flow_edit_read_last: Returns: the last number that an entry of a session may have. */
gint64
flow_edit_read_last (guint64 number)
{
  return (gint64) (number << FLOW_EDIT_PLACE_BITS | FLOW_EDIT_PLACE_MASK);
}

static guint64
place_of (sqlite3_stmt *row)
{
  return (guint64) sqlite3_column_int64 (row, 0) & FLOW_EDIT_PLACE_MASK;
}

static void
bind_range (sqlite3_stmt *stmt, guint64 number)
{
  sqlite3_bind_int64 (stmt, 1, flow_edit_read_first (number));
  sqlite3_bind_int64 (stmt, 2, flow_edit_read_last (number));
}

static gboolean
not_found (GError **error, const char *what)
{
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, what);
  return FALSE;
}

/**
 * flow_edit_read_find:
 * @db: any connection
 * @id: a session's id
 * @number: (out): its number
 * @revision: (out) (optional): its newest revision
 * @error: return location
 *
 * Look a session up.
 *
 * Returns: %FALSE with %FLOW_ERROR_NO_SESSION or the codes of flow_sql_error()
 */
gboolean
flow_edit_read_find (sqlite3 *db, const char *id, guint64 *number, guint64 *revision, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row;

  if (!flow_sql_prepare (db, "edit-session-find", &stmt, error))
    return FALSE;
  sqlite3_bind_text (stmt, 1, id, -1, SQLITE_STATIC);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  if (!row)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_NO_SESSION, "there is no text “%s”", id);
      return FALSE;
    }
  *number = (guint64) sqlite3_column_int64 (stmt, 0);
  if (revision != NULL)
    *revision = (guint64) sqlite3_column_int64 (stmt, 1);
  return TRUE;
}

static gboolean
read_hash (sqlite3_stmt *row, int column, guint8 hash[FLOW_EDIT_HASH_SIZE])
{
  if (sqlite3_column_bytes (row, column) != FLOW_EDIT_HASH_SIZE)
    return FALSE;
  memcpy (hash, sqlite3_column_blob (row, column), FLOW_EDIT_HASH_SIZE);
  return TRUE;
}

static char *
dup_column (sqlite3_stmt *row, int column)
{
  return g_strdup ((const char *) sqlite3_column_text (row, column));
}

static gpointer
record_from_row (sqlite3_stmt *row)
{
  FlowEditRecord *self = g_new0 (FlowEditRecord, 1);

  self->number = (guint64) sqlite3_column_int64 (row, 0);
  self->id = dup_column (row, 1);
  self->identity = dup_column (row, 2);
  self->title = dup_column (row, 3);
  self->url = dup_column (row, 4);
  self->site = dup_column (row, 5);
  self->type = dup_column (row, 6);
  self->choice = dup_column (row, 7);
  self->created_ns = sqlite3_column_int64 (row, 8);
  self->changed_ns = sqlite3_column_int64 (row, 9);
  self->saved_ns = sqlite3_column_int64 (row, 10);
  self->closed_ns = sqlite3_column_int64 (row, 11);
  self->reason = dup_column (row, 12);
  self->forgotten_ns = sqlite3_column_int64 (row, 13);
  self->revision = (guint64) sqlite3_column_int64 (row, 14);
  self->length = (gsize) sqlite3_column_int64 (row, 15);
  self->bytes = (guint64) sqlite3_column_int64 (row, 16);
  read_hash (row, 17, self->first_hash);
  self->has_page_hash = read_hash (row, 18, self->page_hash);
  return self;
}

/**
 * flow_edit_read_records:
 * @db: any connection
 * @error: return location
 *
 * Read what is known about all sessions.
 *
 * Returns: (transfer full) (element-type FlowEditRecord): those that were changed last come first; `places` is not
 *   known. %NULL with the codes of flow_sql_error()
 */
GPtrArray *
flow_edit_read_records (sqlite3 *db, GError **error)
{
  return flow_sql_read_records (db, "edit-session-list", record_from_row, (GDestroyNotify) flow_edit_record_free,
                                error);
}

/* The newest snapshot of some. */
static FlowText *
read_snapshot (sqlite3 *db, guint64 number, gint64 last, guint64 revision, guint64 *place, guint64 *at, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row;

  if (!flow_sql_prepare (db, "edit-snapshot-find", &stmt, error))
    return NULL;
  sqlite3_bind_int64 (stmt, 1, flow_edit_read_first (number));
  sqlite3_bind_int64 (stmt, 2, last);
  sqlite3_bind_int64 (stmt, 3, (gint64) revision);
  if (!flow_sql_step_row (stmt, &row, error))
    return NULL;
  if (!row)
    {
      not_found (error, "the text is not in the journal as it was then");
      return NULL;
    }
  *place = place_of (stmt);
  *at = (guint64) sqlite3_column_int64 (stmt, 1);
  return flow_text_new (sqlite3_column_bytes (stmt, 2) > 0 ? sqlite3_column_blob (stmt, 2) : "",
                        sqlite3_column_bytes (stmt, 2), error);
}

/**
 * flow_edit_read_snapshot:
 * @db: any connection
 * @number: of a session
 * @revision: the newest that is wanted
 * @place: (out): of the last entry in it
 * @at: (out): its revision
 * @error: return location
 *
 * Read the newest whole text that is not newer than a revision.
 *
 * Returns: (transfer full): the text; %NULL with %FLOW_ERROR_NOT_FOUND, %FLOW_ERROR_BAD_REQUEST (it is none) or the
 *   codes of flow_sql_error()
 */
FlowText *
flow_edit_read_snapshot (sqlite3 *db, guint64 number, guint64 revision, guint64 *place, guint64 *at, GError **error)
{
  return read_snapshot (db, number, flow_edit_read_last (number), revision, place, at, error);
}

/**
 * flow_edit_read_snapshot_before:
 * @db: any connection
 * @number: of a session
 * @before: place of an entry, from 1
 * @place: (out): of the last entry in it
 * @error: return location
 *
 * Read the newest whole text from before an entry.
 *
 * Returns: (transfer full): the text; %NULL with the codes of flow_edit_read_snapshot()
 */
FlowText *
flow_edit_read_snapshot_before (sqlite3 *db, guint64 number, guint64 before, guint64 *place, GError **error)
{
  guint64 at;

  return read_snapshot (db, number, flow_edit_read_first (number) + (gint64) before - 1, G_MAXINT64, place, &at, error);
}

/**
 * flow_edit_read_oldest:
 * @db: any connection
 * @number: of a session
 * @revision: the newest that is wanted
 * @skip: how many older snapshots to pass
 * @place: (out): of the last entry in it, -1: there is none
 * @at: (out) (optional): its revision
 * @error: return location
 *
 * Look for the oldest whole text, or one of the next.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_edit_read_oldest (sqlite3 *db, guint64 number, guint64 revision, guint skip, gint64 *place, guint64 *at,
                       GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row;

  if (!flow_sql_prepare (db, "edit-snapshot-oldest", &stmt, error))
    return FALSE;
  bind_range (stmt, number);
  sqlite3_bind_int64 (stmt, 3, (gint64) MIN (revision, G_MAXINT64));
  sqlite3_bind_int64 (stmt, 4, skip);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  *place = row ? (gint64) place_of (stmt) : -1;
  if (at != NULL)
    *at = row ? (guint64) sqlite3_column_int64 (stmt, 1) : 0;
  return TRUE;
}

static FlowEditChange *
change_from_row (sqlite3_stmt *row, GError **error)
{
  int size = sqlite3_column_bytes (row, 6);
  g_autoptr (FlowTextOperation) operation = NULL;

  if (size > 0)
    {
      operation = flow_text_operation_from_json (sqlite3_column_blob (row, 6), size, error);
      if (operation == NULL)
        {
          g_prefix_error (error, "the journal: ");
          return NULL;
        }
    }
  return flow_edit_change_new ((guint64) sqlite3_column_int64 (row, 1), operation,
                               (const char *) sqlite3_column_text (row, 4), (const char *) sqlite3_column_text (row, 5),
                               (const char *) sqlite3_column_text (row, 3));
}

/**
 * flow_edit_read_steps:
 * @db: any connection
 * @number: of a session
 * @place: after which entry
 * @step: takes an entry
 * @data: for @step
 * @error: return location
 *
 * Read entries, the oldest first.
 *
 * Returns: %FALSE when one cannot be read: %FLOW_ERROR_BAD_REQUEST or the codes of flow_sql_error()
 */
gboolean
flow_edit_read_steps (sqlite3 *db, guint64 number, guint64 place, FlowEditStepFunc step, gpointer data, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row;

  if (!flow_sql_prepare (db, "edit-entry-operations", &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, flow_edit_read_first (number) + (gint64) place);
  sqlite3_bind_int64 (stmt, 2, flow_edit_read_last (number));
  while (flow_sql_step_row (stmt, &row, error))
    {
      g_autoptr (FlowEditChange) change = NULL;

      if (!row)
        return TRUE;
      change = change_from_row (stmt, error);
      if (change == NULL)
        return FALSE;
      if (!step (place_of (stmt), (const char *) sqlite3_column_text (stmt, 2), change, data))
        return TRUE;
    }
  return FALSE;
}

/* Whether an entry of this kind has changed the text. */
static gboolean
is_change (const char *what)
{
  static const char *const changes[] = { "change", "undo", "redo", "resolve", NULL };

  return g_strv_contains (changes, what);
}

static gboolean
follow_step (guint64 place, const char *what, FlowEditChange *change, gpointer data)
{
  Follow *self = data;
  FlowTextOperation *all;

  if (change->revision > self->until)
    return FALSE;
  self->places = place;
  self->at = change->revision;
  if (change->operation == NULL)
    {
      self->is_broken |= is_change (what);
      return !self->is_broken;
    }
  all = flow_text_operation_compose (self->all, change->operation);
  flow_text_operation_unref (self->all);
  self->all = all;
  return TRUE;
}

static FlowText *
follow (sqlite3 *db, guint64 number, guint64 revision, guint64 *at, guint64 *places, guint64 *snapshot_place,
        GError **error)
{
  Follow self = { .until = revision };
  g_autoptr (FlowText) text = flow_edit_read_snapshot (db, number, revision, snapshot_place, &self.at, error);
  g_autoptr (FlowTextOperation) all = NULL;

  if (text == NULL)
    return NULL;
  self.places = *snapshot_place;
  self.all = flow_text_operation_new_noop ();
  if (!flow_edit_read_steps (db, number, *snapshot_place, follow_step, &self, error))
    {
      flow_text_operation_unref (self.all);
      return NULL;
    }
  all = self.all;
  *at = self.at;
  *places = self.places;
  if (self.is_broken)
    {
      not_found (error, "a part of the journal is missing");
      return NULL;
    }
  return flow_text_operation_apply (all, text, error);
}

/**
 * flow_edit_read_text:
 * @db: any connection
 * @number: of a session
 * @revision: any
 * @at: (out): the newest revision that the session had which is not after it
 * @error: return location
 *
 * Read a text as it was.
 *
 * Returns: (transfer full): the text; %NULL with %FLOW_ERROR_NOT_FOUND, %FLOW_ERROR_BAD_REQUEST (the journal is
 *   damaged) or the codes of flow_sql_error()
 */
FlowText *
flow_edit_read_text (sqlite3 *db, guint64 number, guint64 revision, guint64 *at, GError **error)
{
  guint64 places, snapshot_place;

  return follow (db, number, revision, at, &places, &snapshot_place, error);
}

static gboolean
gather_step (guint64 place, const char *what, FlowEditChange *change, gpointer data)
{
  Gather *self = data;

  self->was_there |= change->revision == self->after;
  if (change->revision <= self->after)
    return TRUE;
  if (change->operation != NULL)
    g_ptr_array_add (self->changes, flow_edit_change_new (change->revision, change->operation, change->client,
                                                          change->op_id, change->by));
  else
    self->is_broken |= is_change (what);
  return !self->is_broken;
}

/**
 * flow_edit_read_changes:
 * @db: any connection
 * @number: of a session
 * @after: a revision that it had
 * @error: return location
 *
 * Read what was changed since a revision.
 *
 * Returns: (transfer full) (element-type FlowEditChange): the oldest first; %NULL with %FLOW_ERROR_NOT_FOUND,
 *   %FLOW_ERROR_BAD_REQUEST (the journal is damaged) or the codes of flow_sql_error()
 */
GPtrArray *
flow_edit_read_changes (sqlite3 *db, guint64 number, guint64 after, GError **error)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_edit_change_free);
  Gather self = { .after = after, .changes = changes };
  guint64 place, at;
  g_autoptr (FlowText) text = flow_edit_read_snapshot (db, number, after, &place, &at, error);

  if (text == NULL)
    return NULL;
  self.was_there = at == after;
  if (!flow_edit_read_steps (db, number, place, gather_step, &self, error))
    return NULL;
  if (!self.was_there || self.is_broken)
    {
      not_found (error, "it is not known what was changed since");
      return NULL;
    }
  return g_steal_pointer (&changes);
}

/**
 * flow_edit_read_back:
 * @db: any connection
 * @number: of a session
 * @entries: how many
 * @error: return location
 *
 * Find out which revision a session had before its newest entries.
 *
 * Returns: a revision, the first one that is kept if there are less entries; 0 with the codes of flow_sql_error()
 */
guint64
flow_edit_read_back (sqlite3 *db, guint64 number, guint entries, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  guint64 oldest;
  gint64 place;
  gboolean row;

  if (!flow_sql_prepare (db, "edit-entry-back", &stmt, error))
    return 0;
  bind_range (stmt, number);
  sqlite3_bind_int64 (stmt, 3, entries);
  if (!flow_sql_step_row (stmt, &row, error))
    return 0;
  if (row)
    return (guint64) sqlite3_column_int64 (stmt, 0);
  if (!flow_edit_read_oldest (db, number, G_MAXINT64, 0, &place, &oldest, error))
    return 0;
  return MAX (oldest, 1);
}

static gpointer
conflict_from_row (sqlite3_stmt *row)
{
  FlowEditConflict *self = g_new0 (FlowEditConflict, 1);

  self->start = (gsize) sqlite3_column_int64 (row, 0);
  self->length = (gsize) sqlite3_column_int64 (row, 1);
  self->mine_by = dup_column (row, 2);
  self->theirs_by = dup_column (row, 3);
  self->base = dup_column (row, 4);
  self->mine = dup_column (row, 5);
  self->theirs = dup_column (row, 6);
  return self;
}

static GPtrArray *
read_conflicts (sqlite3 *db, guint64 number, gsize length, GError **error)
{
  g_autoptr (GPtrArray) conflicts = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_edit_conflict_free);
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row;

  if (!flow_sql_prepare (db, "edit-conflict-list", &stmt, error))
    return NULL;
  bind_range (stmt, number);
  while (flow_sql_step_row (stmt, &row, error))
    {
      FlowEditConflict *conflict;

      if (!row)
        return g_steal_pointer (&conflicts);
      conflict = conflict_from_row (stmt);
      g_ptr_array_add (conflicts, conflict);
      conflict->start = MIN (conflict->start, length);
      conflict->length = MIN (conflict->length, length - conflict->start);
    }
  return NULL;
}

/**
 * flow_edit_read_session:
 * @db: any connection
 * @number: of a session
 * @error: return location
 *
 * Read a session as it was last.
 *
 * Returns: (transfer full): the session; %NULL with %FLOW_ERROR_NOT_FOUND, %FLOW_ERROR_BAD_REQUEST (the journal is
 *   damaged) or the codes of flow_sql_error()
 */
FlowEditStored *
flow_edit_read_session (sqlite3 *db, guint64 number, GError **error)
{
  g_autoptr (FlowEditStored) stored = g_new0 (FlowEditStored, 1);

  stored->text = follow (db, number, G_MAXINT64, &stored->revision, &stored->places, &stored->snapshot_place, error);
  if (stored->text == NULL)
    return NULL;
  stored->conflicts = read_conflicts (db, number, flow_text_get_length (stored->text), error);
  return stored->conflicts != NULL ? g_steal_pointer (&stored) : NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit"

#include "edit/flow-edit-journal-cut.h"

#include "edit/flow-edit-read.h"
#include "store/flow-statement.h"

/* When the journal is too big it is made smaller by so much more, as a part of the limit: not again at once. */
#define SLACK 8

/* A session that is open. */
typedef struct
{
  const FlowEditOpen *open;
  guint64 noted; /* what the record says that it takes */
  guint64 bytes; /* what it does */
  gboolean is_least;
} Size;

static const FlowEditOpen *
find_open (const FlowEditLimits *limits, guint64 number)
{
  for (guint i = 0; i < limits->open->len; i++)
    {
      const FlowEditOpen *open = &g_array_index (limits->open, FlowEditOpen, i);

      if (open->number == number)
        return open;
    }
  return NULL;
}

/* Returns: (transfer full) (nullable): the sessions that are open. @total: (out): what all take. */
static GArray *
read_sizes (sqlite3 *db, const FlowEditLimits *limits, guint64 *total, GError **error)
{
  g_autoptr (GArray) sizes = g_array_new (FALSE, FALSE, sizeof (Size));
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row;

  *total = 0;
  if (!flow_sql_prepare (db, "edit-session-sizes", &stmt, error))
    return NULL;
  while (flow_sql_step_row (stmt, &row, error))
    {
      Size size = { 0 };

      if (!row)
        return g_steal_pointer (&sizes);
      size.open = find_open (limits, (guint64) sqlite3_column_int64 (stmt, 0));
      size.noted = size.bytes = (guint64) sqlite3_column_int64 (stmt, 3);
      *total += size.noted;
      if (size.open != NULL)
        g_array_append_val (sizes, size);
    }
  return NULL;
}

/* What the entries up to a place and the snapshots up to another take. */
static gboolean
measure (sqlite3 *db, guint64 number, gint64 last_entry, gint64 last_snapshot, guint64 *bytes, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row;

  if (!flow_sql_prepare (db, "edit-session-measure", &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, flow_edit_read_first (number));
  sqlite3_bind_int64 (stmt, 2, last_entry);
  sqlite3_bind_int64 (stmt, 3, last_snapshot);
  sqlite3_bind_int64 (stmt, 4, FLOW_EDIT_ENTRY_BYTES);
  if (!flow_sql_step_row (stmt, &row, error))
    return FALSE;
  *bytes = row ? (guint64) sqlite3_column_int64 (stmt, 0) : 0;
  return TRUE;
}

/* The records have guesses. */
static gboolean
measure_all (sqlite3 *db, GArray *sizes, guint64 *total, GError **error)
{
  for (guint i = 0; i < sizes->len; i++)
    {
      Size *size = &g_array_index (sizes, Size, i);
      gint64 last = flow_edit_read_last (size->open->number);

      if (!measure (db, size->open->number, last, last, &size->bytes, error))
        return FALSE;
      *total = *total - size->noted + size->bytes;
    }
  return TRUE;
}

static gboolean
erase (sqlite3 *db, const char *statement, gint64 first, gint64 last, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (!flow_sql_prepare (db, statement, &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, first);
  sqlite3_bind_int64 (stmt, 2, last);
  return flow_sql_step_done (stmt, error);
}

/* Erase what is before the second snapshot, unless somebody may need it. */
static gboolean
cut_once (sqlite3 *db, Size *size, guint64 *total, GError **error)
{
  gint64 first = flow_edit_read_first (size->open->number);
  guint64 freed = 0;
  gint64 place;

  if (!flow_edit_read_oldest (db, size->open->number, size->open->revision, 1, &place, NULL, error))
    return FALSE;
  size->is_least = place < 0;
  if (size->is_least)
    return TRUE;
  if (!measure (db, size->open->number, first + place, first + place - 1, &freed, error) ||
      !erase (db, "edit-entry-delete", first, first + place, error) ||
      !erase (db, "edit-snapshot-delete", first, first + place - 1, error))
    return FALSE;
  size->bytes -= MIN (size->bytes, freed);
  *total -= MIN (*total, freed);
  return TRUE;
}

static Size *
find_largest (GArray *sizes)
{
  Size *largest = NULL;

  for (guint i = 0; i < sizes->len; i++)
    {
      Size *size = &g_array_index (sizes, Size, i);

      if (!size->is_least && (largest == NULL || size->bytes > largest->bytes))
        largest = size;
    }
  return largest;
}

static gboolean
note (sqlite3 *db, const Size *size, GArray *cuts, GError **error)
{
  FlowEditCut cut = { size->open->number, size->noted - MIN (size->noted, size->bytes) };
  g_autoptr (sqlite3_stmt) stmt = NULL;

  if (cut.bytes == 0)
    return TRUE;
  g_array_append_val (cuts, cut);
  if (!flow_sql_prepare (db, "edit-session-shrink", &stmt, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, (gint64) size->open->number);
  sqlite3_bind_int64 (stmt, 2, (gint64) size->bytes);
  return flow_sql_step_done (stmt, error);
}

/**
 * flow_edit_journal_cut:
 * @db: the writer's connection, in a transaction
 * @limits: how much the journal may take, and what is open
 * @cuts: (element-type FlowEditCut): where it is put how much was erased
 * @error: return location
 *
 * Forget how the longest of the open sessions began, if the journal is too big: as far as a whole text is kept, and as
 * all ends have that. Conflicts stay.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_edit_journal_cut (sqlite3 *db, const FlowEditLimits *limits, GArray *cuts, GError **error)
{
  guint64 total;
  g_autoptr (GArray) sizes = read_sizes (db, limits, &total, error);
  Size *largest;

  if (sizes == NULL)
    return FALSE;
  if (total <= limits->bytes)
    return TRUE;
  if (!measure_all (db, sizes, &total, error))
    return FALSE;
  while (total > limits->bytes - limits->bytes / SLACK && (largest = find_largest (sizes)) != NULL)
    if (!cut_once (db, largest, &total, error))
      return FALSE;
  for (guint i = 0; i < sizes->len; i++)
    if (!note (db, &g_array_index (sizes, Size, i), cuts, error))
      return FALSE;
  return TRUE;
}

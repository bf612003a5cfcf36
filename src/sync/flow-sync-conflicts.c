/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "message/flow-json-member.h"
#include "store/flow-statement.h"
#include "sync/flow-sync-conflict-log.h"
#include "sync/flow-sync-hlc.h"
#include "sync/flow-sync-policy.h"

/* Conflicts on their way out. */
typedef struct
{
  FlowSync *sync;
  FlowSyncNameFunc name;
  gpointer data;
  FlowJsonWriter *json;
} Output;

static void
write_value (FlowJsonWriter *json, GBytes *value)
{
  gint64 number;
  double real;
  gsize size;
  const char *text;

  switch (value != NULL ? flow_sync_value_get_kind (value) : FLOW_SYNC_VALUE_NULL)
    {
    case FLOW_SYNC_VALUE_INT:
      flow_sync_value_get_int (value, &number);
      flow_json_writer_int64 (json, number);
      break;
    case FLOW_SYNC_VALUE_REAL:
      flow_sync_value_get_real (value, &real);
      flow_json_writer_double (json, real);
      break;
    case FLOW_SYNC_VALUE_TEXT:
      text = flow_sync_value_get_text (value, &size);
      flow_json_writer_string (json, text, (gssize) size);
      break;
    case FLOW_SYNC_VALUE_BLOB:
      text = flow_sync_value_get_blob (value, &size);
      flow_json_writer_base64 (json, (const guint8 *) text, size);
      break;
    default:
      flow_json_writer_null (json);
      break;
    }
}

static void
write_device (Output *self, const char *key, const guint8 *device)
{
  g_autofree char *name = self->name != NULL ? self->name (device, self->data) : NULL;

  flow_json_writer_key (self->json, key);
  if (name != NULL)
    flow_json_writer_string (self->json, name, -1);
  else
    flow_json_writer_hex (self->json, device, FLOW_SYNC_DEVICE_SIZE);
}

static void
write_side (Output *self, const char *key, const FlowSyncSide *side, const char *member)
{
  g_autoptr (GBytes) value = NULL;

  flow_json_writer_key (self->json, key);
  if (side == NULL)
    {
      flow_json_writer_null (self->json);
      return;
    }
  value = flow_sync_conflict_get_member (side->value, member);
  flow_json_writer_begin_object (self->json);
  flow_json_writer_key (self->json, "value");
  write_value (self->json, value);
  write_device (self, "by", side->stream->dot.device);
  flow_json_member_id (self->json, "device", side->stream->dot.device, FLOW_SYNC_DEVICE_SIZE);
  flow_json_writer_key (self->json, "time");
  flow_json_writer_time (self->json, flow_sync_hlc_get_ms (side->hlc) * 1000000);
  flow_json_writer_end_object (self->json);
}

static void
write_field (Output *self, const FlowSyncConflict *conflict, const char *name, const char *member)
{
  g_autoptr (GBytes) base = flow_sync_conflict_get_member (conflict->base, member);
  g_autoptr (GBytes) chosen = flow_sync_conflict_get_member (conflict->chosen, member);

  flow_json_writer_begin_object (self->json);
  flow_json_member_text (self->json, "field", name, -1);
  flow_json_writer_key (self->json, "base");
  write_value (self->json, base);
  write_side (self, "mine", flow_sync_conflict_get_mine (self->sync, conflict), member);
  write_side (self, "theirs", flow_sync_conflict_get_theirs (self->sync, conflict), member);
  flow_json_writer_key (self->json, "chosen");
  write_value (self->json, chosen);
  flow_json_member_flag (self->json, "auto", g_str_equal (conflict->state, FLOW_SYNC_STATE_AUTO));
  flow_json_writer_end_object (self->json);
}

static gboolean
is_deletion (const FlowSyncSide *side)
{
  gint64 number = 1;

  return flow_sync_value_get_int (side->value, &number) && number == 0;
}

/* What was changed while the record was deleted elsewhere. */
typedef struct
{
  Output *out;
  const FlowSyncConflict *conflict;
  const FlowSyncSide *side;
  gboolean mine;
} Changed;

static void
write_changed (const char *name, GBytes *value, gpointer data)
{
  Changed *changed = data;
  FlowJsonWriter *json = changed->out->json;

  flow_json_writer_begin_object (json);
  flow_json_member_text (json, "field", name, -1);
  flow_json_writer_key (json, "base");
  flow_json_writer_null (json);
  write_side (changed->out, changed->mine ? "mine" : "theirs", changed->side, name);
  flow_json_writer_key (json, changed->mine ? "theirs" : "mine");
  flow_json_writer_null (json);
  flow_json_writer_key (json, "chosen");
  flow_json_writer_null (json);
  flow_json_member_flag (json, "auto", g_str_equal (changed->conflict->state, FLOW_SYNC_STATE_AUTO));
  flow_json_writer_end_object (json);
}

static void
write_deletion (Output *self, const FlowSyncConflict *conflict)
{
  for (guint i = 0; i < conflict->sides->len; i++)
    {
      const FlowSyncSide *side = &g_array_index (conflict->sides, FlowSyncSide, i);
      gboolean mine = memcmp (side->stream->dot.device, self->sync->device, FLOW_SYNC_DEVICE_SIZE) == 0;
      Changed changed = { self, conflict, side, mine };

      flow_sync_value_foreach_member (side->value, write_changed, &changed);
    }
}

/* The members of a group one by one, else the field. */
static void
write_fields (Output *self, const FlowSyncConflict *conflict)
{
  const FlowSyncTable *table = flow_sync_find_table (self->sync, conflict->table);
  g_autofree char *name = conflict->item[0] != '\0' ? g_strconcat (conflict->field, ".", conflict->item, NULL)
                                                    : g_strdup (conflict->field);
  guint index, n;

  flow_json_writer_key (self->json, "fields");
  flow_json_writer_begin_array (self->json);
  flow_sync_policy_find (table, conflict->field, &index, &n);
  if (conflict->field[0] == '\0')
    write_deletion (self, conflict);
  else if (n > 0 && table->fields[index].group != NULL)
    for (guint i = index; i < index + n; i++)
      write_field (self, conflict, table->fields[i].name, table->fields[i].name);
  else
    write_field (self, conflict, name, NULL);
  flow_json_writer_end_array (self->json);
}

static void
write_deleted_by (Output *self, const FlowSyncConflict *conflict)
{
  for (guint i = 0; conflict->field[0] == '\0' && i < conflict->sides->len; i++)
    {
      const FlowSyncSide *side = &g_array_index (conflict->sides, FlowSyncSide, i);

      if (is_deletion (side))
        {
          write_device (self, "deleted_by", side->stream->dot.device);
          return;
        }
    }
  flow_json_writer_key (self->json, "deleted_by");
  flow_json_writer_null (self->json);
}

static gboolean
is_readable (const char *key, gsize size)
{
  if (size == 0 || !g_utf8_validate (key, (gssize) size, NULL))
    return FALSE;
  for (const char *at = key; at < key + size; at = g_utf8_next_char (at))
    if (!g_unichar_isprint (g_utf8_get_char (at)))
      return FALSE;
  return TRUE;
}

static void
write_conflict (Output *self, const FlowSyncConflict *conflict)
{
  gsize size;
  const guint8 *key = g_bytes_get_data (conflict->key, &size);

  flow_json_writer_begin_object (self->json);
  flow_json_member_id (self->json, "id", conflict->id, sizeof conflict->id);
  flow_json_member_text (self->json, "table", conflict->table, -1);
  flow_json_writer_key (self->json, "record");
  /* A key that is a text is shown as one. */
  if (is_readable ((const char *) key, size))
    flow_json_writer_string (self->json, (const char *) key, (gssize) size);
  else
    flow_json_writer_hex (self->json, key, size);
  flow_json_member_text (self->json, "title", conflict->title, -1);
  flow_json_member_text (self->json, "kind", conflict->kind, -1);
  flow_json_member_text (self->json, "scope", conflict->scope, -1);
  flow_json_writer_key (self->json, "time");
  flow_json_writer_time (self->json, conflict->opened_ns);
  flow_json_member_text (self->json, "state", conflict->state, -1);
  if (conflict->by_rule)
    {
      flow_json_writer_key (self->json, "by");
      flow_json_writer_null (self->json);
    }
  else
    write_device (self, "by", conflict->decider);
  write_fields (self, conflict);
  write_deleted_by (self, conflict);
  flow_json_writer_end_object (self->json);
}

static gboolean
list_ids (FlowSync *self, gboolean all, GPtrArray *ids, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_CONFLICT_LIST, error);
  gboolean row = TRUE;

  if (stmt == NULL)
    return FALSE;
  sqlite3_bind_int (stmt, 1, all);
  while (TRUE)
    {
      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      if (sqlite3_column_bytes (stmt, 0) == FLOW_SYNC_CONFLICT_ID_SIZE)
        g_ptr_array_add (ids, flow_sync_column_bytes (stmt, 0));
    }
}

/**
 * flow_sync_conflicts_write:
 * @self: an open engine
 * @all: also those that were decided; else those that wait for a person
 * @name: (nullable): what people call a device
 * @data: for @name
 * @json: where to
 * @error: return location
 *
 * Write the log of conflicts as an array, first those that wait for a person, of either kind the newest first, 1,000 at
 * most: record, fields with base, mine and theirs, what was chosen and by whom.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_conflicts_write (FlowSync *self, gboolean all, FlowSyncNameFunc name, gpointer data, FlowJsonWriter *json,
                           GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  Output out = { self, name, data, json };

  if (!flow_sync_load (self, error) || !list_ids (self, all, ids, error))
    return flow_sync_failed (self);
  flow_json_writer_begin_array (json);
  for (guint i = 0; i < ids->len; i++)
    {
      g_autoptr (FlowSyncConflict) conflict = NULL;

      if (!flow_sync_conflict_load (self, g_bytes_get_data (g_ptr_array_index (ids, i), NULL), &conflict, error))
        return FALSE;
      if (conflict != NULL)
        write_conflict (&out, conflict);
    }
  flow_json_writer_end_array (json);
  return TRUE;
}

static void
read_note (FlowSync *self, FlowSyncStep *row, FlowSyncConflictNote *note)
{
  const FlowSyncTable *table = flow_sync_find_table (self, flow_sync_column_text (row, 1));
  const char *kind = flow_sync_column_text (row, 3);

  memcpy (note->id, sqlite3_column_blob (row, 0), sizeof note->id);
  g_strlcpy (note->scope, flow_sync_column_text (row, 2), sizeof note->scope);
  memcpy (note->device, self->device, sizeof note->device);
  note->table = table != NULL ? table->name : "";
  note->time_ms = sqlite3_column_int64 (row, 5) / 1000000;
  note->kind = g_str_equal (kind, FLOW_SYNC_KIND_DELETED)  ? FLOW_SYNC_KIND_DELETED
               : g_str_equal (kind, FLOW_SYNC_KIND_SCHEMA) ? FLOW_SYNC_KIND_SCHEMA
                                                           : FLOW_SYNC_KIND_MODIFIED;
  note->open = g_str_equal (flow_sync_column_text (row, 4), FLOW_SYNC_STATE_OPEN);
}

static gboolean
take_notes (FlowSync *self, GArray *notes, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_CONFLICT_TOLD, error);
  gint64 told = 0;
  gboolean row = TRUE;

  if (stmt == NULL || !flow_sync_meta_get (self, FLOW_SYNC_META_TOLD, &told, error))
    return FALSE;
  sqlite3_bind_int64 (stmt, 1, told);
  while (TRUE)
    {
      FlowSyncConflictNote note;

      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        break;
      told = MAX (told, sqlite3_column_int64 (stmt, 6));
      read_note (self, stmt, &note);
      if (!g_str_equal (flow_sync_column_text (stmt, 4), FLOW_SYNC_STATE_AUTO))
        g_array_append_val (notes, note);
    }
  return flow_sync_meta_set (self, FLOW_SYNC_META_TOLD, told, error);
}

/**
 * flow_sync_conflicts_take_notes:
 * @self: an open engine
 * @notes: (element-type FlowSyncConflictNote): those are appended that changed since the last time
 * @error: return location
 *
 * Say which conflicts began to wait for a person, and which do not any more, so that the cloud can count them. What the
 * rules decided at once is not told.
 *
 * Returns: %FALSE with the codes of flow_sql_error(); the transaction must be rolled back
 */
gboolean
flow_sync_conflicts_take_notes (FlowSync *self, GArray *notes, GError **error)
{
  return (flow_sync_load (self, error) && take_notes (self, notes, error)) || flow_sync_failed (self);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit"

#include "edit/flow-edit-json.h"

#include "edit/flow-edit-private.h"
#include "message/flow-json-member.h"
#include "text/flow-text-operation-json.h"

/* How many texts are listed that can be brought back. */
#define MAX_RECOVERABLE 200

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
write_text (FlowJsonWriter *writer, const char *key, FlowText *text)
{
  flow_json_member_text (writer, key, flow_text_get_data (text), (gssize) flow_text_get_size (text));
}

static void
write_operation (FlowJsonWriter *writer, FlowTextOperation *operation)
{
  g_autoptr (GString) json = g_string_new (NULL);

  flow_text_operation_to_json (operation, json);
  flow_json_writer_key (writer, "op");
  flow_json_writer_raw (writer, json->str, (gssize) json->len);
}

static void
write_record (FlowJsonWriter *writer, const FlowEditRecord *record)
{
  flow_json_member_text (writer, "id", record->id, -1);
  flow_json_member_text (writer, "title", record->title, -1);
  flow_json_member_text (writer, "url", record->url, -1);
  flow_json_member_text (writer, "site", record->site, -1);
  flow_json_member_text (writer, "type", record->type, -1);
  write_time (writer, "changed", record->changed_ns);
  flow_json_member_uint (writer, "length", record->length);
}

static void
write_endpoint (FlowJsonWriter *writer, FlowEditEndpoint *endpoint)
{
  static const char *const states[] = { "live", "waiting", "failed" };

  flow_json_writer_begin_object (writer);
  flow_json_member_text (writer, "side", flow_edit_side_name (endpoint->side), -1);
  flow_json_member_text (writer, "style", endpoint->style == FLOW_EDIT_WHOLE ? "whole" : "delta", -1);
  flow_json_member_text (writer, "kind", endpoint->kind, -1);
  flow_json_member_text (writer, "name", endpoint->name, -1);
  flow_json_member_text (writer, "state", states[endpoint->state], -1);
  write_time (writer, "since", endpoint->since_ns);
  flow_json_writer_end_object (writer);
}

static void
write_editor (FlowJsonWriter *writer, FlowEditSession *session)
{
  flow_json_writer_key (writer, "editor");
  if (session->editor_choice == NULL)
    {
      flow_json_writer_null (writer);
      return;
    }
  flow_json_writer_begin_object (writer);
  flow_json_member_text (writer, "choice", session->editor_choice, -1);
  flow_json_member_text (writer, "name", session->editor_name != NULL ? session->editor_name : session->editor_choice,
                         -1);
  flow_json_writer_end_object (writer);
}

static void
write_error (FlowJsonWriter *writer, FlowEditSession *session)
{
  flow_json_writer_key (writer, "error");
  if (!session->not_kept && !session->editor_failed)
    {
      flow_json_writer_null (writer);
      return;
    }
  flow_json_writer_begin_object (writer);
  flow_json_member_text (writer, "code", flow_error_info (session->code)->code, -1);
  flow_json_member_text (writer, "message", session->message != NULL ? session->message : "", -1);
  flow_json_writer_end_object (writer);
}

static guint
count_steps (FlowEditSession *session, gboolean redo)
{
  guint n = 0;

  for (guint i = 0; i < session->authors->len; i++)
    {
      const FlowEditAuthor *author = g_ptr_array_index (session->authors, i);

      n += redo ? flow_text_undo_get_n_redo (author->undo) : flow_text_undo_get_n_undo (author->undo);
    }
  return n;
}

static const char *
open_state (FlowEditSession *session)
{
  if (session->is_closed)
    return "ended";
  return session->endpoints->len > 0 ? "open" : "detached";
}

/**
 * flow_edit_session_write:
 * @self: a session
 * @writer: where to
 *
 * Write what is known about a session as an object, without its text.
 */
void
flow_edit_session_write (FlowEditSession *self, FlowJsonWriter *writer)
{
  flow_json_writer_begin_object (writer);
  write_record (writer, self->record);
  flow_json_member_text (writer, "state", open_state (self), -1);
  flow_json_member_flag (writer, "conflict", self->conflicts->len > 0);
  flow_json_member_uint (writer, "revision", flow_text_server_get_revision (self->server));
  write_time (writer, "created", self->record->created_ns);
  write_time (writer, "saved", self->record->saved_ns);
  flow_json_writer_key (writer, "endpoints");
  flow_json_writer_begin_array (writer);
  for (guint i = 0; i < self->endpoints->len; i++)
    write_endpoint (writer, g_ptr_array_index (self->endpoints, i));
  flow_json_writer_end_array (writer);
  write_editor (writer, self);
  flow_json_member_text (writer, "choice", self->record->choice, -1);
  flow_json_member_uint (writer, "undo", count_steps (self, FALSE));
  flow_json_member_uint (writer, "redo", count_steps (self, TRUE));
  write_error (writer, self);
  flow_json_writer_end_object (writer);
}

static int
compare_changed (gconstpointer a, gconstpointer b)
{
  const FlowEditRecord *x = *(FlowEditRecord *const *) a;
  const FlowEditRecord *y = *(FlowEditRecord *const *) b;

  return (x->changed_ns < y->changed_ns) - (x->changed_ns > y->changed_ns);
}

static void
write_recoverable (FlowEdits *self, FlowJsonWriter *writer)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->records);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((FlowEditRecord *) value)->forgotten_ns == 0)
      g_ptr_array_add (records, value);
  /* What is closed and not written yet is offered as well. */
  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((FlowEditSession *) value)->is_closed && ((FlowEditSession *) value)->record->forgotten_ns == 0)
      g_ptr_array_add (records, ((FlowEditSession *) value)->record);
  g_ptr_array_sort (records, compare_changed);
  flow_json_writer_key (writer, "recoverable");
  flow_json_writer_begin_array (writer);
  for (guint i = 0; i < MIN (records->len, MAX_RECOVERABLE); i++)
    {
      const FlowEditRecord *record = g_ptr_array_index (records, i);

      flow_json_writer_begin_object (writer);
      write_record (writer, record);
      flow_json_member_text (writer, "reason", flow_edits_record_reason (self, record), -1);
      flow_json_writer_end_object (writer);
    }
  flow_json_writer_end_array (writer);
}

static void
write_counts (FlowEdits *self, FlowJsonWriter *writer)
{
  FlowEditsCounts counts;

  flow_edits_get_counts (self, &counts);
  flow_json_writer_key (writer, "counts");
  flow_json_writer_begin_object (writer);
  flow_json_member_uint (writer, "open", counts.open);
  flow_json_member_uint (writer, "limit", FLOW_EDITS_MAX_OPEN);
  flow_json_member_uint (writer, "updates", counts.updates);
  flow_json_member_uint (writer, "errors", counts.errors);
  flow_json_member_uint (writer, "refused", counts.refused);
  flow_json_writer_key (writer, "latency");
  if (counts.has_latency)
    {
      flow_json_writer_begin_object (writer);
      flow_json_writer_key (writer, "p50_ms");
      flow_json_writer_double (writer, counts.p50_ms);
      flow_json_writer_key (writer, "p99_ms");
      flow_json_writer_double (writer, counts.p99_ms);
      flow_json_writer_end_object (writer);
    }
  else
    flow_json_writer_null (writer);
  flow_json_writer_end_object (writer);
}

/**
 * flow_edits_write:
 * @self: all sessions
 * @writer: where to, inside an object
 *
 * Write all sessions, what can be brought back and the counts.
 */
void
flow_edits_write (FlowEdits *self, FlowJsonWriter *writer)
{
  g_autoptr (GPtrArray) sessions = flow_edits_list (self);

  flow_json_writer_key (writer, "sessions");
  flow_json_writer_begin_array (writer);
  for (guint i = 0; i < sessions->len; i++)
    flow_edit_session_write (g_ptr_array_index (sessions, i), writer);
  flow_json_writer_end_array (writer);
  write_recoverable (self, writer);
  write_counts (self, writer);
}

static void
write_hunk (FlowJsonWriter *writer, guint number, const char *kind, const char *base, const char *mine,
            const char *theirs, const char *text)
{
  flow_json_writer_begin_object (writer);
  flow_json_member_uint (writer, "number", number);
  flow_json_member_text (writer, "kind", kind, -1);
  flow_json_member_text (writer, "base", base, -1);
  flow_json_member_text (writer, "mine", mine, -1);
  flow_json_member_text (writer, "theirs", theirs, -1);
  flow_json_member_text (writer, "text", text, -1);
  flow_json_writer_end_object (writer);
}

static void
write_same (FlowJsonWriter *writer, guint *number, FlowText *text, gsize from, gsize to)
{
  g_autofree char *piece = from < to ? flow_edit_text_slice (text, from, to - from) : NULL;

  if (piece != NULL)
    write_hunk (writer, ++*number, "same", piece, piece, piece, piece);
}

static void
write_hunks (FlowEditSession *self, FlowJsonWriter *writer, FlowText *text)
{
  guint number = 0;
  gsize at = 0;

  flow_json_writer_key (writer, "hunks");
  flow_json_writer_begin_array (writer);
  for (guint i = 0; i < self->conflicts->len; i++)
    {
      const FlowEditConflict *conflict = g_ptr_array_index (self->conflicts, i);

      g_autofree char *now = flow_edit_text_slice (text, conflict->start, conflict->length);

      write_same (writer, &number, text, at, conflict->start);
      write_hunk (writer, ++number, "conflict", conflict->base, conflict->mine, conflict->theirs, now);
      at = MAX (at, conflict->start + conflict->length);
    }
  write_same (writer, &number, text, at, flow_text_get_length (text));
  flow_json_writer_end_array (writer);
}

/**
 * flow_edit_session_write_conflicts:
 * @self: a session
 * @writer: where to, inside an object
 *
 * Write the words that two changed into different ones, with what is between them, and the text as it is.
 * Each part has what stands there at this moment as its `text`.
 */
void
flow_edit_session_write_conflicts (FlowEditSession *self, FlowJsonWriter *writer)
{
  FlowText *text = flow_text_server_get_text (self->server);
  const FlowEditConflict *first = self->conflicts->len > 0 ? g_ptr_array_index (self->conflicts, 0) : NULL;

  flow_json_member_text (writer, "id", self->record->id, -1);
  flow_json_member_uint (writer, "revision", flow_text_server_get_revision (self->server));
  flow_json_member_text (writer, "mine_by", first != NULL ? first->mine_by : "", -1);
  flow_json_member_text (writer, "theirs_by", first != NULL ? first->theirs_by : "", -1);
  write_hunks (self, writer, text);
  write_text (writer, "merged", text);
}

static void
write_changes (FlowJsonWriter *writer, GPtrArray *changes)
{
  flow_json_writer_key (writer, "ops");
  flow_json_writer_begin_array (writer);
  for (guint i = 0; i < changes->len; i++)
    {
      const FlowEditChange *change = g_ptr_array_index (changes, i);

      flow_json_writer_begin_object (writer);
      flow_json_member_uint (writer, "revision", change->revision);
      write_operation (writer, change->operation);
      if (change->op_id[0] != '\0')
        flow_json_member_text (writer, "opId", change->op_id, -1);
      if (change->by[0] != '\0')
        flow_json_member_text (writer, "by", change->by, -1);
      flow_json_writer_end_object (writer);
    }
  flow_json_writer_end_array (writer);
}

/**
 * flow_edit_opened_write:
 * @self: what an opening led to
 * @writer: where to, inside an object
 *
 * Write the answer to a request to edit, as members of an `edit_update`.
 */
void
flow_edit_opened_write (const FlowEditOpened *self, FlowJsonWriter *writer)
{
  flow_json_member_text (writer, "editId", self->session->record->id, -1);
  flow_json_member_uint (writer, "revision", self->revision);
  flow_json_member_flag (writer, "resumed", self->resumed);
  if (self->reset)
    flow_json_member_flag (writer, "reset", TRUE);
  if (self->changes != NULL && !self->reset)
    write_changes (writer, self->changes);
  else
    write_text (writer, "text", self->text);
  write_editor (writer, self->session);
  flow_json_member_text (writer, "state", flow_edit_session_state_name (self->session->state), -1);
}

static void
write_cursor (FlowJsonWriter *writer, const FlowEditCursor *cursor)
{
  if (cursor == NULL)
    return;
  flow_json_writer_key (writer, "cursor");
  flow_json_writer_begin_object (writer);
  flow_json_member_uint (writer, "start", cursor->start);
  flow_json_member_uint (writer, "end", cursor->end);
  flow_json_writer_end_object (writer);
}

static void
write_state (FlowJsonWriter *writer, const FlowEditPush *push)
{
  flow_json_member_text (writer, "state", flow_edit_session_state_name (push->state), -1);
  if (push->code != NULL)
    flow_json_member_text (writer, "code", push->code->code, -1);
  if (push->message != NULL)
    flow_json_member_text (writer, "message", push->message, -1);
}

/**
 * flow_edit_push_write:
 * @push: what an end is told
 * @id: of the session
 * @writer: where to, inside an object
 *
 * Write it as members of an `edit_update`; %FLOW_EDIT_PUSH_SAVED of an `edit_saved`, %FLOW_EDIT_PUSH_CLOSED of an
 * `edit_closed`.
 */
void
flow_edit_push_write (const FlowEditPush *push, const char *id, FlowJsonWriter *writer)
{
  flow_json_member_text (writer, "editId", id, -1);
  if (push->kind == FLOW_EDIT_PUSH_CLOSED)
    {
      flow_json_member_text (writer, "reason", flow_edit_reason_name (push->reason), -1);
      return;
    }
  flow_json_member_uint (writer, "revision", push->revision);
  if (push->kind == FLOW_EDIT_PUSH_OPERATION)
    write_operation (writer, push->operation);
  if (push->kind == FLOW_EDIT_PUSH_TEXT)
    {
      write_text (writer, "text", push->text);
      flow_json_member_flag (writer, "reset", TRUE);
    }
  if (push->op_id != NULL)
    flow_json_member_text (writer, "opId", push->op_id, -1);
  if (push->by != NULL && push->by[0] != '\0')
    flow_json_member_text (writer, "by", push->by, -1);
  write_cursor (writer, push->cursor);
  if (push->kind == FLOW_EDIT_PUSH_STATE)
    write_state (writer, push);
  if (push->kind == FLOW_EDIT_PUSH_SAVED && push->own)
    flow_json_member_flag (writer, "saved", TRUE);
}

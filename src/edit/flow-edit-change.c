/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit"

#include "edit/flow-edit-private.h"

#include "text/flow-text-transform.h"

/* What changes the text: ends, undo and redo. */

/* Who can take back what he did; who has been silent for the longest is forgotten. */
#define MAX_AUTHORS 16
/* How much history stays in memory for those who are behind; the journal has all of it. */
#define HISTORY_REVISIONS 1024
#define HISTORY_BYTES (256 * 1024)
/* So many times as much, and those who are behind get the whole text instead. */
#define HISTORY_MOST 64
#define MAX_OP_ID 64

void
flow_edit_author_free (FlowEditAuthor *self)
{
  flow_text_undo_free (self->undo);
  g_free (self->name);
  g_free (self);
}

/* The author of this name, who is the last one to have done something then. */
FlowEditAuthor *
flow_edit_session_get_author (FlowEditSession *self, const char *name, const char *side)
{
  FlowEditAuthor *author;

  for (guint i = 0; i < self->authors->len; i++)
    {
      author = g_ptr_array_index (self->authors, i);
      if (strcmp (author->name, name) != 0)
        continue;
      g_ptr_array_add (self->authors, g_ptr_array_steal_index (self->authors, i));
      return author;
    }
  if (self->authors->len >= MAX_AUTHORS)
    g_ptr_array_remove_index (self->authors, 0);
  author = g_new (FlowEditAuthor, 1);
  *author = (FlowEditAuthor) { g_strdup (name), side, flow_text_undo_new () };
  g_ptr_array_add (self->authors, author);
  return author;
}

FlowEditDoer
flow_edit_doer_of (FlowEditEndpoint *endpoint, FlowEditWhat what, const char *op_id)
{
  return (FlowEditDoer) {
    .side = flow_edit_side_name (endpoint->side),
    .name = endpoint->name,
    .client = endpoint->client,
    .op_id = op_id,
    .endpoint = endpoint,
    .what = what,
  };
}

static void
move_cursors (FlowEditSession *self, const FlowEditDoer *doer, FlowTextOperation *operation)
{
  for (guint i = 0; i < self->endpoints->len; i++)
    {
      FlowEditEndpoint *endpoint = g_ptr_array_index (self->endpoints, i);
      gboolean own = endpoint == doer->endpoint;

      if (!endpoint->has_cursor)
        continue;
      endpoint->cursor.start = flow_text_operation_transform_index (operation, endpoint->cursor.start, own);
      endpoint->cursor.end = flow_text_operation_transform_index (operation, endpoint->cursor.end, own);
    }
}

static void
remember_undo (FlowEditSession *self, const FlowEditDoer *doer, FlowText *before, FlowTextOperation *operation)
{
  FlowEditAuthor *author = flow_edit_session_get_author (self, doer->name, doer->side);

  if (doer->what == FLOW_EDIT_WHAT_CHANGE || doer->what == FLOW_EDIT_WHAT_RESOLVE)
    flow_text_undo_record (author->undo, operation, before, flow_edits_now_ns (self->edits));
  for (guint i = 0; i < self->authors->len; i++)
    {
      FlowEditAuthor *other = g_ptr_array_index (self->authors, i);

      if (other != author)
        flow_text_undo_others (other->undo, operation);
    }
}

/* The text is another one: everything that refers to places in it moves along. */
void
flow_edit_session_changed (FlowEditSession *self, const FlowEditDoer *doer, FlowText *before, guint64 revision,
                           FlowTextOperation *operation)
{
  FlowEditRecord *record = self->record;

  record->revision = revision;
  record->length = flow_text_get_length (flow_text_server_get_text (self->server));
  record->changed_ns = flow_edits_now_ns (self->edits);
  move_cursors (self, doer, operation);
  flow_edit_session_move_conflicts (self, operation);
  remember_undo (self, doer, before, operation);
  flow_edit_session_add_entry (self, doer, revision, operation);
  self->edits->counts.updates++;
  flow_edits_changed (self->edits);
}

/* How the text's server says that a change cannot be, in the words of edits. */
static void
explain (GError **error)
{
  if (error == NULL || !g_error_matches (*error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE))
    return;
  g_clear_error (error);
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_TEXT_TOO_LONG, "the text would have more than %d bytes",
               FLOW_EDIT_MAX_TEXT);
}

/* Bring an operation to the oldest revision that is in memory, by what the journal has. */
static FlowTextOperation *
catch_up (FlowEditSession *self, guint64 base, FlowTextOperation *operation, guint64 *oldest, GError **error)
{
  g_autoptr (GPtrArray) changes = flow_edit_session_changes_since (self, base);
  g_autoptr (FlowTextOperation) moved = flow_text_operation_ref (operation);

  *oldest = flow_text_server_get_oldest (self->server);
  if (changes == NULL)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "revision %" G_GUINT64_FORMAT " is not known", base);
      return NULL;
    }
  for (guint i = 0; i < changes->len; i++)
    {
      const FlowEditChange *change = g_ptr_array_index (changes, i);
      FlowTextOperation *after;

      if (change->revision > *oldest)
        break;
      flow_text_operation_transform (change->operation, moved, NULL, &after);
      flow_text_operation_unref (moved);
      moved = after;
    }
  return g_steal_pointer (&moved);
}

/* Take an operation against any revision that there was. */
gboolean
flow_edit_session_submit (FlowEditSession *self, guint64 base, FlowTextOperation *operation, const FlowEditDoer *doer,
                          GError **error)
{
  g_autoptr (FlowTextOperation) moved = flow_text_operation_ref (operation);
  g_autoptr (FlowTextOperation) at_head = NULL;
  g_autoptr (FlowText) before = flow_text_ref (flow_text_server_get_text (self->server));
  g_autoptr (FlowText) base_text = NULL;
  g_autoptr (FlowTextOperation) others = NULL;
  guint64 revision;

  if (base < flow_text_server_get_oldest (self->server))
    {
      g_clear_pointer (&moved, flow_text_operation_unref);
      moved = catch_up (self, base, operation, &base, error);
      if (moved == NULL)
        return FALSE;
    }
  if (base < flow_text_server_get_revision (self->server))
    {
      base_text = flow_text_server_text_at (self->server, base);
      others = flow_text_server_since (self->server, base);
    }
  if (!flow_text_server_submit (self->server, base, moved, doer->client, doer->op_id, &at_head, &revision, error))
    {
      explain (error);
      return FALSE;
    }
  if (at_head == NULL)
    return TRUE;
  flow_edit_session_changed (self, doer, before, revision, at_head);
  if (base_text != NULL)
    flow_edit_session_find_conflict (self, doer, base_text, moved, others, at_head);
  flow_edit_session_check_conflicts (self);
  return TRUE;
}

/* Whether there is more history in memory than those need who are a little behind, so many times. */
static gboolean
is_long (FlowEditSession *self, guint times)
{
  FlowTextServer *server = self->server;
  gsize history = flow_text_server_get_memory (server) - flow_text_get_size (flow_text_server_get_text (server));

  return flow_text_server_get_revision (server) - flow_text_server_get_oldest (server) > times * HISTORY_REVISIONS ||
         history > times * HISTORY_BYTES;
}

/* Those who are told by steps and have not heard of a revision must begin anew. */
static void
begin_anew_before (FlowEditSession *self, guint64 revision)
{
  for (guint i = 0; i < self->endpoints->len; i++)
    {
      FlowEditEndpoint *endpoint = g_ptr_array_index (self->endpoints, i);

      if (endpoint->shadow != NULL || endpoint->told >= revision)
        continue;
      endpoint->told = flow_text_server_get_revision (self->server);
      endpoint->reset_due = TRUE;
    }
}

static void
trim_to (FlowEditSession *self, guint64 oldest)
{
  for (guint i = 0; i < self->endpoints->len; i++)
    {
      const FlowEditEndpoint *endpoint = g_ptr_array_index (self->endpoints, i);

      if (endpoint->shadow != NULL)
        flow_text_shadow_catch_up (endpoint->shadow, self->server);
      else
        oldest = MIN (oldest, endpoint->told);
    }
  for (guint i = 0; i < self->away->len; i++)
    flow_text_shadow_catch_up (((FlowEditAway *) g_ptr_array_index (self->away, i))->shadow, self->server);
  flow_text_server_trim (self->server, oldest);
}

/* Forget history: what is not in the journal so far, and what an end is still to be told, stays as long as it can.
 * Returns: whether there is more to tell. */
gboolean
flow_edit_session_trim (FlowEditSession *self)
{
  gboolean too_long = is_long (self, HISTORY_MOST);

  if (!is_long (self, 1))
    return FALSE;
  /* An editor that never opens. Whoever waits for his own change to be kept is not behind. */
  if (too_long)
    begin_anew_before (self, self->durable);
  trim_to (self, self->durable);
  /* A disk that is full for hours. */
  if (is_long (self, HISTORY_MOST))
    {
      begin_anew_before (self, flow_text_server_get_revision (self->server));
      trim_to (self, flow_text_server_get_revision (self->server));
    }
  return too_long;
}

static void
set_cursor (FlowEditSession *self, FlowEditEndpoint *endpoint, const FlowEditCursor *cursor)
{
  gsize length = flow_text_get_length (flow_text_server_get_text (self->server));

  if (cursor == NULL)
    return;
  endpoint->has_cursor = TRUE;
  endpoint->cursor_moved = TRUE;
  endpoint->cursor = (FlowEditCursor) { MIN (cursor->start, length), MIN (cursor->end, length) };
}

/* A cursor in a text that others had changed when it came. */
static void
set_cursor_past (FlowEditSession *self, FlowEditEndpoint *endpoint, const FlowEditCursor *cursor,
                 FlowTextOperation *own, FlowTextOperation *others)
{
  g_autoptr (FlowTextOperation) past = NULL;
  FlowEditCursor moved;

  if (cursor == NULL || others == NULL || flow_text_operation_is_noop (others))
    {
      set_cursor (self, endpoint, cursor);
      return;
    }
  flow_text_operation_transform (others, own, &past, NULL);
  moved.start = flow_text_operation_transform_index (past, cursor->start, FALSE);
  moved.end = flow_text_operation_transform_index (past, cursor->end, FALSE);
  set_cursor (self, endpoint, &moved);
}

/* A cursor in an older text, in the newest. */
static void
set_cursor_at (FlowEditSession *self, FlowEditEndpoint *endpoint, guint64 base, const FlowEditCursor *cursor)
{
  FlowEditCursor moved;

  if (cursor == NULL || base < flow_text_server_get_oldest (self->server) ||
      base > flow_text_server_get_revision (self->server))
    return;
  moved.start = flow_text_server_transform_index (self->server, base, cursor->start);
  moved.end = flow_text_server_transform_index (self->server, base, cursor->end);
  set_cursor (self, endpoint, &moved);
}

static void
finish (FlowEditSession *self, FlowEditEndpoint *endpoint)
{
  flow_edit_session_opened (self, endpoint);
  flow_edit_session_update_state (self);
  flow_edit_session_commit (self);
  flow_edit_session_flush (self);
}

/* Take what a WHOLE end has: by its shadow it is known what it changed. @change: (out): that. */
static gboolean
take_whole (FlowEditSession *self, FlowEditEndpoint *endpoint, FlowText *text, FlowTextShadowChange *change,
            GError **error)
{
  FlowEditDoer doer = flow_edit_doer_of (endpoint, FLOW_EDIT_WHAT_CHANGE, NULL);
  g_autoptr (FlowText) before = flow_text_ref (flow_text_server_get_text (self->server));
  FlowTextShadowResult result = flow_text_shadow_take (endpoint->shadow, self->server, text, endpoint->client, change,
                                                       error);

  if (result == FLOW_TEXT_SHADOW_FAILED)
    {
      explain (error);
      return FALSE;
    }
  if (result == FLOW_TEXT_SHADOW_CHANGE)
    {
      flow_edit_session_changed (self, &doer, before, change->revision, change->operation);
      if (!flow_text_operation_is_noop (change->others))
        flow_edit_session_find_conflict (self, &doer, change->base, change->own, change->others, change->operation);
      flow_edit_session_check_conflicts (self);
    }
  return TRUE;
}

gboolean
flow_edit_session_take_whole (FlowEditSession *self, FlowEditEndpoint *endpoint, FlowText *text, GError **error)
{
  g_auto (FlowTextShadowChange) change = { 0 };

  return take_whole (self, endpoint, text, &change, error);
}

/**
 * flow_edit_session_take_text:
 * @self: a session
 * @endpoint: an end of it, of WHOLE style
 * @text: what it has
 * @cursor: (nullable): where it has its cursor in it
 * @error: return location
 *
 * Hear what text an end has. If it is one that it was told, that is all; else it changed the one that differs least
 * from it (FlowTextShadow), and the others are told of the change.
 *
 * Returns: %FALSE with %FLOW_ERROR_NO_SESSION or %FLOW_ERROR_TEXT_TOO_LONG; the end then has a text that the session
 *   has not
 */
gboolean
flow_edit_session_take_text (FlowEditSession *self, FlowEditEndpoint *endpoint, FlowText *text,
                             const FlowEditCursor *cursor, GError **error)
{
  g_auto (FlowTextShadowChange) change = { 0 };

  g_return_val_if_fail (endpoint->style == FLOW_EDIT_WHOLE, FALSE);
  if (!flow_edit_session_owns (self, endpoint, error))
    return FALSE;
  if (!take_whole (self, endpoint, text, &change, error))
    {
      flow_edits_count_error (self->edits);
      return FALSE;
    }
  set_cursor_past (self, endpoint, cursor, change.own, change.others);
  finish (self, endpoint);
  return TRUE;
}

static gboolean
check_operation (FlowEditSession *self, FlowEditEndpoint *endpoint, guint64 base, const char *op_id, GError **error)
{
  if (op_id == NULL || op_id[0] == '\0' || strlen (op_id) > MAX_OP_ID)
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "an operation needs an opId of 1 to 64 bytes");
  else if (base > endpoint->told)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "revision %" G_GUINT64_FORMAT " was not told", base);
  else
    return TRUE;
  return FALSE;
}

/* It was here before: its sender has not heard of it. */
static gboolean
is_repeated (FlowEditSession *self, FlowEditEndpoint *endpoint, const char *op_id)
{
  guint64 revision = flow_text_server_find (self->server, endpoint->client, op_id);

  if (revision == 0)
    return FALSE;
  if (revision <= endpoint->told)
    {
      endpoint->acked = revision;
      g_free (endpoint->acked_id);
      endpoint->acked_id = g_strdup (op_id);
    }
  return TRUE;
}

/**
 * flow_edit_session_take_operation:
 * @self: a session
 * @endpoint: an end of it, of DELTA style
 * @base: the revision that the end had
 * @operation: what it changed
 * @op_id: its id for it: when it comes again, it is acknowledged again and not done again
 * @cursor: (nullable): where it has its cursor after that
 * @error: return location
 *
 * Take a change. The other ends are told at once, this one when it is durable.
 *
 * Returns: %FALSE with %FLOW_ERROR_NO_SESSION, %FLOW_ERROR_BAD_REQUEST (it does not fit, or @base is not known) or
 *   %FLOW_ERROR_TEXT_TOO_LONG; the end is then told the whole text
 */
gboolean
flow_edit_session_take_operation (FlowEditSession *self, FlowEditEndpoint *endpoint, guint64 base,
                                  FlowTextOperation *operation, const char *op_id, const FlowEditCursor *cursor,
                                  GError **error)
{
  FlowEditDoer doer = flow_edit_doer_of (endpoint, FLOW_EDIT_WHAT_CHANGE, op_id);
  g_autoptr (FlowTextOperation) others = NULL;

  g_return_val_if_fail (endpoint->style == FLOW_EDIT_DELTA, FALSE);
  if (!flow_edit_session_owns (self, endpoint, error))
    return FALSE;
  if (cursor != NULL && base >= flow_text_server_get_oldest (self->server))
    others = flow_text_server_since (self->server, base);
  if (!check_operation (self, endpoint, base, op_id, error) ||
      (!is_repeated (self, endpoint, op_id) && !flow_edit_session_submit (self, base, operation, &doer, error)))
    {
      flow_edits_count_error (self->edits);
      endpoint->reset_due = TRUE;
      flow_edit_session_flush (self);
      return FALSE;
    }
  set_cursor_past (self, endpoint, cursor, operation, others);
  finish (self, endpoint);
  return TRUE;
}

/**
 * flow_edit_session_take_saved:
 * @self: a session
 * @endpoint: an end of it
 * @error: return location
 *
 * Hear that the user saved at an end. Once it is durable, that end and the others are told.
 *
 * Returns: %FALSE with %FLOW_ERROR_NO_SESSION
 */
gboolean
flow_edit_session_take_saved (FlowEditSession *self, FlowEditEndpoint *endpoint, GError **error)
{
  FlowEditDoer doer = flow_edit_doer_of (endpoint, FLOW_EDIT_WHAT_SAVE, NULL);

  if (!flow_edit_session_owns (self, endpoint, error))
    return FALSE;
  self->record->saved_ns = flow_edits_now_ns (self->edits);
  flow_edit_session_add_entry (self, &doer, flow_text_server_get_revision (self->server), NULL);
  flow_edits_changed (self->edits);
  finish (self, endpoint);
  return TRUE;
}

/**
 * flow_edit_session_move_cursor:
 * @self: a session
 * @endpoint: an end of it
 * @base: the revision that it has; ignored for WHOLE ends, whose text counts
 * @cursor: where its cursor is
 * @error: return location
 *
 * Hear where the cursor of an end is, and tell the others. One in a text that is not remembered is dropped.
 *
 * Returns: %FALSE with %FLOW_ERROR_NO_SESSION
 */
gboolean
flow_edit_session_move_cursor (FlowEditSession *self, FlowEditEndpoint *endpoint, guint64 base,
                               const FlowEditCursor *cursor, GError **error)
{
  if (!flow_edit_session_owns (self, endpoint, error))
    return FALSE;
  if (endpoint->style == FLOW_EDIT_WHOLE)
    set_cursor (self, endpoint, cursor);
  else
    set_cursor_at (self, endpoint, base, cursor);
  flow_edit_session_flush (self);
  return TRUE;
}

static FlowEditAuthor *
find_author (FlowEditSession *self, const char *by, gboolean redo)
{
  for (guint i = self->authors->len; i > 0; i--)
    {
      FlowEditAuthor *author = g_ptr_array_index (self->authors, i - 1);
      guint n = redo ? flow_text_undo_get_n_redo (author->undo) : flow_text_undo_get_n_undo (author->undo);

      if (n > 0 && (by == NULL || strcmp (by, author->name) == 0))
        return author;
    }
  return NULL;
}

static gboolean
nothing_to (gboolean redo, GError **error)
{
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, "there is nothing to %s", redo ? "redo" : "undo");
  return FALSE;
}

static gboolean
take_back (FlowEditSession *self, const char *by, gboolean redo, GError **error)
{
  FlowEditAuthor *author = find_author (self, by, redo);
  FlowText *text = flow_text_server_get_text (self->server);
  g_autoptr (FlowTextOperation) operation = NULL;
  FlowEditDoer doer;

  if (self->is_closed || author == NULL)
    return nothing_to (redo, error);
  operation = redo ? flow_text_undo_redo (author->undo, text) : flow_text_undo_undo (author->undo, text);
  doer = (FlowEditDoer) { .side = author->side,
                          .name = author->name,
                          .what = redo ? FLOW_EDIT_WHAT_REDO : FLOW_EDIT_WHAT_UNDO };
  if (operation == NULL)
    return nothing_to (redo, error);
  if (!flow_edit_session_submit (self, flow_text_server_get_revision (self->server), operation, &doer, error))
    return FALSE;
  flow_edit_session_update_state (self);
  flow_edit_session_commit (self);
  flow_edit_session_flush (self);
  return TRUE;
}

/**
 * flow_edit_session_undo:
 * @self: a session
 * @by: (nullable): whose changes, by the name of the end; %NULL: who changed something last
 * @error: return location
 *
 * Take back the last step of an author, a word or half a second. What others did stays.
 *
 * Returns: %FALSE with %FLOW_ERROR_NOT_FOUND when there is nothing
 */
gboolean
flow_edit_session_undo (FlowEditSession *self, const char *by, GError **error)
{
  return take_back (self, by, FALSE, error);
}

/**
 * flow_edit_session_redo:
 * @self: a session
 * @by: (nullable): whose changes, by the name of the end; %NULL: who changed something last
 * @error: return location
 *
 * Do again what was taken back last.
 *
 * Returns: %FALSE with %FLOW_ERROR_NOT_FOUND when there is nothing
 */
gboolean
flow_edit_session_redo (FlowEditSession *self, const char *by, GError **error)
{
  return take_back (self, by, TRUE, error);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-edits"

#include "hub/edits/flow-edit-user-files.h"

#include "hub/flow-json-read.h"
#include "text/flow-text-position.h"

/* How long an answer is owed that says "not yet", so that no connection is silent for long. */
#define WAIT_S 25
/* How long an editor may take until it counts as opened anyway. */
#define OPEN_S 10
/* Ends of edits that nobody asks for are kept for so many files. */
#define MAX_WAITS 64

/**
 * FlowEditUserFiles:
 *
 * Files of the user's that somebody has asked the hub to edit, by the verbs `edit-open` and `edit-wait`, and whoever
 * waits for their editors. Belongs to the hub thread.
 */
struct _FlowEditUserFiles
{
  FlowEdits *edits;
  FlowEditFiles *files;
  FlowEditOpener *opener;
  GQueue opens;      /* of Open */
  GQueue waits;      /* of Wait, the newest last */
  GPtrArray *closed; /* ids of sessions that their editors have closed */
  GSource *end;      /* (nullable): ends them */
};

/* A file that is being opened. */
typedef struct
{
  FlowEditUserFiles *owner;
  FlowControlReply *reply;
  char *id; /* (nullable): of its session, once it has one */
  guint line;
  guint column;
  GPid terminal;          /* a process with a terminal that starts an editor itself, 0: there is none */
  char *terminal_command; /* (nullable): which it has for want of another */
  gboolean is_lent;       /* that process gets the file */
  GSource *late;          /* (nullable) */
} Open;

/* Somebody wants to know when the editor has closed a file. */
typedef struct
{
  FlowEditUserFiles *owner;
  char *id;
  gboolean done;
  GError *error;           /* (nullable): how it ended */
  FlowControlReply *reply; /* (nullable): who asks at the moment */
  GSource *late;           /* (nullable) */
} Wait;

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static GSource *
call_after (guint seconds, GSourceFunc func, gpointer data)
{
  GSource *source = g_timeout_source_new_seconds (seconds);

  g_source_set_name (source, "flow-edit-user-files");
  g_source_set_callback (source, func, data, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

static void
write_text (FlowControlReply *reply, const char *key, const char *text)
{
  FlowJsonWriter *writer = flow_control_reply_get_writer (reply);

  flow_json_writer_key (writer, key);
  flow_json_writer_string (writer, text, -1);
}

static void
open_end (Open *self, const GError *error)
{
  FlowControlReply *reply = self->reply;

  if (error == NULL)
    write_text (reply, "id", self->id);
  g_queue_remove (&self->owner->opens, self);
  clear_source (&self->late);
  g_free (self->id);
  g_free (self->terminal_command);
  g_free (self);
  flow_control_reply_end (reply, error);
}

static gboolean
open_late_cb (gpointer data)
{
  open_end (data, NULL);
  return G_SOURCE_REMOVE;
}

static void
wait_free (Wait *self)
{
  clear_source (&self->late);
  g_clear_error (&self->error);
  g_free (self->id);
  g_free (self);
}

/* Tell who asks: that it is done, with what went wrong, or that it is not done yet. */
static void
wait_answer (Wait *self)
{
  FlowControlReply *reply = g_steal_pointer (&self->reply);
  FlowJsonWriter *writer = flow_control_reply_get_writer (reply);

  clear_source (&self->late);
  write_text (reply, "id", self->id);
  flow_json_writer_key (writer, "done");
  flow_json_writer_bool (writer, self->done);
  flow_control_reply_end (reply, self->error);
}

static gboolean
wait_late_cb (gpointer data)
{
  wait_answer (data);
  return G_SOURCE_REMOVE;
}

static Wait *
find_wait (FlowEditUserFiles *self, const char *id)
{
  for (GList *link = self->waits.head; link != NULL; link = link->next)
    {
      if (g_str_equal (((Wait *) link->data)->id, id))
        return link->data;
    }
  return NULL;
}

/* The file has what was written, so nobody needs the session; its journal is kept. */
static gboolean
end_cb (gpointer data)
{
  FlowEditUserFiles *self = data;
  g_autoptr (GPtrArray) closed = g_steal_pointer (&self->closed);

  self->closed = g_ptr_array_new_with_free_func (g_free);
  g_clear_pointer (&self->end, g_source_unref);
  for (guint i = 0; i < closed->len; i++)
    {
      FlowEditSession *session = flow_edits_find (self->edits, closed->pdata[i]);

      if (session != NULL && flow_edit_session_count (session, FLOW_EDIT_EDITOR) == 0)
        flow_edit_session_end (session, NULL);
    }
  return G_SOURCE_REMOVE;
}

/* Not at once: the session is in the middle of letting go. */
static void
end_soon (FlowEditUserFiles *self, const char *id)
{
  g_ptr_array_add (self->closed, g_strdup (id));
  if (self->end == NULL)
    self->end = call_after (0, end_cb, self);
}

static void
done_cb (FlowEditFiles *files, const GError *error, gpointer data)
{
  Wait *wait = data;

  wait->done = TRUE;
  wait->error = error != NULL ? g_error_copy (error) : NULL;
  if (error == NULL)
    end_soon (wait->owner, wait->id);
  if (wait->reply == NULL)
    return;
  wait_answer (wait);
  g_queue_remove (&wait->owner->waits, wait);
  wait_free (wait);
}

/* Those that are done and that nobody has asked for make room. */
static void
make_room (FlowEditUserFiles *self)
{
  GList *next;

  for (GList *link = self->waits.head; link != NULL && self->waits.length >= MAX_WAITS; link = next)
    {
      Wait *wait = link->data;

      next = link->next;
      if (!wait->done)
        continue;
      g_queue_delete_link (&self->waits, link);
      wait_free (wait);
    }
}

static void
add_wait (FlowEditUserFiles *self, FlowEditSession *session)
{
  const char *id = flow_edit_session_get_id (session);
  Wait *wait = find_wait (self, id);

  if (wait != NULL && !wait->done)
    return;
  if (wait != NULL)
    {
      g_queue_remove (&self->waits, wait);
      wait_free (wait);
    }
  make_room (self);
  wait = g_new0 (Wait, 1);
  wait->owner = self;
  wait->id = g_strdup (id);
  g_queue_push_tail (&self->waits, wait);
  if (!flow_edit_files_wait (self->files, session, done_cb, wait))
    wait->done = TRUE;
}

/* Where the user wants to begin. */
static void
place_cursor (Open *self, FlowEditSession *session)
{
  FlowEditEndpoint *file = flow_edit_session_get_endpoint (session, FLOW_EDIT_FILE, 0);
  gsize at = flow_text_position_from_line (flow_edit_session_get_text (session), MAX (self->line, 1) - 1,
                                           MAX (self->column, 1) - 1, FLOW_TEXT_CHARACTERS);
  const FlowEditCursor cursor = { at, at };

  if (self->line > 0 && file != NULL)
    flow_edit_session_move_cursor (session, file, flow_edit_session_get_revision (session), &cursor, NULL);
}

static void
ready_cb (FlowEditFiles *files, FlowEditSession *session, const GError *error, gpointer data)
{
  Open *self = data;
  FlowEditEndpoint *editor;

  if (session == NULL)
    {
      open_end (self, error);
      return;
    }
  self->id = g_strdup (flow_edit_session_get_id (session));
  add_wait (self->owner, session);
  place_cursor (self, session);
  if (flow_edit_session_count (session, FLOW_EDIT_EDITOR) == 0)
    {
      self->late = call_after (OPEN_S, open_late_cb, self);
      return;
    }
  editor = flow_edit_session_get_endpoint (session, FLOW_EDIT_EDITOR, 0);
  flow_edit_opener_show (self->owner->opener, session, editor);
  open_end (self, NULL);
}

static void
joined_cb (FlowEditFiles *files, FlowEditSession *session, const GError *error, gpointer data)
{
  if (session != NULL)
    add_wait (data, session);
  else
    g_message ("a file that was edited is not saved any more: %s", error->message);
}

/**
 * flow_edit_user_files_came_back:
 * @self: the object
 * @session: a session that an editor has come back to, or that the user has brought back
 *
 * If it is a file's, have the file be there again, too.
 */
void
flow_edit_user_files_came_back (FlowEditUserFiles *self, FlowEditSession *session)
{
  if (flow_edit_session_get_site (session)[0] == '\0' && g_path_is_absolute (flow_edit_session_get_url (session)) &&
      flow_edit_session_count (session, FLOW_EDIT_FILE) == 0 && flow_edit_session_count (session, FLOW_EDIT_PAGE) == 0)
    flow_edit_files_join_user (self->files, session, joined_cb, self);
}

static guint
get_number (JsonObject *arguments, const char *name)
{
  return (guint) CLAMP (flow_json_get_int (arguments, name), 0, G_MAXINT32);
}

/**
 * flow_edit_user_files_new:
 * @edits: the texts
 * @opener: who finds their editors
 *
 * Returns: (transfer full): an object that nobody has asked for anything
 */
FlowEditUserFiles *
flow_edit_user_files_new (FlowEdits *edits, FlowEditOpener *opener)
{
  FlowEditUserFiles *self = g_new0 (FlowEditUserFiles, 1);

  self->edits = edits;
  self->files = flow_edit_opener_get_files (opener);
  self->closed = g_ptr_array_new_with_free_func (g_free);
  self->opener = opener;
  g_queue_init (&self->opens);
  g_queue_init (&self->waits);
  return self;
}

/**
 * flow_edit_user_files_stop:
 * @self: the object
 *
 * Answer all whom an answer is owed: the hub stops.
 */
void
flow_edit_user_files_stop (FlowEditUserFiles *self)
{
  g_autoptr (GError) error = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_STOPPING, "the hub is stopping");

  clear_source (&self->end);
  while (self->opens.head != NULL)
    open_end (self->opens.head->data, error);
  for (GList *link = self->waits.head; link != NULL; link = link->next)
    {
      Wait *wait = link->data;

      if (wait->reply == NULL)
        continue;
      g_clear_error (&wait->error);
      wait->error = g_error_copy (error);
      wait_answer (wait);
    }
}

/**
 * flow_edit_user_files_free:
 * @self: (transfer full): an object that has stopped, and whose files have too
 *
 * Free it.
 */
void
flow_edit_user_files_free (FlowEditUserFiles *self)
{
  clear_source (&self->end);
  g_ptr_array_unref (self->closed);
  g_queue_clear_full (&self->waits, (GDestroyNotify) wait_free);
  g_free (self);
}

/**
 * flow_edit_user_files_open:
 * @self: the object
 * @arguments: `file`, an absolute path, perhaps `choice`, `line` and `column`; `terminal`, the number of a process that
 *   has a terminal and can start an editor in it, and `terminal_command`, an editor that it has there
 * @reply: (transfer full): gets the session's `id` when an editor has the file, or why none has; and `command` when
 *   that process is to start this editor with the file, and to end with it
 *
 * Edit a file.
 */
void
flow_edit_user_files_open (FlowEditUserFiles *self, JsonObject *arguments, FlowControlReply *reply)
{
  const char *choice = flow_json_get_string (arguments, "choice");
  Open *open = g_new0 (Open, 1);

  open->owner = self;
  open->reply = reply;
  open->line = get_number (arguments, "line");
  open->column = get_number (arguments, "column");
  open->terminal = (GPid) get_number (arguments, "terminal");
  open->terminal_command = g_strdup (flow_json_get_string (arguments, "terminal_command"));
  g_queue_push_tail (&self->opens, open);
  flow_edit_files_open_user (self->files, flow_json_get_string (arguments, "file"), choice, ready_cb, open);
}

/**
 * flow_edit_user_files_wait:
 * @self: the object
 * @id: a file's session
 * @reply: (transfer full): gets `done`; false: ask again
 *
 * Wait until the editor has closed a file and it has what was saved, or for some seconds.
 */
void
flow_edit_user_files_wait (FlowEditUserFiles *self, const char *id, FlowControlReply *reply)
{
  Wait *wait = find_wait (self, id);

  if (wait == NULL)
    {
      g_autoptr (GError) error = g_error_new (FLOW_ERROR, FLOW_ERROR_NO_SESSION, "nobody waits for the text “%s”", id);

      flow_control_reply_end (reply, error);
      return;
    }
  if (wait->reply != NULL)
    wait_answer (wait);
  wait->reply = reply;
  if (!wait->done)
    {
      wait->late = call_after (WAIT_S, wait_late_cb, wait);
      return;
    }
  wait_answer (wait);
  g_queue_remove (&self->waits, wait);
  wait_free (wait);
}

/**
 * flow_edit_user_files_changed:
 * @self: the object
 *
 * See whether editors have got the files that are being opened.
 */
void
flow_edit_user_files_changed (FlowEditUserFiles *self)
{
  GList *next;

  for (GList *link = self->opens.head; link != NULL; link = next)
    {
      Open *open = link->data;
      FlowEditSession *session = open->id != NULL ? flow_edits_find (self->edits, open->id) : NULL;

      next = link->next;
      if (session != NULL && !open->is_lent && flow_edit_session_count (session, FLOW_EDIT_EDITOR) > 0)
        open_end (open, NULL);
    }
}

static Open *
find_open (FlowEditUserFiles *self, FlowEditSession *session)
{
  for (GList *link = self->opens.head; link != NULL; link = link->next)
    {
      Open *open = link->data;

      if (g_strcmp0 (open->id, flow_edit_session_get_id (session)) == 0)
        return open;
    }
  return NULL;
}

/**
 * flow_edit_user_files_lend:
 * @self: the object
 * @session: a session that needs an editor
 * @command: (nullable): the editor, which draws in a terminal; %NULL: whatever there is
 *
 * Have who asked for a file start the editor, in the terminal that it has.
 *
 * Returns: %FALSE when nobody with a terminal has asked for it
 */
gboolean
flow_edit_user_files_lend (FlowEditUserFiles *self, FlowEditSession *session, const char *command)
{
  Open *open = find_open (self, session);
  g_autoptr (GError) error = NULL;

  if (open != NULL && command == NULL)
    command = open->terminal_command;
  if (open == NULL || open->terminal == 0 || command == NULL)
    return FALSE;
  open->is_lent = TRUE;
  if (!flow_edit_files_lend (self->files, session, command, open->terminal, &error))
    {
      open->is_lent = FALSE;
      g_message ("%s cannot be started by who asked for it: %s", command, error->message);
      return FALSE;
    }
  write_text (open->reply, "command", command);
  open_end (open, NULL);
  return TRUE;
}

/**
 * flow_edit_user_files_failed:
 * @self: the object
 * @session: a session
 * @code: why it has no editor
 * @message: the same in a sentence
 *
 * Tell who asked for it, if it is a file; then it is edited no more.
 */
void
flow_edit_user_files_failed (FlowEditUserFiles *self, FlowEditSession *session, FlowError code, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (FLOW_ERROR, (int) code, message);
  Open *open = find_open (self, session);

  if (open == NULL)
    return;
  for (; open != NULL; open = find_open (self, session))
    open_end (open, error);
  flow_edit_session_end (session, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-files"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#include "edit/flow-edit-files-private.h"
#include "launch/flow-editor-start.h"
#include "launch/flow-real-path.h"
#include "launch/flow-spawn.h"

/* A file of the user's while it is read. */
typedef struct
{
  char *path;
  char *choice;
  char *id; /* (nullable): of the session that had it before */
  char *folder_path;
  char *name;
  int folder;
  FlowEditDiskFile file;
  GError *error;
  FlowEditFiles *owner;
  FlowEditFilesReady ready;
  gpointer data;
} Asked;

static void
asked_free (gpointer data)
{
  Asked *self = data;

  flow_edit_disk_file_clear (&self->file);
  if (self->folder >= 0)
    (void) close (self->folder);
  g_clear_error (&self->error);
  g_free (self->path);
  g_free (self->choice);
  g_free (self->id);
  g_free (self->folder_path);
  g_free (self->name);
  g_free (self);
}

/* The file that a link leads to is the one that is edited; one that is to be made has a folder that is there. */
static char *
find_real (const char *path)
{
  FlowPathType type = FLOW_PATH_MISSING;
  g_autofree char *real = flow_real_path (path, &type);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *real_folder = NULL;

  if (real != NULL)
    return g_steal_pointer (&real);
  real_folder = flow_real_path (folder, &type);
  return g_build_filename (real_folder != NULL ? real_folder : folder, name, NULL);
}

static void
read_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Asked *self = data;
  g_autofree char *real = find_real (self->path);
  FlowEditDiskPlace place;

  self->folder_path = g_path_get_dirname (real);
  self->name = g_path_get_basename (real);
  self->folder = open (self->folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (self->folder < 0)
    self->error = g_error_new (FLOW_ERROR, FLOW_ERROR_FOLDER_NOT_WRITABLE, _ ("%s cannot be opened: %s"),
                               self->folder_path, g_strerror (errno));
  place = (FlowEditDiskPlace) {
    .folder = self->folder, .path = self->folder_path, .name = self->name, .durable = TRUE
  };
  if (self->folder >= 0)
    flow_edit_disk_read (&place, TRUE, &self->file);
  g_task_return_boolean (task, TRUE);
}

static void
changed_cb (const char *name, gpointer data)
{
  FlowEditFilesEntry *entry = data;
  g_autofree char *own = g_path_get_basename (flow_edit_file_get_path (entry->file));

  if (g_str_equal (own, name))
    flow_edit_file_look (entry->file);
}

static void
followed_cb (guint token, gpointer data)
{
  flow_edit_file_followed (((FlowEditFilesEntry *) data)->file, token);
}

static void
unsure_cb (gpointer data)
{
  flow_edit_file_look (((FlowEditFilesEntry *) data)->file);
}

static const FlowFolderWatchFuncs watch_funcs = { changed_cb, changed_cb, followed_cb, unsure_cb };

static FlowEditFilesEntry *
entry_for_user (Asked *asked, GError **error)
{
  FlowEditFilesEntry *entry = flow_edit_files_entry_new (asked->owner, NULL, NULL);
  FlowEditFileSetup setup = {
    .side = FLOW_EDIT_FILE,
    .path = asked->folder_path,
    .name = asked->name,
    .kind = "file",
    .title = asked->name,
    .context = asked->owner->context,
    .times = asked->owner->times,
    .funcs = &flow_edit_files_file_funcs,
    .data = entry,
  };

  entry->watch = flow_folder_watch_new (asked->folder, asked->owner->context, &watch_funcs, entry, error);
  if (entry->watch == NULL)
    {
      flow_edit_files_entry_free (entry);
      return NULL;
    }
  setup.watch = entry->watch;
  setup.folder = asked->folder;
  asked->folder = -1;
  entry->file = flow_edit_file_new (&setup);
  return entry;
}

static FlowEditSession *
open_session (Asked *asked, FlowEditFilesEntry *entry, GError **error)
{
  const char *path = flow_edit_file_get_path (entry->file);
  const char *dot = strrchr (asked->name, '.');
  g_autoptr (FlowText) text = flow_edit_file_begin (entry->file, &asked->file, error);
  g_auto (FlowEditOpened) opened = { 0 };
  const FlowEditResume resume = { .id = asked->id };
  const FlowEditOpening opening = {
    .title = asked->name,
    .url = path,
    .type = dot != NULL && dot != asked->name ? dot + 1 : NULL,
    .choice = asked->choice,
    .text = text,
    .focus = asked->id == NULL,
    .no_editor = asked->id != NULL,
    .resume = asked->id != NULL ? &resume : NULL,
  };

  if (text == NULL ||
      !flow_edits_open (asked->owner->edits, &opening, flow_edit_file_get_endpoint (entry->file), &opened, error))
    return NULL;
  entry->id = g_strdup (flow_edit_session_get_id (opened.session));
  /* What it does not have yet comes as a push, and is written when somebody saves. */
  flow_edit_file_start (entry->file, flow_text_equal (text, opened.text) ? opened.revision : 0);
  return opened.session;
}

static FlowEditSession *
find_open (Asked *asked)
{
  g_autofree char *path = g_build_filename (asked->folder_path, asked->name, NULL);

  for (guint i = 0; i < asked->owner->entries->len; i++)
    {
      FlowEditFilesEntry *entry = asked->owner->entries->pdata[i];

      if (entry->name == NULL && g_str_equal (flow_edit_file_get_path (entry->file), path))
        return flow_edit_file_get_session (entry->file);
    }
  return NULL;
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Asked *asked = g_task_get_task_data (G_TASK (result));
  FlowEditSession *session = NULL;
  FlowEditFilesEntry *entry = NULL;

  if (g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result))))
    return;
  session = find_open (asked);
  if (session == NULL && asked->error == NULL)
    entry = entry_for_user (asked, &asked->error);
  if (entry != NULL)
    session = open_session (asked, entry, &asked->error);
  if (entry != NULL && session == NULL)
    flow_edit_files_entry_free (entry);
  asked->ready (asked->owner, session, session != NULL ? NULL : asked->error, asked->data);
}

static void
ask (FlowEditFiles *self, const char *path, const char *choice, const char *id, FlowEditFilesReady ready, gpointer data)
{
  GTask *task = g_task_new (NULL, self->stopped, read_cb, NULL);
  Asked *asked = g_new0 (Asked, 1);

  asked->path = g_strdup (path);
  asked->choice = g_strdup (choice);
  asked->id = g_strdup (id);
  asked->folder = -1;
  asked->file.file = -1;
  asked->owner = self;
  asked->ready = ready;
  asked->data = data;
  g_task_set_source_tag (task, flow_edit_files_open_user);
  g_task_set_name (task, "flow-edit-files");
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, asked, asked_free);
  g_task_run_in_thread (task, read_thread);
  g_object_unref (task);
}

/**
 * flow_edit_files_open_user:
 * @self: files
 * @path: an absolute path; the file need not be there
 * @choice: (nullable): the editor for it
 * @ready: hears how it went; not when the files are stopped before
 * @data: for @ready
 *
 * Edit a file of the user's. It may be on a disk that is far away, so it is read and written on another thread. It gets
 * the text when an editor saves it, and keeps how lines end, a byte-order mark, its mode, its owner and its attributes.
 */
void
flow_edit_files_open_user (FlowEditFiles *self, const char *path, const char *choice, FlowEditFilesReady ready,
                           gpointer data)
{
  ask (self, path, choice, NULL, ready, data);
}

/**
 * flow_edit_files_join_user:
 * @self: files
 * @session: a session that had a file of the user's before
 * @ready: hears how it went; not when the files are stopped before
 * @data: for @ready
 *
 * Have a session go on with its file.
 */
void
flow_edit_files_join_user (FlowEditFiles *self, FlowEditSession *session, FlowEditFilesReady ready, gpointer data)
{
  ask (self, flow_edit_session_get_url (session), NULL, flow_edit_session_get_id (session), ready, data);
}

static void
own_push (FlowEditEndpoint *endpoint, const FlowEditPush *push, gpointer data)
{
}

static void
own_detached (FlowEditEndpoint *endpoint, gpointer data)
{
}

static const FlowEditEndpointFuncs own_funcs = { own_push, own_detached };

static gboolean
attach_own (FlowEditFilesEntry *entry, FlowEditSession *session, const char *command, GError **error)
{
  g_autofree char *name = flow_editor_name (command);

  if (entry->own != NULL && flow_edit_endpoint_get_session (entry->own) != NULL)
    return TRUE;
  g_clear_pointer (&entry->own, flow_edit_endpoint_unref);
  entry->own = flow_edit_endpoint_new (FLOW_EDIT_EDITOR, FLOW_EDIT_DELTA, NULL, "command", name, &own_funcs, NULL);
  if (!flow_edit_session_attach (session, entry->own, error))
    return FALSE;
  flow_edit_file_set_eager (entry->file, TRUE);
  flow_edit_session_opened (session, entry->own);
  return TRUE;
}

/*
 * flow_edit_files_open_own:
 * @entry: a file of the user's
 * @session: its session
 * @command: a command line
 * @error: return location
 *
 * Start an editor with the file itself. What it saves comes through the file, so its end of the session is an empty
 * one.
 *
 * Returns: %FALSE with %FLOW_ERROR_EDITOR_NOT_FOUND or %FLOW_ERROR_EDITOR_FAILED
 */
gboolean
flow_edit_files_open_own (FlowEditFilesEntry *entry, FlowEditSession *session, const char *command, GError **error)
{
  return flow_edit_files_run (entry, command, error) && attach_own (entry, session, command, error);
}

/**
 * flow_edit_files_lend:
 * @self: files
 * @session: a session with a file of the user's
 * @command: the editor that somebody else starts with the file itself
 * @pid: whose end is the end of that editor
 * @error: return location
 *
 * Let an editor have a file that is not started here, because it draws in a terminal that we do not have.
 *
 * Returns: %FALSE with %FLOW_ERROR_NO_SESSION when there is no such file, %FLOW_ERROR_EDITOR_FAILED when there is no
 *   such process, or what flow_edit_session_attach() says
 */
gboolean
flow_edit_files_lend (FlowEditFiles *self, FlowEditSession *session, const char *command, GPid pid, GError **error)
{
  FlowEditFilesEntry *entry = flow_edit_files_find (self, flow_edit_session_get_id (session));
  FlowEditRun *run;

  if (entry == NULL || entry->name != NULL)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NO_SESSION, "the text is in no file of the user's");
      return FALSE;
    }
  run = flow_edit_run_adopt (pid, flow_spawn_get_birth (pid), self->context, flow_edit_files_ended_cb, entry);
  if (run == NULL)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_EDITOR_FAILED, "there is no process %d", (int) pid);
      return FALSE;
    }
  g_clear_pointer (&entry->run, flow_edit_run_free);
  entry->run = run;
  return attach_own (entry, session, command, error);
}

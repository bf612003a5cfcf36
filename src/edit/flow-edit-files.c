/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-files"

#include "edit/flow-edit-files.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "edit/flow-edit-files-private.h"
#include "edit/flow-edit-names.h"
#include "launch/flow-editor-start.h"
#include "text/flow-text-position.h"

#define FOLDER "edit"
#define SWEEP_S 60

/**
 * flow_edit_files_new:
 * @edits: the texts
 * @runtime_dir: the folder of FlowScope's that is gone when the user logs out
 * @context: of the thread
 *
 * Returns: (transfer full): files, before flow_edit_files_start()
 */
FlowEditFiles *
flow_edit_files_new (FlowEdits *edits, const char *runtime_dir, GMainContext *context)
{
  FlowEditFiles *self = g_new0 (FlowEditFiles, 1);

  self->edits = edits;
  self->context = g_main_context_ref (context);
  self->path = g_build_filename (runtime_dir, FOLDER, NULL);
  self->folder = -1;
  self->entries = g_ptr_array_new ();
  self->stopped = g_cancellable_new ();
  return self;
}

/**
 * flow_edit_files_free:
 * @self: (transfer full): files, which flow_edits_stop() has let go of
 *
 * Free them. Files and editors stay, and are taken up again by the next one.
 */
void
flow_edit_files_free (FlowEditFiles *self)
{
  flow_edit_files_stop (self);
  while (self->entries->len > 0)
    flow_edit_files_entry_free (self->entries->pdata[0]);
  g_ptr_array_unref (self->entries);
  g_clear_pointer (&self->watch, flow_folder_watch_free);
  if (self->folder >= 0)
    (void) close (self->folder);
  g_object_unref (self->stopped);
  g_main_context_unref (self->context);
  g_free (self->path);
  g_free (self);
}

/**
 * flow_edit_files_set_times:
 * @self: files
 * @times: (transfer none): how long files wait, those that are opened from then on; it must stay
 *
 * Be more or less patient than is usual.
 */
void
flow_edit_files_set_times (FlowEditFiles *self, const FlowEditFileTimes *times)
{
  self->times = times;
}

/**
 * flow_edit_files_get_folder:
 * @self: files
 *
 * Returns: (transfer none): the folder for files that are made for editors
 */
const char *
flow_edit_files_get_folder (FlowEditFiles *self)
{
  return self->path;
}

static FlowEditFilesEntry *
find_name (FlowEditFiles *self, const char *name)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      FlowEditFilesEntry *entry = self->entries->pdata[i];

      if (g_strcmp0 (entry->name, name) == 0)
        return entry;
    }
  return NULL;
}

/*
 * flow_edit_files_find:
 * @self: files
 * @id: of a session
 *
 * Returns: (transfer none) (nullable): its file
 */
FlowEditFilesEntry *
flow_edit_files_find (FlowEditFiles *self, const char *id)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      FlowEditFilesEntry *entry = self->entries->pdata[i];

      if (g_strcmp0 (entry->id, id) == 0)
        return entry;
    }
  return NULL;
}

static void
changed_cb (const char *name, gpointer data)
{
  FlowEditFiles *self = data;
  FlowEditFilesEntry *entry = find_name (self, name);

  if (entry != NULL)
    flow_edit_file_look (entry->file);
  else
    flow_edit_files_take_up (self, name);
}

static void
gone_cb (const char *name, gpointer data)
{
  FlowEditFilesEntry *entry = find_name (data, name);

  if (entry != NULL)
    flow_edit_file_look (entry->file);
}

static void
followed_cb (guint token, gpointer data)
{
  FlowEditFiles *self = data;

  for (guint i = 0; i < self->entries->len; i++)
    {
      FlowEditFilesEntry *entry = self->entries->pdata[i];

      if (entry->name != NULL && flow_edit_file_followed (entry->file, token))
        return;
    }
}

static void
unsure_cb (gpointer data)
{
  FlowEditFiles *self = data;

  for (guint i = 0; i < self->entries->len; i++)
    {
      FlowEditFilesEntry *entry = self->entries->pdata[i];

      if (entry->name != NULL)
        flow_edit_file_look (entry->file);
    }
}

static const FlowFolderWatchFuncs watch_funcs = { changed_cb, gone_cb, followed_cb, unsure_cb };

static gboolean
sweep_cb (gpointer data)
{
  flow_edit_files_sweep (data);
  return G_SOURCE_CONTINUE;
}

static gboolean
no_folder (FlowEditFiles *self, int number, GError **error)
{
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_FOLDER_NOT_WRITABLE, _ ("No permission to read and write in %s: %s"),
               self->path, g_strerror (number));
  return FALSE;
}

/* Their folder has gone. */
static void
let_go_of_all (FlowEditFiles *self)
{
  for (guint i = self->entries->len; i > 0; i--)
    {
      FlowEditFilesEntry *entry = self->entries->pdata[i - 1];
      FlowEditSession *session = flow_edit_file_get_session (entry->file);

      if (entry->name != NULL && session != NULL)
        flow_edit_session_detach (session, flow_edit_file_get_endpoint (entry->file), FLOW_EDIT_LEFT);
    }
}

/* The folder may go while we run: who cleans up /run does not ask. */
static gboolean
open_folder (FlowEditFiles *self, GError **error)
{
  struct stat info;

  if (self->folder >= 0 && fstat (self->folder, &info) == 0 && info.st_nlink > 0)
    return TRUE;
  let_go_of_all (self);
  g_clear_pointer (&self->watch, flow_folder_watch_free);
  if (self->folder >= 0)
    (void) close (self->folder);
  self->folder = -1;
  if (g_mkdir_with_parents (self->path, 0700) != 0)
    return no_folder (self, errno, error);
  self->folder = open (self->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (self->folder < 0 || fstat (self->folder, &info) != 0)
    return no_folder (self, errno, error);
  if (info.st_uid != geteuid () || fchmod (self->folder, 0700) != 0)
    return no_folder (self, EPERM, error);
  self->watch = flow_folder_watch_new (self->folder, self->context, &watch_funcs, self, error);
  return self->watch != NULL;
}

/**
 * flow_edit_files_start:
 * @self: files, with @edits that are started
 * @error: return location
 *
 * Take up what is left from before, and look for what is left over every minute from then on.
 *
 * Returns: %FALSE with %FLOW_ERROR_FOLDER_NOT_WRITABLE; it is tried again when a file is needed
 */
gboolean
flow_edit_files_start (FlowEditFiles *self, GError **error)
{
  if (self->minute == NULL)
    {
      self->minute = g_timeout_source_new_seconds (SWEEP_S);
      g_source_set_name (self->minute, "flow-edit-files");
      g_source_set_callback (self->minute, sweep_cb, self, NULL);
      g_source_attach (self->minute, self->context);
    }
  if (!open_folder (self, error))
    return FALSE;
  flow_edit_files_sweep (self);
  return TRUE;
}

/**
 * flow_edit_files_stop:
 * @self: files
 *
 * Do nothing any more but let go.
 */
void
flow_edit_files_stop (FlowEditFiles *self)
{
  g_cancellable_cancel (self->stopped);
  if (self->minute == NULL)
    return;
  g_source_destroy (self->minute);
  g_clear_pointer (&self->minute, g_source_unref);
}

/*
 * flow_edit_files_entry_for:
 * @self: files, whose folder is open
 * @session: a session
 * @name: the name of its file
 * @editor: what people call the editor that has it; empty: not known
 *
 * Returns: (transfer full): an entry that is in the list
 */
FlowEditFilesEntry *
flow_edit_files_entry_for (FlowEditFiles *self, FlowEditSession *session, const char *name, const char *editor)
{
  g_autofree char *client = g_strconcat ("file/", name, NULL);
  FlowEditFilesEntry *entry = flow_edit_files_entry_new (self, name, NULL);
  const FlowEditFileSetup setup = {
    .side = FLOW_EDIT_EDITOR,
    .folder = fcntl (self->folder, F_DUPFD_CLOEXEC, 0),
    .path = self->path,
    .name = name,
    .client = client,
    .kind = "file",
    .title = *editor != '\0' ? editor : _ ("Editor"),
    .watch = self->watch,
    .context = self->context,
    .times = self->times,
    .funcs = &flow_edit_files_file_funcs,
    .data = entry,
  };

  entry->id = g_strdup (flow_edit_session_get_id (session));
  g_strlcpy (entry->record.editor, editor, sizeof entry->record.editor);
  entry->file = flow_edit_file_new (&setup);
  return entry;
}

static guint
line_of_cursor (FlowEditSession *session)
{
  FlowEditCursor cursor;
  gsize line = 0, column;

  if (!flow_edit_session_get_cursor (session, FLOW_EDIT_PAGE, &cursor) &&
      !flow_edit_session_get_cursor (session, FLOW_EDIT_FILE, &cursor))
    return 1;
  flow_text_position_to_line (flow_edit_session_get_text (session), cursor.end, FLOW_TEXT_CHARACTERS, &line, &column);
  return (guint) MIN (line, G_MAXINT32 - 1) + 1;
}

/*
 * flow_edit_files_ended_cb:
 * @run: an editor
 * @status: how it ended
 * @data: (type FlowEditFilesEntry): its file
 *
 * Hear that an editor has ended.
 */
void
flow_edit_files_ended_cb (FlowEditRun *run, int status, gpointer data)
{
  FlowEditFilesEntry *entry = data;
  g_autoptr (GError) problem = NULL;

  /* Without a word for it, an editor's process may only have told another one. */
  if (status == 0 && !flow_edit_run_stays (run))
    return;
  if (status > 0 && (!flow_edit_file_was_saved (entry->file) || entry->waits->len > 0))
    g_set_error (&problem, FLOW_ERROR, FLOW_ERROR_EDITOR_FAILED, _ ("The editor ended with status %d"), status);
  flow_edit_files_finish (entry, problem);
}

/*
 * flow_edit_files_run:
 * @entry: a file
 * @command: a command line
 * @error: return location
 *
 * Start an editor for the file.
 *
 * Returns: %FALSE with %FLOW_ERROR_EDITOR_NOT_FOUND or %FLOW_ERROR_EDITOR_FAILED
 */
gboolean
flow_edit_files_run (FlowEditFilesEntry *entry, const char *command, GError **error)
{
  FlowEditSession *session = flow_edits_find (entry->owner->edits, entry->id);
  FlowEditRun *run = flow_edit_run_start (command, flow_edit_file_get_path (entry->file),
                                          session != NULL ? line_of_cursor (session) : 1, entry->owner->context,
                                          flow_edit_files_ended_cb, entry, error);

  if (run == NULL)
    return FALSE;
  g_clear_pointer (&entry->run, flow_edit_run_free);
  entry->run = run;
  entry->used_us = g_get_monotonic_time ();
  entry->record.pid = flow_edit_run_stays (run) ? flow_edit_run_get_pid (run) : 0;
  entry->record.birth = flow_edit_run_get_birth (run);
  return TRUE;
}

static gboolean
open_left (FlowEditFilesEntry *entry, FlowEditSession *session, const char *command, GError **error)
{
  if (!flow_edit_files_run (entry, command, error))
    return FALSE;
  if (!flow_edit_files_attach_left (entry, session, error))
    return FALSE;
  return TRUE;
}

static gboolean
open_new (FlowEditFilesEntry *entry, FlowEditSession *session, const char *command, GError **error)
{
  guint64 revision = flow_edit_session_get_revision (session);

  if (!flow_edit_file_make (entry->file, flow_edit_session_get_text (session), error))
    return FALSE;
  entry->record.revision = entry->record.next = revision;
  flow_edit_files_hash (flow_edit_file_get_bytes (entry->file), entry->record.hash);
  if (!flow_edit_files_run (entry, command, error) ||
      !flow_edit_session_attach (session, flow_edit_file_get_endpoint (entry->file), error))
    {
      flow_edit_file_remove (entry->file);
      return FALSE;
    }
  flow_edit_files_record_write (entry->owner, entry->name, &entry->record);
  flow_edit_file_start (entry->file, revision);
  return TRUE;
}

/**
 * flow_edit_files_open:
 * @self: files
 * @session: a session
 * @command: a command line, as in the setting `edit.command`
 * @error: return location
 *
 * Open a text in an editor that knows files alone. A file of the user's is opened itself; for any other text one is
 * made, which only the user can read. When the session has a file already, and an editor has that, nothing is done.
 *
 * Returns: %FALSE with %FLOW_ERROR_EDITOR_NOT_FOUND, %FLOW_ERROR_EDITOR_FAILED, %FLOW_ERROR_FOLDER_NOT_WRITABLE,
 *   %FLOW_ERROR_DISK_FULL or what flow_edit_session_attach() says
 */
gboolean
flow_edit_files_open (FlowEditFiles *self, FlowEditSession *session, const char *command, GError **error)
{
  FlowEditFilesEntry *entry = flow_edit_files_find (self, flow_edit_session_get_id (session));
  g_autofree char *name = NULL;
  g_autofree char *editor = NULL;
  gboolean opened;

  if (entry != NULL && entry->name == NULL)
    return flow_edit_files_open_own (entry, session, command, error);
  if (!open_folder (self, error))
    return FALSE;
  entry = flow_edit_files_find (self, flow_edit_session_get_id (session));
  if (entry != NULL && entry->run != NULL && !flow_edit_run_is_over (entry->run))
    return TRUE;
  if (entry != NULL)
    return flow_edit_files_run (entry, command, error);

  name = flow_edit_file_name (flow_edit_session_get_short (session), flow_edit_session_get_file_type (session));
  editor = flow_editor_name (command);
  entry = flow_edit_files_entry_for (self, session, name, editor);
  if (faccessat (self->folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
    opened = open_left (entry, session, command, error);
  else
    opened = open_new (entry, session, command, error);
  if (!opened)
    flow_edit_files_entry_free (entry);
  return opened;
}

/**
 * flow_edit_files_wait:
 * @self: files
 * @session: a session
 * @done: hears when the editor has closed the file
 * @data: for @done
 *
 * Wait until an editor is done with a file.
 *
 * Returns: %FALSE when the session has no file
 */
gboolean
flow_edit_files_wait (FlowEditFiles *self, FlowEditSession *session, FlowEditFilesDone done, gpointer data)
{
  FlowEditFilesEntry *entry = flow_edit_files_find (self, flow_edit_session_get_id (session));
  const FlowEditFilesWait wait = { done, data };

  if (entry == NULL)
    return FALSE;
  g_array_append_val (entry->waits, wait);
  return TRUE;
}

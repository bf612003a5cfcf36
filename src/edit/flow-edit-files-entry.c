/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-files"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "edit/flow-edit-files-private.h"

#define RECORD_SUFFIX ".state"
#define MAX_RECORD 512

/*
 * flow_edit_files_hash:
 * @bytes: what is in a file
 * @hash: (out) (array fixed-size=65): tells it from anything else
 */
void
flow_edit_files_hash (GBytes *bytes, char *hash)
{
  g_autofree char *text = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);

  g_strlcpy (hash, text, 65);
}

static char *
record_name (const char *name)
{
  return g_strconcat (".", name, RECORD_SUFFIX, NULL);
}

/*
 * flow_edit_files_record_write:
 * @self: files
 * @name: the name of a file
 * @record: what is known about it
 *
 * Keep what is known, for who comes after this process. The folder is in memory, and goes with the machine.
 */
void
flow_edit_files_record_write (FlowEditFiles *self, const char *name, const FlowEditFilesRecord *record)
{
  g_autofree char *path = record_name (name);
  g_autofree char *made = g_strconcat (path, "-", NULL);
  g_autofree char *text = NULL;
  int file = openat (self->folder, made, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  gboolean written;

  if (file < 0)
    return;
  text = g_strdup_printf ("%" G_GUINT64_FORMAT " %s %" G_GUINT64_FORMAT " %s %d %" G_GUINT64_FORMAT " %s\n",
                          record->revision, *record->hash != '\0' ? record->hash : "-", record->next,
                          *record->next_hash != '\0' ? record->next_hash : "-", record->pid, record->birth,
                          record->editor);
  written = write (file, text, strlen (text)) == (gssize) strlen (text);
  (void) close (file);
  if (written)
    (void) renameat (self->folder, made, self->folder, path);
}

/*
 * flow_edit_files_record_read:
 * @self: files
 * @name: the name of a file
 * @record: (out): what is known about it
 *
 * Returns: %FALSE when nothing is
 */
gboolean
flow_edit_files_record_read (FlowEditFiles *self, const char *name, FlowEditFilesRecord *record)
{
  g_autofree char *path = record_name (name);
  char text[MAX_RECORD + 1];
  int file = openat (self->folder, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  gssize n = file >= 0 ? read (file, text, MAX_RECORD) : -1;

  memset (record, 0, sizeof *record);
  if (file >= 0)
    (void) close (file);
  text[MAX (n, 0)] = '\0';
  return n > 0 &&
         sscanf (text, "%" G_GUINT64_FORMAT " %64s %" G_GUINT64_FORMAT " %64s %d %" G_GUINT64_FORMAT " %127[^\n]",
                 &record->revision, record->hash, &record->next, record->next_hash, &record->pid, &record->birth,
                 record->editor) >= 6;
}

/*
 * flow_edit_files_record_remove:
 * @self: files
 * @name: the name of a file
 */
void
flow_edit_files_record_remove (FlowEditFiles *self, const char *name)
{
  g_autofree char *path = record_name (name);

  (void) unlinkat (self->folder, path, 0);
}

/*
 * flow_edit_files_entry_new:
 * @self: files
 * @name: (nullable): of a file of ours
 * @watch: (nullable) (transfer full): what watches the folder of a file of the user's
 *
 * Returns: (transfer none): an entry in the list, without a file
 */
FlowEditFilesEntry *
flow_edit_files_entry_new (FlowEditFiles *self, const char *name, FlowFolderWatch *watch)
{
  FlowEditFilesEntry *entry = g_new0 (FlowEditFilesEntry, 1);

  entry->owner = self;
  entry->name = g_strdup (name);
  entry->watch = watch;
  entry->waits = g_array_new (FALSE, FALSE, sizeof (FlowEditFilesWait));
  entry->used_us = g_get_monotonic_time ();
  g_ptr_array_add (self->entries, entry);
  return entry;
}

/*
 * flow_edit_files_entry_free:
 * @entry: (transfer full): an entry whose file no session has
 *
 * Take it from the list. Its file and its editor stay as they are.
 */
void
flow_edit_files_entry_free (FlowEditFilesEntry *entry)
{
  g_ptr_array_remove (entry->owner->entries, entry);
  g_clear_pointer (&entry->run, flow_edit_run_free);
  g_clear_pointer (&entry->file, flow_edit_file_unref);
  g_clear_pointer (&entry->own, flow_edit_endpoint_unref);
  g_clear_pointer (&entry->watch, flow_folder_watch_free);
  g_clear_error (&entry->problem);
  g_array_unref (entry->waits);
  g_free (entry->name);
  g_free (entry->id);
  g_free (entry);
}

static void
writing_cb (FlowEditFile *file, guint64 revision, GBytes *bytes, gpointer data)
{
  FlowEditFilesEntry *entry = data;

  if (entry->name == NULL)
    return;
  entry->record.next = revision;
  flow_edit_files_hash (bytes, entry->record.next_hash);
  flow_edit_files_record_write (entry->owner, entry->name, &entry->record);
}

static void
written_cb (FlowEditFile *file, guint64 revision, gpointer data)
{
  FlowEditFilesEntry *entry = data;

  if (entry->name == NULL)
    return;
  entry->record.revision = entry->record.next = revision;
  flow_edit_files_hash (flow_edit_file_get_bytes (file), entry->record.hash);
  *entry->record.next_hash = '\0';
  flow_edit_files_record_write (entry->owner, entry->name, &entry->record);
}

/* Known by a revision only when nobody else has changed anything meanwhile; else the merged text is written soon. */
static void
saved_cb (FlowEditFile *file, guint64 revision, gpointer data)
{
  FlowEditFilesEntry *entry = data;
  FlowEditSession *session = flow_edit_file_get_session (file);

  entry->used_us = g_get_monotonic_time ();
  if (entry->name != NULL && session != NULL && flow_edit_file_has (file, flow_edit_session_get_text (session)))
    written_cb (file, flow_edit_session_get_revision (session), data);
}

static void
complained_cb (FlowEditFile *file, const GError *error, gpointer data)
{
  FlowEditFilesEntry *entry = data;
  FlowEditSession *session = flow_edit_file_get_session (file);
  gboolean folder = g_error_matches (error, FLOW_ERROR, FLOW_ERROR_FOLDER_NOT_WRITABLE);
  g_autofree char *path = g_path_get_dirname (flow_edit_file_get_path (file));

  flow_edits_notice (entry->owner->edits, folder ? FLOW_EDIT_NOTICE_NO_PERMISSION : FLOW_EDIT_NOTICE_UNEXPECTED,
                     session, folder ? path : error->message);
}

static void
editor_gone_cb (FlowEditFile *file, const GError *error, gpointer data)
{
  FlowEditFilesEntry *entry = data;

  /* The user may choose another editor, unless a program waits for this one. */
  if (error == NULL || entry->waits->len > 0)
    flow_edit_files_finish (entry, error);
}

static void
tell_waits (FlowEditFilesEntry *entry, FlowEditReason reason)
{
  g_autoptr (GArray) waits = g_array_ref (entry->waits);

  if (entry->problem == NULL && reason == FLOW_EDIT_STOPPED)
    entry->problem = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_STOPPING, "the hub stops");
  for (guint i = 0; i < waits->len; i++)
    {
      const FlowEditFilesWait *wait = &g_array_index (waits, FlowEditFilesWait, i);

      wait->done (entry->owner, entry->problem, wait->data);
    }
}

/* What an editor saved that nobody has seen stays, and is taken up when the files are looked through. */
static void
let_go_cb (FlowEditFile *file, FlowEditReason reason, gpointer data)
{
  FlowEditFilesEntry *entry = data;

  if (entry->name != NULL && reason != FLOW_EDIT_STOPPED && flow_edit_file_remove (file))
    flow_edit_files_record_remove (entry->owner, entry->name);
  tell_waits (entry, reason);
  flow_edit_files_entry_free (entry);
}

const FlowEditFileFuncs flow_edit_files_file_funcs = {
  .writing = writing_cb,
  .written = written_cb,
  .saved = saved_cb,
  .complained = complained_cb,
  .editor_gone = editor_gone_cb,
  .let_go = let_go_cb,
};

static gboolean
entry_is_there (FlowEditFiles *self, FlowEditFilesEntry *entry)
{
  return g_ptr_array_find (self->entries, entry, NULL);
}

/*
 * flow_edit_files_finish:
 * @entry: a file
 * @problem: (nullable): what was wrong with its editor
 *
 * Let go of the file as its editor has done: once what was saved last is taken, or at once when there is a problem.
 */
void
flow_edit_files_finish (FlowEditFilesEntry *entry, const GError *problem)
{
  FlowEditFiles *owner = entry->owner;
  FlowEditSession *session = flow_edit_file_get_session (entry->file);
  FlowEditEndpoint *editor = entry->own != NULL ? entry->own : flow_edit_file_get_endpoint (entry->file);

  if (session == NULL)
    return;
  if (problem != NULL && entry->problem == NULL)
    entry->problem = g_error_copy (problem);
  if (problem != NULL)
    flow_edits_notice (entry->owner->edits, FLOW_EDIT_NOTICE_UNEXPECTED, session, problem->message);
  if (problem != NULL && (entry->own != NULL || entry->name != NULL))
    flow_edit_session_failed (session, editor, (FlowError) problem->code, problem->message);
  else if (entry->own != NULL)
    flow_edit_session_detach (session, entry->own, FLOW_EDIT_LEFT);
  if (problem == NULL || entry_is_there (owner, entry))
    flow_edit_file_close (entry->file, FLOW_EDIT_LEFT);
}

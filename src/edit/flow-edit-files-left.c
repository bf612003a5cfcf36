/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-files"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "edit/flow-edit-file-private.h"
#include "edit/flow-edit-files-private.h"
#include "edit/flow-edit-names.h"
#include "edit/flow-edit-private.h"

/* How long a file stays that nobody has. */
#define LEFT_S G_GINT64_CONSTANT (7200)

static GPtrArray *
list_names (FlowEditFiles *self)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  int copy = openat (self->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *folder = copy >= 0 ? fdopendir (copy) : NULL;
  struct dirent *one;

  if (folder == NULL && copy >= 0)
    (void) close (copy);
  while (folder != NULL && (one = readdir (folder)) != NULL)
    if (!g_str_equal (one->d_name, ".") && !g_str_equal (one->d_name, ".."))
      g_ptr_array_add (names, g_strdup (one->d_name));
  if (folder != NULL)
    (void) closedir (folder);
  return g_steal_pointer (&names);
}

/* A save that came out when a text was written, at the very moment when the process that wrote it was killed. */
static char *
find_displaced (FlowEditFiles *self, const char *name)
{
  g_autoptr (GPtrArray) names = list_names (self);
  g_autofree char *suffix = g_strconcat (".", name, NULL);

  for (guint i = 0; i < names->len; i++)
    if (g_str_has_prefix (names->pdata[i], FLOW_EDIT_DISK_PREFIX) && g_str_has_suffix (names->pdata[i], suffix))
      return g_strdup (names->pdata[i]);
  return NULL;
}

/* What was under way when the process ended that is in the record: which text the file has if nobody saved since. */
static gboolean
settle_record (FlowEditFilesRecord *record, const FlowEditDiskFile *file)
{
  char hash[65];

  if (file->bytes == NULL)
    return FALSE;
  flow_edit_files_hash (file->bytes, hash);
  if (g_str_equal (hash, record->next_hash))
    {
      record->revision = record->next;
      memcpy (record->hash, hash, sizeof hash);
    }
  return g_str_equal (hash, record->hash);
}

/* A save that was taken just before the process ended is in the text, and may not be in the record. */
static guint64
skip_taken (FlowEditFilesEntry *entry, FlowEditSession *session, guint64 revision)
{
  const char *client = flow_edit_endpoint_get_client (flow_edit_file_get_endpoint (entry->file));
  g_autoptr (GPtrArray) changes = flow_edit_session_changes_since (session, revision);

  for (guint i = 0; changes != NULL && i < changes->len; i++)
    {
      const FlowEditChange *change = changes->pdata[i];

      if (!g_str_equal (change->client, client))
        break;
      revision = change->revision;
    }
  return revision;
}

/* Attaches with what was displaced unseen, when it was. The file itself has our text then, which is written again. */
static gboolean
attach_displaced (FlowEditFilesEntry *entry, FlowEditSession *session, const FlowEditFilesRecord *before)
{
  g_autofree char *name = find_displaced (entry->owner, entry->name);
  g_auto (FlowEditDiskFile) file = FLOW_EDIT_DISK_FILE_INIT;
  g_autoptr (FlowText) text = NULL;
  gboolean attached = FALSE;
  char hash[65] = "";

  if (name == NULL)
    return FALSE;
  flow_edit_disk_read (
      &(FlowEditDiskPlace) { .folder = entry->owner->folder, .path = entry->owner->path, .name = name }, TRUE, &file);
  if (file.bytes != NULL)
    {
      flow_edit_files_hash (file.bytes, hash);
      text = flow_edit_file_to_text (entry->file, file.bytes, NULL);
    }
  if (text != NULL && !g_str_equal (hash, before->hash) && !g_str_equal (hash, before->next_hash))
    attached = flow_edit_session_attach_at (session, flow_edit_file_get_endpoint (entry->file), before->revision, text,
                                            NULL);
  (void) unlinkat (entry->owner->folder, name, 0);
  return attached;
}

/*
 * flow_edit_files_attach_left:
 * @entry: a file that is there, but that no session has
 * @session: its session
 * @error: return location
 *
 * Attach a file from before. What was saved in it meanwhile is taken.
 *
 * Returns: %FALSE with an error when it cannot be read
 */
gboolean
flow_edit_files_attach_left (FlowEditFilesEntry *entry, FlowEditSession *session, GError **error)
{
  g_auto (FlowEditDiskFile) file = FLOW_EDIT_DISK_FILE_INIT;
  FlowEditFilesRecord record, before;
  g_autoptr (FlowText) text = NULL;
  gboolean known = flow_edit_files_record_read (entry->owner, entry->name, &record), displaced;

  flow_edit_file_read (entry->file, &file);
  text = flow_edit_file_begin (entry->file, &file, error);
  if (text == NULL)
    return FALSE;
  before = record;
  if (!known)
    record.revision = G_MAXUINT64;
  displaced = known && settle_record (&record, &file) && attach_displaced (entry, session, &before);
  if (known && !displaced)
    record.revision = skip_taken (entry, session, record.revision);
  if (!displaced &&
      !flow_edit_session_attach_at (session, flow_edit_file_get_endpoint (entry->file), record.revision, text, error))
    return FALSE;
  if (entry->run != NULL)
    {
      record.pid = entry->record.pid;
      record.birth = entry->record.birth;
      g_strlcpy (record.editor, entry->record.editor, sizeof record.editor);
    }
  entry->record = record;
  if (file.bytes != NULL)
    flow_edit_files_hash (file.bytes, entry->record.hash);
  flow_edit_file_start (entry->file, record.revision);
  /* The session takes the file for the one that was displaced. */
  if (displaced)
    flow_edit_file_want (entry->file, flow_edit_session_get_text (session), flow_edit_session_get_revision (session));
  return TRUE;
}

static void
ended_cb (FlowEditRun *run, int status, gpointer data)
{
  flow_edit_files_finish (data, NULL);
}

/*
 * flow_edit_files_take_up:
 * @self: files
 * @name: the name of a file in the folder that belongs to no entry
 *
 * Take a file up that was left, or that an editor has saved after its session was closed.
 */
void
flow_edit_files_take_up (FlowEditFiles *self, const char *name)
{
  g_autofree char *short_id = flow_edit_file_name_get_short (name);
  g_autoptr (GError) error = NULL;
  FlowEditFilesRecord record;
  FlowEditFilesEntry *entry;
  FlowEditSession *session;

  if (short_id == NULL || faccessat (self->folder, name, F_OK, AT_SYMLINK_NOFOLLOW) != 0 ||
      !flow_edits_is_known_short (self->edits, short_id))
    return;
  session = flow_edits_bring_back (self->edits, short_id, &error);
  if (session == NULL || flow_edit_files_find (self, flow_edit_session_get_id (session)) != NULL)
    return;
  flow_edit_files_record_read (self, name, &record);
  entry = flow_edit_files_entry_for (self, session, name, record.editor);
  if (!flow_edit_files_attach_left (entry, session, &error))
    {
      if (!g_error_matches (error, FLOW_ERROR, FLOW_ERROR_BUSY))
        g_message ("%s/%s is left from before and cannot be taken up: %s", self->path, name, error->message);
      flow_edit_files_entry_free (entry);
      return;
    }
  if (entry->record.pid == 0)
    return;
  entry->run = flow_edit_run_adopt (entry->record.pid, entry->record.birth, self->context, ended_cb, entry);
  if (entry->run == NULL)
    flow_edit_files_finish (entry, NULL);
}

static gboolean
is_in_use (FlowEditFiles *self, const char *name)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      FlowEditFilesEntry *entry = self->entries->pdata[i];
      g_autofree char *short_id = entry->name != NULL ? flow_edit_file_name_get_short (entry->name) : NULL;

      if (short_id != NULL && strstr (name, short_id) != NULL)
        return TRUE;
    }
  return FALSE;
}

/* Backups and locks of editors, and files whose session is forgotten. */
static void
remove_if_old (FlowEditFiles *self, const char *name)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  struct stat info;

  if (is_in_use (self, name) || fstatat (self->folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0 ||
      info.st_mtime > now - LEFT_S)
    return;
  (void) unlinkat (self->folder, name, S_ISDIR (info.st_mode) ? AT_REMOVEDIR : 0);
}

/* An editor that does not tell when it has done, and a text that nobody else has: it counts as closed after a while. */
static void
finish_idle (FlowEditFiles *self)
{
  gint64 now = g_get_monotonic_time ();

  for (guint i = self->entries->len; i > 0; i--)
    {
      FlowEditFilesEntry *entry = self->entries->pdata[i - 1];
      FlowEditSession *session = flow_edit_file_get_session (entry->file);
      gboolean has_editor = entry->run != NULL && flow_edit_run_stays (entry->run);

      if (session == NULL || has_editor || now - entry->used_us < LEFT_S * G_USEC_PER_SEC ||
          flow_edit_session_count (session, FLOW_EDIT_PAGE) > 0 ||
          (entry->name == NULL && flow_edit_session_count (session, FLOW_EDIT_EDITOR) > 0))
        continue;
      flow_edit_files_finish (entry, NULL);
    }
}

/**
 * flow_edit_files_sweep:
 * @self: files
 *
 * Look for what is left over: what was saved is taken into its session first, and what nobody has needed for two hours
 * is removed. The file of a session that is open always stays.
 */
void
flow_edit_files_sweep (FlowEditFiles *self)
{
  g_autoptr (GPtrArray) names = NULL;

  if (self->folder < 0)
    return;
  finish_idle (self);
  names = list_names (self);
  for (guint i = 0; i < names->len; i++)
    if (!is_in_use (self, names->pdata[i]))
      flow_edit_files_take_up (self, names->pdata[i]);
  for (guint i = 0; i < names->len; i++)
    remove_if_old (self, names->pdata[i]);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-store"

#include "store/flow-backup.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>

#include "base/flow-error.h"
#include "store/flow-statement.h"

#define FOLDER "backups"
#define PREFIX "flowscope-"
#define SUFFIX ".db"
#define UNFINISHED ".db.part"
#define TIME_FORMAT "%Y%m%dT%H%M%S"
#define NEWEST_KEPT 3
#define PAGES_A_STEP 256

typedef sqlite3_backup FlowSqliteBackup;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSqliteBackup, sqlite3_backup_finish)

static gboolean
copy_pages (sqlite3 *from, sqlite3 *to, FlowStoreProgressFunc progress, gpointer data, GCancellable *cancellable,
            GError **error)
{
  g_autoptr (FlowSqliteBackup) backup = sqlite3_backup_init (to, "main", from, "main");
  int code = SQLITE_OK;

  if (backup == NULL)
    return flow_sql_error (to, error, "backup");
  while (code == SQLITE_OK)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      code = sqlite3_backup_step (backup, PAGES_A_STEP);
      if (progress != NULL)
        {
          int total = sqlite3_backup_pagecount (backup);

          progress (total - sqlite3_backup_remaining (backup), total, data);
        }
    }
  return code == SQLITE_DONE || flow_sql_error_code (code, sqlite3_errstr (code), error, "backup");
}

/* The copy is one file with a rollback journal; SQLite makes it WAL again when it is opened to be written. */
static gboolean
copy_into (sqlite3 *db, const char *part, FlowStoreProgressFunc progress, gpointer data, GCancellable *cancellable,
           GError **error)
{
  g_autoptr (sqlite3) to = NULL;
  int code = sqlite3_open_v2 (part, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);

  if (code != SQLITE_OK)
    return flow_sql_error_code (code, sqlite3_errstr (code), error, "backup");
  return copy_pages (db, to, progress, data, cancellable, error) &&
         flow_sql_exec_text (to, "PRAGMA journal_mode = DELETE", error);
}

static gboolean
make_empty (const char *path, GError **error)
{
  int fd = g_open (path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  if (fd >= 0)
    return g_close (fd, error);
  g_set_error (error, FLOW_ERROR, errno == ENOSPC ? FLOW_ERROR_DISK_FULL : FLOW_ERROR_FAILED,
               "Cannot write the backup “%s”: %s", path, g_strerror (errno));
  return FALSE;
}

/*
 * One read transaction for the whole copy: without it SQLite would begin anew at every commit of another connection.
 */
static gboolean
copy_in_transaction (sqlite3 *db, const char *part, FlowStoreProgressFunc progress, gpointer data,
                     GCancellable *cancellable, GError **error)
{
  gint64 ignored = 0;
  gboolean done = flow_sql_exec_text (db, "BEGIN", error) &&
                  flow_sql_get_int64 (db, "SELECT count (*) FROM sqlite_schema", &ignored, error) &&
                  copy_into (db, part, progress, data, cancellable, error);

  if (!sqlite3_get_autocommit (db))
    flow_sql_exec_text (db, "ROLLBACK", NULL);
  return done;
}

/**
 * flow_backup_copy:
 * @db: a connection, outside a transaction
 * @destination: a file that is not there yet
 * @progress: (nullable): hears how far it is
 * @data: for @progress
 * @cancellable: (nullable): ends it early
 * @error: return location
 *
 * Copy the database, as it is at this moment, into a private file. While it works the WAL of a running hub grows.
 *
 * Returns: %FALSE with `FLOW_ERROR_BAD_ARGUMENT` when @destination is there, `G_IO_ERROR_CANCELLED`, or the codes of
 *   [func@sql_error]; nothing is left then
 */
gboolean
flow_backup_copy (sqlite3 *db, const char *destination, FlowStoreProgressFunc progress, gpointer data,
                  GCancellable *cancellable, GError **error)
{
  g_autofree char *part = g_strconcat (destination, ".part", NULL);

  if (g_file_test (destination, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "“%s” is there already; choose another name",
                   destination);
      return FALSE;
    }
  if (!make_empty (part, error))
    return FALSE;
  if (copy_in_transaction (db, part, progress, data, cancellable, error))
    {
      if (g_rename (part, destination) == 0)
        return TRUE;
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "Cannot write “%s”: %s", destination, g_strerror (errno));
    }
  g_unlink (part);
  return FALSE;
}

static gboolean
is_automatic (const char *name, gboolean unfinished)
{
  return g_str_has_prefix (name, PREFIX) &&
         (g_str_has_suffix (name, SUFFIX) || (unfinished && g_str_has_suffix (name, UNFINISHED)));
}

/* flowscope-0001-20240131T120000-000001.db: what counts is the time, behind the version. */
static const char *
time_of (const char *name)
{
  const char *dash = strchr (name + strlen (PREFIX), '-');

  return dash != NULL ? dash + 1 : name;
}

static gint
newest_first (gconstpointer a, gconstpointer b)
{
  return strcmp (time_of (*(const char *const *) b), time_of (*(const char *const *) a));
}

static GPtrArray *
list_automatic (const char *folder, gboolean unfinished)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (is_automatic (name, unfinished))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, newest_first);
  return names;
}

static gboolean
remove_from (const char *folder, guint kept, GError **error)
{
  g_autoptr (GPtrArray) names = list_automatic (folder, kept == 0);

  for (guint i = kept; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, g_ptr_array_index (names, i), NULL);

      if (g_unlink (path) == 0)
        continue;
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "Cannot remove “%s”: %s", path, g_strerror (errno));
      return FALSE;
    }
  return TRUE;
}

static char *
folder_beside (const char *path)
{
  g_autofree char *data_dir = g_path_get_dirname (path);

  return g_build_filename (data_dir, FOLDER, NULL);
}

static void
copied_cb (gint64 done, gint64 total, gpointer data)
{
  const FlowStoreWatch *watch = data;

  watch->stage (FLOW_STORE_STAGE_BACKUP, done, total, watch->data);
}

/**
 * flow_backup_before_change:
 * @db: a connection to @path
 * @path: the database
 * @version: its schema version
 * @watch: (nullable): who waits
 * @error: return location
 *
 * Copy the database to `backups/flowscope-VERSION-TIME.db` beside it, and keep the newest three such copies.
 *
 * Returns: %FALSE with the codes of flow_backup_copy()
 */
gboolean
flow_backup_before_change (sqlite3 *db, const char *path, int version, const FlowStoreWatch *watch, GError **error)
{
  g_autofree char *folder = folder_beside (path);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, TIME_FORMAT);
  g_autofree char *name = g_strdup_printf (PREFIX "%04d-%s-%06d" SUFFIX, version, time,
                                           g_date_time_get_microsecond (now));
  g_autofree char *destination = g_build_filename (folder, name, NULL);

  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "Cannot make the folder “%s”: %s", folder, g_strerror (errno));
      return FALSE;
    }
  if (!flow_backup_copy (db, destination, watch != NULL && watch->stage != NULL ? copied_cb : NULL, (gpointer) watch,
                         watch != NULL ? watch->cancellable : NULL, error))
    {
      g_prefix_error (error, "No backup, so nothing was changed: ");
      return FALSE;
    }
  g_message ("Backup before the change: %s", destination);
  return remove_from (folder, NEWEST_KEPT, error);
}

/**
 * flow_store_remove_backups:
 * @path: the database
 * @error: return location
 *
 * Remove the automatic backups beside a database, and what a crash left of one, as part of an erase.
 *
 * Returns: %FALSE with `FLOW_ERROR_FAILED`
 */
gboolean
flow_store_remove_backups (const char *path, GError **error)
{
  g_autofree char *folder = folder_beside (path);

  return remove_from (folder, 0, error);
}

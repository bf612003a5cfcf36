/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-admin-data.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "base/flow-error.h"
#include "cloud/flow-cloud-sqlite.h"
#include "store/flow-backup.h"
#include "store/flow-data-lock.h"
#include "store/flow-database.h"
#include "store/flow-maintenance-private.h"
#include "store/flow-migration.h"
#include "store/flow-store.h"

#define REPLACED ".replaced"
#define FRESH ".restored"
/* A file that is there while something was deleted that is not overwritten yet. */
#define FORGET "forget"

static char *
database_path (const char *data_dir)
{
  return g_build_filename (data_dir, FLOW_CLOUD_SQLITE_NAME, NULL);
}

static int
newest_schema (GError **error)
{
  g_autoptr (GPtrArray) migrations = NULL;

  flow_cloud_sqlite_resources_ensure ();
  migrations = flow_migrations_load (FLOW_CLOUD_SQLITE_MIGRATIONS, error);
  return migrations != NULL ? flow_migrations_newest (migrations) : -1;
}

static gboolean
lock (const char *data_dir, FlowDataLock **held, GError **error)
{
  g_autoptr (FlowContext) context = flow_context_new (data_dir, error);

  return context != NULL && flow_context_ensure_dir (data_dir, error) && flow_data_lock_acquire (context, held, error);
}

/* While the cloud runs: one short transaction beside its own. */
static gboolean
run_beside (sqlite3 *db, FlowCloudAdminFunc run, const FlowCloudAdminWish *wish, GError **error)
{
  FlowCloudData *data = flow_cloud_sqlite_data_new (db);
  gboolean done = flow_store_begin (db, error) && run (data, wish, error) && flow_store_commit (db, error);

  flow_store_rollback (db);
  flow_cloud_sqlite_data_free (data);
  return done;
}

/* Only who writes in the database can overwrite what was deleted: the cloud that runs looks for this. */
static gboolean
ask_to_forget (const char *data_dir, GError **error)
{
  g_autofree char *path = g_build_filename (data_dir, FORGET, NULL);

  if (!g_file_set_contents (path, "", 0, error))
    return FALSE;
  g_print ("The cloud that runs overwrites it in a moment\n");
  return TRUE;
}

/**
 * flow_cloud_admin_data_wants_forget:
 * @data_dir: where the data of a cloud that runs is
 *
 * Returns: whether somebody has deleted something beside the cloud that is to be overwritten; only once
 */
gboolean
flow_cloud_admin_data_wants_forget (const char *data_dir)
{
  g_autofree char *path = g_build_filename (data_dir, FORGET, NULL);

  return g_unlink (path) == 0;
}

static gboolean
run_while_running (const char *data_dir, FlowCloudAdminFunc run, const FlowCloudAdminWish *wish, GError **error)
{
  int newest = newest_schema (error);
  g_autofree char *path = database_path (data_dir);
  g_autoptr (sqlite3) db = newest >= 0 ? flow_database_open_writer (path, newest, error) : NULL;
  int version = 0;

  if (db == NULL || !flow_migrations_version (db, &version, error))
    return FALSE;
  if (version == newest)
    return run_beside (db, run, wish, error) && (!wish->forget || ask_to_forget (data_dir, error));
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_LOCKED,
               "The cloud that runs is an older one (schema %d, this program has %d); stop it, or use its own program",
               version, newest);
  return FALSE;
}

typedef struct
{
  FlowCloudAdminFunc run;
  const FlowCloudAdminWish *wish;
} Work;

static gboolean
work_run (FlowCloudData *data, gpointer user_data, GError **error)
{
  const Work *work = user_data;

  return work->run (data, work->wish, error);
}

static gboolean
run_alone (const char *data_dir, FlowCloudAdminFunc run, const FlowCloudAdminWish *wish, GError **error)
{
  g_autoptr (FlowCloudStorage) storage = flow_cloud_sqlite_new (data_dir);
  Work work = { run, wish };

  if (!storage->klass->open (storage, error) || !flow_cloud_storage_run (storage, TRUE, work_run, &work, error))
    return FALSE;
  if (wish->forget)
    storage->klass->forget (storage);
  return TRUE;
}

/**
 * flow_cloud_admin_data_run:
 * @data_dir: where the data is
 * @run: what to do
 * @wish: with what
 * @error: return location
 *
 * Do something in a transaction, whether the cloud is running or not.
 *
 * Returns: %FALSE with the error of @run or of the database
 */
gboolean
flow_cloud_admin_data_run (const char *data_dir, FlowCloudAdminFunc run, const FlowCloudAdminWish *wish, GError **error)
{
  g_autoptr (FlowDataLock) held = NULL;
  g_autoptr (GError) problem = NULL;

  if (lock (data_dir, &held, &problem))
    return run_alone (data_dir, run, wish, error);
  if (g_error_matches (problem, FLOW_ERROR, FLOW_ERROR_LOCKED))
    return run_while_running (data_dir, run, wish, error);
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static gboolean
get_version (const char *path, int newest, int *version, GError **error)
{
  g_autoptr (sqlite3) db = flow_database_open_reader (path, newest, error);

  return db != NULL && flow_migrations_version (db, version, error);
}

/**
 * flow_cloud_admin_data_migrate:
 * @data_dir: where the data is; no cloud runs on it
 * @to: number of a schema, -1 for the newest
 * @error: return location
 *
 * Bring the database to a schema, forwards or back, after a backup.
 *
 * Returns: %FALSE with %FLOW_ERROR_LOCKED, or the codes of flow_maintenance_migrate_with()
 */
gboolean
flow_cloud_admin_data_migrate (const char *data_dir, int to, GError **error)
{
  g_autofree char *path = database_path (data_dir);
  g_autoptr (FlowDataLock) held = NULL;
  int newest = newest_schema (error);
  int version = 0;
  gboolean done;

  if (newest < 0 || !lock (data_dir, &held, error) || !get_version (path, newest, &version, error))
    return FALSE;
  to = to < 0 ? newest : to;
  done = to < version ? flow_maintenance_rollback_with (path, FLOW_CLOUD_SQLITE_MIGRATIONS, to, error)
                      : flow_maintenance_migrate_with (path, FLOW_CLOUD_SQLITE_MIGRATIONS, to, error);
  if (done)
    g_print ("schema %d → %d\n", version, to);
  return done;
}

/**
 * flow_cloud_admin_data_backup:
 * @data_dir: where the data is; a cloud may be running on it
 * @file: a file that is not there yet
 * @error: return location
 *
 * Copy the database, as it is at this moment, into one private file. The keys of tokens are not in it.
 *
 * Returns: %FALSE with the codes of flow_backup_copy()
 */
gboolean
flow_cloud_admin_data_backup (const char *data_dir, const char *file, GError **error)
{
  g_autofree char *path = database_path (data_dir);
  int newest = newest_schema (error);
  g_autoptr (sqlite3) db = newest >= 0 ? flow_database_open_reader (path, newest, error) : NULL;

  if (db == NULL || !flow_backup_copy (db, file, NULL, NULL, NULL, error))
    return FALSE;
  g_print ("copied to %s; keep the folder “keys” of the data directory too, else everybody has to sign in again\n",
           file);
  return TRUE;
}

static gboolean
check_backup (sqlite3 *db, const char *file, GError **error)
{
  g_autoptr (sqlite3_stmt) check = NULL;
  gboolean row = FALSE;

  if (!flow_sql_prepare_text (db, "PRAGMA quick_check (1)", &check, error) || !flow_sql_step_row (check, &row, error))
    return FALSE;
  if (row && g_strcmp0 ((const char *) sqlite3_column_text (check, 0), "ok") == 0)
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_CORRUPT, "“%s” is damaged; nothing was changed", file);
  return FALSE;
}

static gboolean
rename_file (const char *from, const char *to, GError **error)
{
  if (g_rename (from, to) == 0)
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "Cannot rename “%s”: %s", from, g_strerror (errno));
  return FALSE;
}

/* What is there goes out of the way as one file, without a log that would be taken for that of the other one. */
static gboolean
put_aside (const char *path, int newest, GError **error)
{
  g_autofree char *aside = g_strconcat (path, REPLACED, NULL);
  sqlite3 *db;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  db = flow_database_open_writer (path, newest, error);
  if (db == NULL)
    return FALSE;
  flow_database_close_writer (db);
  return rename_file (path, aside, error);
}

/**
 * flow_cloud_admin_data_restore:
 * @data_dir: where the data is; no cloud runs on it
 * @file: a copy of flow_cloud_admin_data_backup()
 * @error: return location
 *
 * Put a copy in the place of the database; the one that was there stays beside it. Devices send again what the copy
 * does not have.
 *
 * Returns: %FALSE with %FLOW_ERROR_LOCKED, %FLOW_ERROR_CORRUPT, or the codes of flow_database_verify(); nothing was
 *   changed then
 */
gboolean
flow_cloud_admin_data_restore (const char *data_dir, const char *file, GError **error)
{
  g_autofree char *path = database_path (data_dir);
  g_autofree char *fresh = g_strconcat (path, FRESH, NULL);
  g_autoptr (FlowDataLock) held = NULL;
  g_autoptr (sqlite3) db = NULL;
  int newest = newest_schema (error);

  if (newest < 0 || !lock (data_dir, &held, error))
    return FALSE;
  db = flow_database_open_reader (file, newest, error);
  if (db == NULL || !check_backup (db, file, error))
    return FALSE;
  g_unlink (fresh);
  if (!flow_backup_copy (db, fresh, NULL, NULL, NULL, error) || !put_aside (path, newest, error) ||
      !rename_file (fresh, path, error))
    return FALSE;
  g_print ("restored from %s; what was there is " FLOW_CLOUD_SQLITE_NAME REPLACED "\n", file);
  return TRUE;
}

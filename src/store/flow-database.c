/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-store"

#include "store/flow-database.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "base/flow-error.h"
#include "store/flow-migration.h"
#include "store/flow-slow-query.h"
#include "store/flow-statement.h"
#include "store/flow-store.h"
#include "store/flow-vault.h"

#define READER_BUSY_MS 2000
#define WRITER_BUSY_MS 1000

/* Places in the header of the file. */
#define HEADER_BYTES 100
#define USER_VERSION_AT 60
#define APPLICATION_ID_AT 68

static gboolean
open_connection (const char *name, int flags, sqlite3 **out, GError **error)
{
  g_autoptr (sqlite3) db = NULL;
  int code = sqlite3_open_v2 (name, &db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);

  if (code != SQLITE_OK)
    return flow_sql_error_code (code, db != NULL ? sqlite3_errmsg (db) : sqlite3_errstr (code), error,
                                "opening the database");
  *out = g_steal_pointer (&db);
  return TRUE;
}

static gboolean
is_ours (const char *path, gint64 application_id, gint64 version, int newest, GError **error)
{
  if (application_id != FLOW_DATABASE_APPLICATION_ID)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_FOREIGN_DATABASE,
                   "“%s” is the database of another program; nothing was changed in it. Move it away or choose "
                   "another data folder (--data-dir)",
                   path);
      return FALSE;
    }
  if (version > newest)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_NEWER_DATABASE,
                   "“%s” was written by a newer FlowScope (schema %d, this program knows %d); nothing was changed in "
                   "it. Update this program, or run “flowctl db rollback %d” with the newer one",
                   path, (int) version, newest, newest);
      return FALSE;
    }
  return TRUE;
}

static gboolean
set_not_a_database (const char *path, GError **error)
{
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_FOREIGN_DATABASE,
               "“%s” is not a FlowScope database; nothing was changed in it. Move it away or choose another data "
               "folder (--data-dir)",
               path);
  return FALSE;
}

/**
 * flow_database_verify:
 * @db: a connection to @path
 * @path: for the message
 * @newest: number of the newest migration that this program has
 * @error: return location
 *
 * Check by the mark and the schema version that the database is ours and not newer than this program.
 *
 * Returns: %FALSE with `FLOW_ERROR_FOREIGN_DATABASE`, `FLOW_ERROR_NEWER_DATABASE` or the codes of [func@sql_error]
 */
gboolean
flow_database_verify (sqlite3 *db, const char *path, int newest, GError **error)
{
  gint64 application_id = 0;
  gint64 version = 0;
  g_autoptr (GError) local = NULL;

  if (flow_sql_get_int64 (db, "PRAGMA application_id", &application_id, &local) &&
      flow_sql_get_int64 (db, "PRAGMA user_version", &version, &local))
    return is_ours (path, application_id, version, newest, error);
  if (sqlite3_errcode (db) == SQLITE_NOTADB)
    return set_not_a_database (path, error);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
open_immutable (const char *path, sqlite3 **out, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *uri = g_filename_to_uri (absolute, NULL, error);
  g_autofree char *name = NULL;

  if (uri == NULL)
    return FALSE;
  name = g_strconcat (uri, "?mode=ro&immutable=1", NULL);
  return open_connection (name, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, out, error);
}

static guint32
read_be32 (const guint8 *at)
{
  return (guint32) at[0] << 24 | (guint32) at[1] << 16 | (guint32) at[2] << 8 | at[3];
}

/* What the first page says about the file (sqlite.org/fileformat2.html 1.3), without a query: where a checkpoint
 * was cut short the file is no valid database without its WAL. */
static gboolean
verify_header (sqlite3 *db, const char *path, int newest, GError **error)
{
  guint8 header[HEADER_BYTES] = { 0 };
  sqlite3_file *file = NULL;
  int code = sqlite3_file_control (db, "main", SQLITE_FCNTL_FILE_POINTER, &file);

  if (code == SQLITE_OK)
    code = file->pMethods->xRead (file, header, sizeof header, 0);
  if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ)
    return flow_sql_error_code (code, sqlite3_errstr (code), error, "reading the database");
  if (memcmp (header, "SQLite format 3", 16) != 0)
    return set_not_a_database (path, error);
  return is_ours (path, (gint32) read_be32 (header + APPLICATION_ID_AT), (gint32) read_be32 (header + USER_VERSION_AT),
                  newest, error);
}

/**
 * flow_database_inspect:
 * @path: a database file
 * @newest: number of the newest migration that this program has
 * @exists: (out): whether there is anything in it
 * @error: return location
 *
 * Look whether @path may be opened for writing, and leave no trace of it.
 *
 * The file is read as an immutable database: without locks, without its WAL. A plain open() and close() would give up
 * the POSIX locks that another connection of this process has on the file.
 *
 * Returns: %FALSE with the codes of flow_database_verify()
 */
gboolean
flow_database_inspect (const char *path, int newest, gboolean *exists, GError **error)
{
  g_autoptr (sqlite3) db = NULL;
  GStatBuf info;

  *exists = g_stat (path, &info) == 0 && info.st_size > 0;
  if (!*exists)
    return TRUE;
  return open_immutable (path, &db, error) && verify_header (db, path, newest, error);
}

static gboolean
make_private_file (const char *path, GError **error)
{
  int fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (fd >= 0 && g_close (fd, NULL))
    return TRUE;
  g_set_error (error, FLOW_ERROR, errno == ENOSPC ? FLOW_ERROR_DISK_FULL : FLOW_ERROR_FAILED,
               "Cannot make the database “%s”: %s", path, g_strerror (errno));
  return FALSE;
}

static void
remove_file_and_companions (const char *path)
{
  static const char *const endings[] = { "", "-journal", "-wal", "-shm" };

  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *name = g_strconcat (path, endings[i], NULL);

      g_unlink (name);
    }
}

static gboolean
fill_file (const char *path, GError **error)
{
  g_autoptr (sqlite3) db = NULL;

  return make_private_file (path, error) && open_connection (path, SQLITE_OPEN_READWRITE, &db, error) &&
         flow_sql_exec (db, "store/create", error);
}

/*
 * page_size and auto_vacuum can't be changed once the first table or WAL mode is there. The file is made under another
 * name and renamed, so that one that bears ours is one of ours, whatever a full disk or a crash cuts short.
 */
static gboolean
create_file (const char *path, GError **error)
{
  g_autofree char *fresh = g_strconcat (path, ".new", NULL);

  remove_file_and_companions (fresh);
  if (!fill_file (fresh, error))
    {
      remove_file_and_companions (fresh);
      return FALSE;
    }
  if (g_rename (fresh, path) == 0)
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "Cannot make the database “%s”: %s", path, g_strerror (errno));
  return FALSE;
}

static gboolean
make_private (const char *path, GError **error)
{
  GStatBuf info;

  if (g_stat (path, &info) == 0 && ((info.st_mode & 077) == 0 || g_chmod (path, 0600) == 0))
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_FORBIDDEN, "Cannot make “%s” private: %s", path, g_strerror (errno));
  return FALSE;
}

/**
 * flow_database_open_writer:
 * @path: the database file, made if it is not there
 * @newest: number of the newest migration that this program has
 * @error: return location
 *
 * Open the one connection that writes and checkpoints. The caller holds the data lock.
 *
 * Closing it with sqlite3_close() leaves the WAL as it is; flow_database_close_writer() removes it.
 *
 * Returns: (nullable): the connection, or %NULL with `FLOW_ERROR_FOREIGN_DATABASE`, `FLOW_ERROR_NEWER_DATABASE`,
 *   `FLOW_ERROR_FORBIDDEN` or the codes of [func@sql_error]
 */
sqlite3 *
flow_database_open_writer (const char *path, int newest, GError **error)
{
  g_autoptr (sqlite3) db = NULL;
  gboolean exists = FALSE;

  if (!flow_database_inspect (path, newest, &exists, error))
    return NULL;
  if ((!exists && !create_file (path, error)) || !open_connection (path, SQLITE_OPEN_READWRITE, &db, error))
    return NULL;
  sqlite3_db_config (db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  sqlite3_busy_timeout (db, WRITER_BUSY_MS);
  if (!flow_database_verify (db, path, newest, error) || !make_private (path, error) ||
      !flow_sql_exec (db, "store/open-writer", error) || !flow_vault_add_functions (db, error))
    return NULL;
  flow_slow_query_watch (db);
  return g_steal_pointer (&db);
}

/**
 * flow_database_close_writer:
 * @db: (transfer full): the writing connection
 *
 * Move the WAL into the database and close; the WAL file is gone then, unless somebody still reads.
 */
void
flow_database_close_writer (sqlite3 *db)
{
  sqlite3_db_config (db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
  sqlite3_busy_timeout (db, 0);
  sqlite3_wal_checkpoint_v2 (db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
  sqlite3_close_v2 (db);
}

static gboolean
has_wal (const char *path)
{
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  GStatBuf info;

  return g_stat (wal, &info) == 0 && info.st_size > 0;
}

static gboolean
set_up_reader (sqlite3 *db, const char *path, int newest, GError **error)
{
  sqlite3_busy_timeout (db, READER_BUSY_MS);
  return flow_database_verify (db, path, newest, error) && flow_sql_exec (db, "store/open-reader", error) &&
         flow_vault_add_functions (db, error);
}

/*
 * In a folder that can't be written SQLite can't make the WAL's index. With no WAL nobody writes, and the file can be
 * read as it is.
 */
static sqlite3 *
open_immutable_reader (const char *path, int newest, GError **error)
{
  g_autoptr (sqlite3) db = NULL;

  if (!open_immutable (path, &db, error) || !set_up_reader (db, path, newest, error))
    return NULL;
  return g_steal_pointer (&db);
}

/**
 * flow_database_open_reader:
 * @path: a database file
 * @newest: number of the newest migration that this program has
 * @error: return location
 *
 * Open a connection that can't write: read-only, `query_only`, with mmap, waiting up to 2 s for a lock.
 *
 * Returns: (nullable): the connection, or %NULL with `FLOW_ERROR_NOT_FOUND` and the codes of flow_database_verify()
 */
sqlite3 *
flow_database_open_reader (const char *path, int newest, GError **error)
{
  g_autoptr (sqlite3) db = NULL;
  g_autoptr (GError) local = NULL;
  GStatBuf info;
  int code = SQLITE_OK;

  if (g_stat (path, &info) != 0 || info.st_size == 0)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND,
                   "There is no database “%s” yet; start the hub (flowscope-hub) or import something", path);
      return NULL;
    }
  if (open_connection (path, SQLITE_OPEN_READONLY, &db, &local) && set_up_reader (db, path, newest, &local))
    {
      flow_slow_query_watch (db);
      return g_steal_pointer (&db);
    }
  code = db != NULL ? sqlite3_errcode (db) & 0xff : SQLITE_OK;
  if ((code == SQLITE_CANTOPEN || code == SQLITE_READONLY) && !has_wal (path))
    return open_immutable_reader (path, newest, error);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

/**
 * flow_store_open_reader:
 * @path: a database file
 * @error: return location
 *
 * Open a read-only connection, whether a hub runs or not. A read transaction must not be held for more than 2 s: the
 * WAL grows meanwhile. Use it in one thread at a time and close it with sqlite3_close_v2().
 *
 * Returns: (nullable) (transfer full): the connection, or %NULL with `FLOW_ERROR_NOT_FOUND`,
 *   `FLOW_ERROR_FOREIGN_DATABASE`, `FLOW_ERROR_NEWER_DATABASE`, `FLOW_ERROR_CORRUPT` or `FLOW_ERROR_FAILED`
 */
sqlite3 *
flow_store_open_reader (const char *path, GError **error)
{
  g_autoptr (GPtrArray) migrations = flow_migrations_load (FLOW_STORE_MIGRATIONS_PATH, error);

  if (migrations == NULL)
    return NULL;
  return flow_database_open_reader (path, flow_migrations_newest (migrations), error);
}

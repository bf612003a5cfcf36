/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "store-test.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#define ACKNOWLEDGED 300
#define KILLS 3
#define SMALL_DISK "size=56m,mode=0700"

/* The child's side: says each number on the pipe once it is durable. */
typedef struct
{
  int fd;
  int number;
} Numbered;

static gboolean
numbered_run (sqlite3 *db, gpointer data, GError **error)
{
  Numbered *numbered = data;
  g_autofree char *text = g_strdup_printf ("%d", numbered->number);

  return test_insert (db, text, error);
}

static void
numbered_done (gpointer data, const GError *error)
{
  Numbered *numbered = data;

  if (error != NULL || write (numbered->fd, &numbered->number, sizeof numbered->number) != sizeof numbered->number)
    _exit (1);
}

static G_NORETURN void
write_for_ever (FlowContext *context, int fd)
{
  FlowStore *store = test_store_open (context);

  for (int i = 0;; i++)
    {
      Numbered *numbered = g_new0 (Numbered, 1);

      numbered->fd = fd;
      numbered->number = i;
      while (!flow_store_push (store, 100, numbered_run, numbered_done, numbered, g_free, NULL))
        g_thread_yield ();
    }
}

static void
kill_writer_and_look (int at)
{
  FlowContext *context = test_context_new ();
  const char *path = flow_context_get_database_path (context);
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowStore) store = NULL;
  int acknowledged[2];
  int number = -1;
  int count = 0;
  int last;
  pid_t child;

  g_assert_cmpint (pipe (acknowledged), ==, 0);
  child = fork ();
  if (child == 0)
    write_for_ever (context, acknowledged[1]);
  close (acknowledged[1]);
  while (count < at && read (acknowledged[0], &number, sizeof number) == sizeof number)
    count++;
  kill (child, SIGKILL);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  while (read (acknowledged[0], &last, sizeof last) == sizeof last)
    number = last;
  close (acknowledged[0]);

  store = test_store_new (context);
  g_assert_true (flow_store_open (store, &error));
  g_assert_no_error (error);
  g_assert_cmpint (test_count (path, "SELECT count (*) FROM note"), >, number);
  g_assert_cmpint (test_count (path, "SELECT count (DISTINCT text) = count (*) FROM note"), ==, 1);
  g_assert_cmpint (test_count (path, "SELECT max (CAST (text AS INTEGER)) + 1 = count (*) FROM note"), ==, 1);
  g_assert_cmpint (test_count (path, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), ==, 1);
  flow_store_close (store);
  test_context_remove (context);
}

static void
test_kill (void)
{
  for (int i = 1; i <= KILLS; i++)
    kill_writer_and_look (ACKNOWLEDGED * i);
}

static gboolean
insert_megabyte (sqlite3 *db, gpointer data, GError **error)
{
  return flow_sql_exec_text (db, "INSERT INTO note (text) VALUES (zeroblob (1000000))", error);
}

static gboolean
delete_all (sqlite3 *db, gpointer data, GError **error)
{
  return flow_sql_exec_text (db, "DELETE FROM note", error);
}

static guint
fill_disk (FlowStore *store)
{
  g_autoptr (GError) error = NULL;
  guint stored = 0;

  while (stored < 100 && flow_store_run (store, insert_megabyte, NULL, &error))
    stored++;
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_DISK_FULL);
  return stored;
}

/* What was answered stays, nothing else does; an erase works with the reserve, and then everything again. */
static void
test_full_disk (void)
{
  FlowContext *context = test_context_new ();
  const char *path = flow_context_get_database_path (context);
  const char *folder = flow_context_get_data_dir (context);
  g_autoptr (FlowStore) store = NULL;
  g_autoptr (GError) error = NULL;
  FlowStoreStats stats;
  guint stored;

  if (mount ("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV, SMALL_DISK) != 0)
    {
      g_test_skip ("only root can make a small disk");
      test_context_remove (context);
      return;
    }
  store = test_store_open (context);
  stored = fill_disk (store);
  g_assert_cmpuint (stored, >, 0);
  g_assert_cmpint (test_count (path, "SELECT count (*) FROM note"), ==, stored);
  g_assert_false (flow_store_run (store, insert_megabyte, NULL, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_DISK_FULL);
  g_clear_error (&error);

  flow_store_get_stats (store, &stats);
  g_assert_true (stats.reserve_ready);
  g_assert_cmpuint (stats.rollbacks, ==, 2);
  g_assert_true (flow_store_release_reserve (store, NULL));
  g_assert_true (flow_store_run (store, delete_all, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (flow_store_tidy (store, 0, &error));
  g_assert_no_error (error);
  flow_store_get_stats (store, &stats);
  g_assert_true (stats.reserve_ready);
  g_assert_cmpint (test_count (path, "SELECT count (*) FROM note"), ==, 0);
  g_assert_true (flow_store_run (store, insert_megabyte, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (test_count (path, "SELECT count (*) FROM note"), ==, 1);
  flow_store_close (store);
  g_assert_cmpint (umount2 (folder, MNT_DETACH), ==, 0);
  test_context_remove (context);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/store/durability/kill", test_kill);
  g_test_add_func ("/store/durability/full-disk", test_full_disk);
  return g_test_run ();
}

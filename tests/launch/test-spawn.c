/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "launch/flow-spawn.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/flow-error.h"

static int
run (const char *script)
{
  const char *const argv[] = { "/bin/sh", "-c", script, NULL };
  g_autoptr (GError) error = NULL;
  int status = -1;

  g_assert_true (flow_spawn_supervised (argv, NULL, &status, &error));
  g_assert_no_error (error);
  return status;
}

static void
test_status (void)
{
  g_assert_cmpint (run ("exit 0"), ==, 0);
  g_assert_cmpint (run ("exit 42"), ==, 42);
  g_assert_cmpint (run ("kill -9 $$"), ==, 128 + 9);
}

/* The child sends us the signal, which has to come back to it. */
static void
test_signal_is_forwarded (void)
{
  g_assert_cmpint (run ("trap 'exit 7' TERM; kill -TERM $PPID; while :; do read x < /dev/null; done"), ==, 7);
}

static void
test_environment (void)
{
  const char *const argv[] = { "sh", "-c", "test \"$FLOW_X\" = 'a b'", NULL };
  const char *const environment[] = { "FLOW_X=a b", NULL };
  g_autoptr (GError) error = NULL;
  int status = -1;

  g_assert_true (flow_spawn_supervised (argv, environment, &status, &error));
  g_assert_cmpint (status, ==, 0);
}

static void
test_open_files (void)
{
  struct rlimit limit;
  g_autofree char *script = NULL;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  flow_spawn_set_open_files (limit.rlim_cur - 1);
  script = g_strdup_printf ("test \"$(ulimit -Sn)\" = %" G_GUINT64_FORMAT, (guint64) limit.rlim_cur - 1);
  g_assert_cmpint (run (script), ==, 0);
  flow_spawn_set_open_files (0);
}

static void
test_missing (void)
{
  const char *const argv[] = { "no-such-program-here", NULL };
  g_autoptr (GError) error = NULL;
  int status;
  GPid pid;

  g_assert_false (flow_spawn_supervised (argv, NULL, &status, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (flow_spawn_detached (argv, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (flow_spawn_watched (argv, &pid, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
}

/* The pipe's end is all that is left of a detached program here: reading it ends when the program did. */
static void
test_detached (void)
{
  g_autofree char *folder = g_dir_make_tmp ("flow-spawn-XXXXXX", NULL);
  g_autofree char *fifo = g_build_filename (folder, "fifo", NULL);
  const char *const make[] = { "mkfifo", fifo, NULL };
  const char *const argv[] = { "sh", "-c", "echo \"$1\" > \"$2\"", "sh", "it's {here}", fifo, NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  int status = -1;

  g_assert_true (flow_spawn_supervised (make, NULL, &status, &error));
  g_assert_true (flow_spawn_detached (argv, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (fifo, &text, NULL, &error));
  g_assert_cmpstr (text, ==, "it's {here}\n");
  g_unlink (fifo);
  g_rmdir (folder);
}

static void
ended_cb (GPid pid, int status, gpointer data)
{
  *(int *) data = status;
}

/* A process that waits for its pipe: it is there as long as we say so. */
static void
test_watched (void)
{
  g_autofree char *folder = g_dir_make_tmp ("flow-spawn-XXXXXX", NULL);
  g_autofree char *fifo = g_build_filename (folder, "fifo", NULL);
  const char *const make[] = { "mkfifo", fifo, NULL };
  const char *const argv[] = { "sh", "-c", "read line < \"$1\"; exit 7", "sh ) (", fifo, NULL };
  g_autoptr (GError) error = NULL;
  struct pollfd ready = { .events = POLLIN };
  int status = -1, writer;
  guint64 birth;
  GPid pid;

  g_assert_true (flow_spawn_supervised (make, NULL, &status, &error));
  g_assert_true (flow_spawn_watched (argv, &pid, &error));
  g_assert_no_error (error);
  birth = flow_spawn_get_birth (pid);
  g_assert_cmpuint (birth, >, 0);
  g_assert_cmpint (flow_spawn_open_process (pid, birth + 1), ==, -1);
  ready.fd = flow_spawn_open_process (pid, birth);
  g_assert_cmpint (ready.fd, >=, 0);
  g_assert_cmpint (poll (&ready, 1, 0), ==, 0);

  status = -1;
  g_child_watch_add (pid, ended_cb, &status);
  writer = g_open (fifo, O_WRONLY, 0);
  g_assert_cmpint (write (writer, "go\n", 3), ==, 3);
  close (writer);
  while (status == -1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (WEXITSTATUS (status), ==, 7);
  g_assert_cmpint (poll (&ready, 1, 0), ==, 1);
  g_assert_cmpint (flow_spawn_open_process (pid, birth), ==, -1);
  g_assert_cmpuint (flow_spawn_get_birth (pid), ==, 0);
  close (ready.fd);
  g_unlink (fifo);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/launch/spawn/status", test_status);
  g_test_add_func ("/launch/spawn/signal-is-forwarded", test_signal_is_forwarded);
  g_test_add_func ("/launch/spawn/environment", test_environment);
  g_test_add_func ("/launch/spawn/open-files", test_open_files);
  g_test_add_func ("/launch/spawn/missing", test_missing);
  g_test_add_func ("/launch/spawn/detached", test_detached);
  g_test_add_func ("/launch/spawn/watched", test_watched);
  return g_test_run ();
}

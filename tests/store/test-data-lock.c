/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "store-test.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/flow-data-lock.h"

static void
test_once (void)
{
  FlowContext *context = test_context_new ();
  g_autofree char *path = flow_context_build_path (context, "hub.lock");
  g_autofree char *pid = g_strdup_printf ("Process %d ", (int) getpid ());
  g_autoptr (FlowDataLock) lock = NULL;
  g_autoptr (FlowDataLock) second = NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf info;

  g_assert_true (flow_data_lock_acquire (context, &lock, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_false (flow_data_lock_acquire (context, &second, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_LOCKED);
  g_assert_nonnull (strstr (error->message, pid));
  g_clear_error (&error);

  flow_data_lock_unref (flow_data_lock_ref (lock));
  g_assert_false (flow_data_lock_acquire (context, &second, NULL));
  g_clear_pointer (&lock, flow_data_lock_unref);
  g_assert_true (flow_data_lock_acquire (context, &second, &error));
  g_assert_no_error (error);
  test_context_remove (context);
}

static void
test_holder_unknown (void)
{
  FlowContext *context = test_context_new ();
  g_autofree char *path = flow_context_build_path (context, "hub.lock");
  g_autoptr (FlowDataLock) lock = NULL;
  g_autoptr (FlowDataLock) second = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (flow_data_lock_acquire (context, &lock, NULL));
  g_assert_cmpint (truncate (path, 0), ==, 0);
  g_assert_false (flow_data_lock_acquire (context, &second, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_LOCKED);
  g_assert_true (g_str_has_prefix (error->message, "Another process"));
  test_context_remove (context);
}

/* Something else of this process opening and closing the file must not lose the lock. */
static void
test_survives_a_close (void)
{
  FlowContext *context = test_context_new ();
  g_autofree char *path = flow_context_build_path (context, "hub.lock");
  g_autofree char *text = NULL;
  g_autoptr (FlowDataLock) lock = NULL;
  int status = 0;
  pid_t child;

  g_assert_true (flow_data_lock_acquire (context, &lock, NULL));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  child = fork ();
  if (child == 0)
    {
      FlowDataLock *second = NULL;

      _exit (flow_data_lock_acquire (context, &second, NULL) ? 1 : 0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
  test_context_remove (context);
}

static void
test_ends_with_the_process (void)
{
  FlowContext *context = test_context_new ();
  g_autoptr (FlowDataLock) lock = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *holder = NULL;
  int ready[2];
  char byte;
  pid_t child;

  g_assert_cmpint (pipe (ready), ==, 0);
  child = fork ();
  if (child == 0)
    {
      FlowDataLock *held = NULL;

      if (flow_data_lock_acquire (context, &held, NULL) && write (ready[1], "x", 1) == 1)
        pause ();
      _exit (1);
    }
  g_assert_cmpint (read (ready[0], &byte, 1), ==, 1);
  holder = g_strdup_printf ("Process %d ", (int) child);
  g_assert_false (flow_data_lock_acquire (context, &lock, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_LOCKED);
  g_assert_nonnull (strstr (error->message, holder));
  g_clear_error (&error);
  kill (child, SIGKILL);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  g_assert_true (flow_data_lock_acquire (context, &lock, &error));
  g_assert_no_error (error);
  close (ready[0]);
  close (ready[1]);
  test_context_remove (context);
}

static void
test_no_folder (void)
{
  FlowContext *context = test_context_new ();
  g_autoptr (FlowDataLock) lock = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_rmdir (flow_context_get_data_dir (context)), ==, 0);
  g_assert_false (flow_data_lock_acquire (context, &lock, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
  test_context_remove (context);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/store/data-lock/once", test_once);
  g_test_add_func ("/store/data-lock/holder-unknown", test_holder_unknown);
  g_test_add_func ("/store/data-lock/survives-a-close", test_survives_a_close);
  g_test_add_func ("/store/data-lock/ends-with-the-process", test_ends_with_the_process);
  g_test_add_func ("/store/data-lock/no-folder", test_no_folder);
  return g_test_run ();
}

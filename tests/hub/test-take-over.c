/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <signal.h>
#include <string.h>

#include "hub-test.h"

/* A headless hub in a process of its own, whose data directory a hub in this one takes over. */
typedef struct
{
  FlowContext *context;
  GSubprocess *process;
  HubTest test;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  const char *root = g_getenv ("FLOW_TEST_BUILD_ROOT");
  g_autofree char *program = NULL;
  g_autofree char *line = NULL;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GDataInputStream) out = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (root);
  program = g_build_filename (root, "src", "daemon", "flowscope-hub", NULL);
  f->context = test_context_new ();
  g_subprocess_launcher_setenv (launcher, "XDG_RUNTIME_DIR", g_get_user_runtime_dir (), TRUE);
  f->process = g_subprocess_launcher_spawn (launcher, &error, program, "--data-dir",
                                            flow_context_get_data_dir (f->context), "--port", "0", "--doorway",
                                            "otlp-http=0", NULL);
  g_assert_no_error (error);
  out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (f->process));
  line = g_data_input_stream_read_line (out, NULL, NULL, NULL);
  g_assert_true (line != NULL && g_str_has_prefix (line, "ready "));
  hub_test_init (&f->test, f->context, TRUE);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  hub_test_stop (&f->test);
  hub_test_clear (&f->test);
  g_subprocess_force_exit (f->process);
  g_subprocess_wait (f->process, NULL, NULL);
  g_object_unref (f->process);
  test_context_remove (f->context);
}

/* The other one ends in order, and this one goes on with what it stored. */
static void
test_hands_over (Fixture *f, gconstpointer data)
{
  hub_test_start (&f->test);
  g_assert_true (g_subprocess_wait (f->process, NULL, NULL));
  g_assert_true (g_subprocess_get_if_exited (f->process));
  g_assert_cmpint (g_subprocess_get_exit_status (f->process), ==, 0);
  /* It was started by this program, not by systemd. */
  g_assert_null (flow_hub_get_replaced_unit (f->test.hub));
  g_assert_cmpuint (hub_test_post (&f->test, 1, 1, NULL), ==, 200);
}

/* What a killed hub left does not keep anybody waiting. */
static void
test_killed (Fixture *f, gconstpointer data)
{
  g_subprocess_force_exit (f->process);
  g_assert_true (g_subprocess_wait (f->process, NULL, NULL));
  hub_test_start (&f->test);
  g_assert_cmpuint (hub_test_post (&f->test, 1, 1, NULL), ==, 200);
}

static void
phase_cb (FlowHubPhase phase, double fraction, gpointer asked)
{
  *(gboolean *) asked |= phase == FLOW_HUB_PHASE_TAKING_OVER;
}

/* One that is stopped at the moment answers later; who waits can give up, and then it goes on as before. */
static void
test_stalled (Fixture *f, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  HubWait wait = { f->test.hub, NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gboolean asked = FALSE;

  g_subprocess_send_signal (f->process, SIGSTOP);
  flow_hub_start_async (f->test.hub, phase_cb, &asked, cancellable, hub_wait_cb, &wait);
  while (!asked)
    g_main_context_iteration (NULL, TRUE);
  g_cancellable_cancel (cancellable);
  result = hub_wait (&wait);
  g_assert_false (flow_hub_start_finish (f->test.hub, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_subprocess_send_signal (f->process, SIGCONT);
}

#define ADD(name, func) g_test_add ("/hub/take-over/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("hands-over", test_hands_over);
  ADD ("killed", test_killed);
  ADD ("stalled", test_stalled);
  return g_test_run ();
}

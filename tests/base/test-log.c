/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-test"

#include "base/flow-log.h"

#include <stdlib.h>
#include <string.h>

static void
log_everything (gboolean json)
{
  flow_log_init (json);
  g_debug ("a debug line");
  g_info ("an info line");
  g_message ("a message with \"quotes\"");
  g_warning ("a warning line");
  g_log (G_LOG_DOMAIN, G_LOG_LEVEL_CRITICAL, "a critical line");
}

static void
sink_cb (GLogLevelFlags level, const char *domain, const char *message, gint64 time_us, gpointer data)
{
  g_assert_cmpint (time_us, >, (gint64) 1e15);
  g_assert_true (g_utf8_validate (message, -1, NULL));
  g_string_append_printf (data, "heard %u %s %s\n", level, domain, message);
}

static void
log_to_sink (void)
{
  g_autoptr (GString) heard = g_string_new (NULL);

  flow_log_set_sink (sink_cb, heard);
  log_everything (FALSE);
  g_log ("GLib-GIO", G_LOG_LEVEL_INFO, "another library's info line");
  g_message ("not UTF-8: \xff");
  flow_log_set_sink (NULL, NULL);
  g_message ("after the sink");
  g_printerr ("%s", heard->str);
}

/* A process of its own, since the writer of a process can be set only once. */
static char *
run_child (const char *mode, const char *debug)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) envp = g_get_environ ();
  const char *argv[] = { g_get_prgname (), mode, NULL };
  g_autofree char *out = NULL;
  char *err = NULL;
  int status;

  envp = g_environ_setenv (envp, "G_DEBUG", "", TRUE);
  if (debug != NULL)
    envp = g_environ_setenv (envp, "G_MESSAGES_DEBUG", debug, TRUE);
  else
    envp = g_environ_unsetenv (envp, "G_MESSAGES_DEBUG");
  g_assert_true (g_spawn_sync (NULL, (char **) argv, envp, 0, NULL, NULL, &out, &err, &status, &error));
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpstr (out, ==, "");
  return err;
}

static void
test_text (void)
{
  g_autofree char *err = run_child ("--text", NULL);

  g_assert_null (strstr (err, "a debug line"));
  g_assert_null (strstr (err, "an info line"));
  g_assert_nonnull (strstr (err, "flow-test"));
  g_assert_nonnull (strstr (err, "a message with \"quotes\"\n"));
  g_assert_nonnull (strstr (err, "a warning line\n"));
  g_assert_nonnull (strstr (err, "a critical line\n"));
}

static void
test_debug_domain (void)
{
  g_autofree char *ours = run_child ("--text", "flow-test");
  g_autofree char *other = run_child ("--text", "flow-other");

  g_assert_nonnull (strstr (ours, "a debug line\n"));
  g_assert_nonnull (strstr (ours, "an info line\n"));
  g_assert_null (strstr (other, "a debug line"));
}

static void
test_json (void)
{
  g_autofree char *err = run_child ("--json", "all");
  g_auto (GStrv) lines = g_strsplit (g_strchomp (err), "\n", -1);
  static const char *const levels[] = { "debug", "info", "message", "warning", "critical" };

  g_assert_cmpint (g_strv_length (lines), ==, G_N_ELEMENTS (levels));
  for (gsize i = 0; i < G_N_ELEMENTS (levels); i++)
    {
      g_autofree char *level = g_strdup_printf ("Z\",\"level\":\"%s\",\"domain\":\"flow-test\",\"message\":\"",
                                                levels[i]);

      g_assert_true (g_str_has_prefix (lines[i], "{\"time\":\"20"));
      g_assert_nonnull (strstr (lines[i], level));
      g_assert_true (g_str_has_suffix (lines[i], "\"}"));
    }
  g_assert_nonnull (strstr (lines[2], "a message with \\\"quotes\\\""));
}

static void
test_sink (void)
{
  g_autofree char *err = run_child ("--sink", NULL);

  g_assert_null (strstr (err, "a debug line"));
  g_assert_nonnull (strstr (err, "heard 64 flow-test an info line\n"));
  g_assert_nonnull (strstr (err, "heard 32 flow-test a message with \"quotes\"\n"));
  g_assert_nonnull (strstr (err, "heard 8 flow-test a critical line\n"));
  g_assert_null (strstr (err, "another library"));
  g_assert_nonnull (strstr (err, "heard 32 flow-test not UTF-8: "));
  g_assert_nonnull (strstr (err, "after the sink"));
  g_assert_null (strstr (err, "heard 32 flow-test after the sink"));
}

int
main (int argc, char **argv)
{
  if (argc == 2 && (g_str_equal (argv[1], "--text") || g_str_equal (argv[1], "--json")))
    {
      log_everything (g_str_equal (argv[1], "--json"));
      return 0;
    }

  if (argc == 2 && g_str_equal (argv[1], "--sink"))
    {
      log_to_sink ();
      return 0;
    }

  g_set_prgname (argv[0]);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/log/text", test_text);
  g_test_add_func ("/base/log/debug-domain", test_debug_domain);
  g_test_add_func ("/base/log/json", test_json);
  g_test_add_func ("/base/log/sink", test_sink);
  return g_test_run ();
}

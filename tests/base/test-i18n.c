/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "base/flow-i18n.h"

#include <glib/gi18n-lib.h>

static char *
run_child (const char *language)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) envp = g_environ_setenv (g_get_environ (), "LANGUAGE", language, TRUE);
  const char *argv[] = { g_get_prgname (), "--child", NULL };
  char *out = NULL;

  /* C.UTF-8 is on every system; the variable chooses the language in it. */
  envp = g_environ_setenv (envp, "LC_ALL", "C.UTF-8", TRUE);
  g_assert_true (g_spawn_sync (NULL, (char **) argv, envp, 0, NULL, NULL, &out, NULL, NULL, &error));
  g_assert_no_error (error);
  return g_strchomp (out);
}

static void
test_languages (void)
{
  g_autofree char *german = run_child ("de");
  g_autofree char *english = run_child ("en");
  g_autofree char *unknown = run_child ("tlh");

  g_assert_cmpstr (german, ==, "settings.ini kann nicht geschrieben werden 1.5");
  g_assert_cmpstr (english, ==, "settings.ini cannot be written 1.5");
  g_assert_cmpstr (unknown, ==, "settings.ini cannot be written 1.5");
}

int
main (int argc, char **argv)
{
  if (argc == 2 && g_str_equal (argv[1], "--child"))
    {
      flow_i18n_init ();
      g_print (_ ("%s cannot be written"), "settings.ini");
      g_print (" %.1f\n", 1.5);
      return 0;
    }

  g_set_prgname (argv[0]);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/i18n/languages", test_languages);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "launch/flow-nvim.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/flow-error.h"

/* A program that stands for Neovim: notes its arguments and says what it was told to. The real one is asked in
 * tests/cli. */
typedef struct
{
  char *folder;
  char *path;
  gboolean done;
  GError *error;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("flow-nvim-XXXXXX", NULL);
  f->path = g_strdup (g_getenv ("PATH"));
  g_assert_nonnull (f->folder);
}

static void
be_nvim (Fixture *f, const char *says)
{
  g_autofree char *program = g_build_filename (f->folder, "nvim", NULL);
  g_autofree char *path = g_strdup_printf ("%s:%s", f->folder, f->path);
  g_autofree char *text = g_strdup_printf ("#!/bin/sh\nprintf '%%s\\n' \"$@\" > %s/arguments\n%s\n", f->folder, says);

  g_assert_true (g_file_set_contents_full (program, text, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
  g_setenv ("PATH", path, TRUE);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "nvim", "arguments" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (f->folder, names[i], NULL);

      g_remove (path);
    }
  g_rmdir (f->folder);
  g_setenv ("PATH", f->path, TRUE);
  g_free (f->folder);
  g_free (f->path);
  g_clear_error (&f->error);
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Fixture *f = data;

  g_assert_cmpint (flow_nvim_finish (result, &f->error), ==, f->error == NULL);
  f->done = TRUE;
}

static void
open_file (Fixture *f, const char *file)
{
  flow_nvim_open_async ("/run/server", file, 7, 0, NULL, done_cb, f);
  while (!f->done)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_quote (void)
{
  static const char *const cases[][2] = {
    { "", "''" }, { "a", "'a'" }, { "it's", "'it''s'" }, { "''", "''''''" }, { "a\\'\"|$(x)", "'a\\''\"|$(x)'" }
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *quoted = flow_nvim_quote (cases[i][0]);

      g_assert_cmpstr (quoted, ==, cases[i][1]);
    }
}

static void
test_open (Fixture *f, gconstpointer data)
{
  g_autofree char *arguments = g_build_filename (f->folder, "arguments", NULL);
  g_autofree char *text = NULL;

  be_nvim (f, "echo ok");
  open_file (f, "/it's {line} | q!.c");
  g_assert_no_error (f->error);
  g_assert_true (g_file_get_contents (arguments, &text, NULL, NULL));
  g_assert_true (g_str_has_prefix (text, "--server\n/run/server\n--remote-expr\nluaeval('(function(a) "));
  g_assert_true (g_str_has_suffix (text, "end)(_A)', ['/it''s {line} | q!.c', 7, 1])\n"));
}

static void
test_highlight (Fixture *f, gconstpointer data)
{
  g_autofree char *arguments = g_build_filename (f->folder, "arguments", NULL);
  FlowNvimRange range = { 1, 2, 3, 4 };
  g_autofree char *text = NULL;

  be_nvim (f, "echo ok");
  flow_nvim_highlight_async ("/run/server", "/a.c", &range, 500, NULL, done_cb, f);
  while (!f->done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (f->error);
  g_assert_true (g_file_get_contents (arguments, &text, NULL, NULL));
  g_assert_true (g_str_has_suffix (text, "end)(_A)', ['/a.c', 1, 2, 3, 4, 500])\n"));
}

static void
test_says_no (Fixture *f, gconstpointer data)
{
  be_nvim (f, "echo E247: no such server >&2; exit 1");
  open_file (f, "/a.c");
  g_assert_error (f->error, FLOW_ERROR, FLOW_ERROR_FAILED);
  g_assert_nonnull (strstr (f->error->message, "E247"));
}

static void
test_says_nothing (Fixture *f, gconstpointer data)
{
  be_nvim (f, ":");
  open_file (f, "/a.c");
  g_assert_error (f->error, FLOW_ERROR, FLOW_ERROR_FAILED);
}

static void
test_is_not_there (Fixture *f, gconstpointer data)
{
  g_setenv ("PATH", f->folder, TRUE);
  open_file (f, "/a.c");
  g_assert_error (f->error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
}

static void
test_control_characters (Fixture *f, gconstpointer data)
{
  be_nvim (f, "echo ok");
  open_file (f, "/a\n:q!.c");
  g_assert_error (f->error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/launch/nvim/quote", test_quote);
  g_test_add ("/launch/nvim/open", Fixture, NULL, set_up, test_open, tear_down);
  g_test_add ("/launch/nvim/highlight", Fixture, NULL, set_up, test_highlight, tear_down);
  g_test_add ("/launch/nvim/says-no", Fixture, NULL, set_up, test_says_no, tear_down);
  g_test_add ("/launch/nvim/says-nothing", Fixture, NULL, set_up, test_says_nothing, tear_down);
  g_test_add ("/launch/nvim/is-not-there", Fixture, NULL, set_up, test_is_not_there, tear_down);
  g_test_add ("/launch/nvim/control-characters", Fixture, NULL, set_up, test_control_characters, tear_down);
  return g_test_run ();
}

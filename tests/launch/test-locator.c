/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/flow-error.h"
#include "launch/flow-locator.h"

/* A workspace, a folder outside, and a locator that knows the first. */
typedef struct
{
  char *top;
  char *workspace;
  char *outside;
} Fixture;

static void
write_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "x\n", -1, NULL));
}

static void
fixture_set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *made = g_dir_make_tmp ("flow-locator-XXXXXX", NULL);
  char *real = realpath (made, NULL);
  g_autofree char *link = NULL;
  g_autofree char *fifo = NULL;
  g_autofree char *inner_link = NULL;

  fixture->top = g_strdup (real);
  free (real);
  fixture->workspace = g_build_filename (fixture->top, "work space", NULL);
  fixture->outside = g_build_filename (fixture->top, "outside", NULL);
  write_file (fixture->workspace, "src/app.ts");
  write_file (fixture->workspace, "src/+page.svelte");
  write_file (fixture->workspace, "+!touch pwned");
  write_file (fixture->workspace, "-rf");
  write_file (fixture->workspace, "über {line}.py");
  write_file (fixture->outside, "secret");
  link = g_build_filename (fixture->workspace, "link", NULL);
  g_assert_cmpint (symlink ("../outside/secret", link), ==, 0);
  inner_link = g_build_filename (fixture->workspace, "inner", NULL);
  g_assert_cmpint (symlink ("src/app.ts", inner_link), ==, 0);
  fifo = g_build_filename (fixture->workspace, "fifo", NULL);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
}

static void
fixture_tear_down (Fixture *fixture, gconstpointer data)
{
  const char *argv[] = { "rm", "-rf", fixture->top, NULL };

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
  g_free (fixture->top);
  g_free (fixture->workspace);
  g_free (fixture->outside);
}

/* What a location must end in: @code is -1 for success. `@W` and `@O` stand for the two folders, `@T` for the top. */
typedef struct
{
  const char *service;
  const char *file;
  int code;
  const char *found;
} Row;

static const Row rows[] = {
  { "shop", "@W/src/app.ts", -1, "@W/src/app.ts" },
  { "shop", "file://@U/src/app.ts", -1, "@W/src/app.ts" },
  { "shop", "src/app.ts", -1, "@W/src/app.ts" },
  { "shop", "./src/../src/app.ts", -1, "@W/src/app.ts" },
  { "shop", "@W/src/../src//app.ts", -1, "@W/src/app.ts" },
  { "shop", "@W/src/+page.svelte", -1, "@W/src/+page.svelte" },
  { "shop", "src/+page.svelte", -1, "@W/src/+page.svelte" },
  { "shop", "@W/über {line}.py", -1, "@W/über {line}.py" },
  { "shop", "inner", -1, "@W/src/app.ts" },
  { "shop", "webpack://shop/./src/app.ts?5e1f", -1, "@W/src/app.ts" },
  { "shop", "webpack:///./src/app.ts", -1, "@W/src/app.ts" },
  { "shop", "/app/src/app.ts", -1, "@W/src/app.ts" },
  { "shop", "file:///app/src/app.ts", -1, "@W/src/app.ts" },
  { "shop-eu", "/app/src/app.ts", -1, "@W/src/app.ts" },
  { "win", "C:\\srv\\src\\app.ts", -1, "@W/src/app.ts" },
  /* not here */
  { "other", "/app/src/app.ts", FLOW_ERROR_NOT_FOUND, NULL },
  { "shop", "/application/src/app.ts", FLOW_ERROR_NOT_FOUND, NULL },
  { "shop", "/app/src/none.ts", FLOW_ERROR_NOT_FOUND, NULL },
  { "shop", "", FLOW_ERROR_NOT_FOUND, NULL },
  { "shop", "node:internal/timers", FLOW_ERROR_NOT_FOUND, NULL },
  { "shop", "https://cdn.example/src/app.ts", FLOW_ERROR_NOT_FOUND, NULL },
  { "shop", "webpack://shop", FLOW_ERROR_NOT_FOUND, NULL },
  /* not for an editor */
  { "shop", "+!touch pwned", FLOW_ERROR_NOT_TRUSTED, NULL },
  { "shop", "-rf", FLOW_ERROR_NOT_TRUSTED, NULL },
  { "shop", "file:///app/../+!x\n", FLOW_ERROR_NOT_TRUSTED, NULL },
  { "shop", "@W/fifo", FLOW_ERROR_NOT_TRUSTED, NULL },
  { "shop", "@W/src", FLOW_ERROR_NOT_TRUSTED, NULL },
  { "shop", "@W", FLOW_ERROR_NOT_TRUSTED, NULL },
  { "shop", "/dev/null", FLOW_ERROR_NOT_TRUSTED, NULL },
  { "shop", "@O/secret", FLOW_ERROR_NOT_TRUSTED, "@O/secret" },
  { "shop", "@W/link", FLOW_ERROR_NOT_TRUSTED, "@O/secret" },
  { "shop", "link", FLOW_ERROR_NOT_TRUSTED, "@O/secret" },
  { "shop", "../outside/secret", FLOW_ERROR_NOT_TRUSTED, "@O/secret" },
  { "shop", "/app/../outside/secret", FLOW_ERROR_NOT_TRUSTED, "@O/secret" },
  { "shop", "file://@O/%73ecret", FLOW_ERROR_NOT_TRUSTED, "@O/secret" },
  { "shop", "@W/src/app.ts\n", FLOW_ERROR_NOT_TRUSTED, NULL },
  { "shop", "\033]0;x\007", FLOW_ERROR_NOT_TRUSTED, NULL },
  { "shop", "file://@O/secret%0a", FLOW_ERROR_NOT_TRUSTED, NULL },
  { "shop", "a\302\205b", FLOW_ERROR_NOT_TRUSTED, NULL },
  { "shop", "a\377b", FLOW_ERROR_NOT_TRUSTED, NULL },
};

static char *
fill (Fixture *fixture, const char *template)
{
  g_autoptr (GString) text = g_string_new (template);
  g_autofree char *uri = g_filename_to_uri (fixture->workspace, NULL, NULL);

  g_string_replace (text, "@W", fixture->workspace, 0);
  g_string_replace (text, "@O", fixture->outside, 0);
  g_string_replace (text, "@U", uri + strlen ("file://"), 0);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static FlowLocator *
make_locator (Fixture *fixture)
{
  const FlowPathMap maps[] = {
    { "shop*", "/nowhere", "/does/not/exist" },
    { "shop*", "/app/", fixture->workspace },
    { "win", "C:\\srv", fixture->workspace },
  };

  return flow_locator_new (maps, G_N_ELEMENTS (maps));
}

static void
test_table (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowLocator) locator = make_locator (fixture);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *file = fill (fixture, rows[i].file);
      g_autofree char *wanted = rows[i].found != NULL ? fill (fixture, rows[i].found) : NULL;
      g_autofree char *outside = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *found = flow_locator_resolve (locator, rows[i].service, file, &outside, &error);

      g_test_message ("row %" G_GSIZE_FORMAT ": %s", i, error != NULL ? error->message : found);
      if (rows[i].code < 0)
        {
          g_assert_no_error (error);
          g_assert_cmpstr (found, ==, wanted);
          g_assert_null (outside);
        }
      else
        {
          g_assert_error (error, FLOW_ERROR, rows[i].code);
          g_assert_null (found);
          g_assert_cmpstr (outside, ==, wanted);
        }
    }
}

/* The way back: what is found is meant, and nothing else; a file outside may be meant too. */
static void
test_means (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowLocator) locator = make_locator (fixture);
  const char *const templates[] = { "@W/src/app.ts", "@O/secret", "@W/über {line}.py" };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *file = fill (fixture, rows[i].file);

      g_test_message ("row %" G_GSIZE_FORMAT, i);
      for (gsize j = 0; rows[i].found != NULL && j < G_N_ELEMENTS (templates); j++)
        {
          g_autofree char *real = fill (fixture, templates[j]);

          g_assert_cmpint (flow_locator_means (locator, rows[i].service, file, real), ==,
                           g_str_equal (rows[i].found, templates[j]));
        }
    }
}

static void
test_means_nothing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowLocator) locator = make_locator (fixture);
  g_autofree char *app = fill (fixture, "@W/src/app.ts");

  g_assert_false (flow_locator_means (locator, "shop", "", app));
  g_assert_false (flow_locator_means (locator, "shop", "\377", app));
  g_assert_false (flow_locator_means (locator, "other", "/app/src/app.ts", app));
}

static void
test_added_folder (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowLocator) locator = flow_locator_new (NULL, 0);
  g_autofree char *secret = g_build_filename (fixture->outside, "secret", NULL);
  g_autofree char *found = NULL;
  g_autoptr (GError) error = NULL;

  flow_locator_add_folder (locator, "/");
  flow_locator_add_folder (locator, "/does/not/exist");
  g_assert_null (flow_locator_resolve (locator, "", secret, NULL, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_TRUSTED);
  g_clear_error (&error);

  flow_locator_add_folder (locator, secret);
  found = flow_locator_resolve (locator, "", secret, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (found, ==, secret);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/launch/locator/table", Fixture, NULL, fixture_set_up, test_table, fixture_tear_down);
  g_test_add ("/launch/locator/means", Fixture, NULL, fixture_set_up, test_means, fixture_tear_down);
  g_test_add ("/launch/locator/means-nothing", Fixture, NULL, fixture_set_up, test_means_nothing, fixture_tear_down);
  g_test_add ("/launch/locator/added-folder", Fixture, NULL, fixture_set_up, test_added_folder, fixture_tear_down);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which editor a text goes to. */

#include "edit/flow-edit-pick.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/flow-error.h"
#include "base/flow-settings.h"

typedef struct
{
  FlowContext *context;
  FlowSettings *settings;
  const char *connected; /* names of channels, the one that was used last comes first */
  gboolean foreign;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("flow-pick-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;
  static const char *const programs[] = { "nvim", "code", "my-editor" };

  for (gsize i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      g_autofree char *path = g_build_filename (folder, programs[i], NULL);

      g_assert_true (g_file_set_contents_full (path, "#!/bin/sh\n", -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
    }
  g_setenv ("PATH", folder, TRUE);
  g_setenv ("DISPLAY", ":99", TRUE);
  g_unsetenv ("VISUAL");
  g_unsetenv ("EDITOR");
  g_unsetenv ("TERM_PROGRAM");
  f->context = flow_context_new (NULL, &error);
  f->settings = flow_settings_new (f->context, &error);
  g_assert_no_error (error);
  f->connected = "";
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  (void) g_unlink (flow_settings_get_path (f->settings));
  g_object_unref (f->settings);
  flow_context_unref (f->context);
}

static char *
find_channel (const char *choice, gpointer data)
{
  g_auto (GStrv) names = g_strsplit (((Fixture *) data)->connected, " ", -1);

  for (guint i = 0; names[i] != NULL; i++)
    if (*names[i] != '\0' && (choice == NULL || g_str_has_prefix (names[i], choice)))
      return g_strdup (names[i]);
  return NULL;
}

static gboolean
is_there (FlowEditPickKind kind, gpointer data)
{
  return kind == FLOW_EDIT_PICK_FOREIGN && ((Fixture *) data)->foreign;
}

static void
set (Fixture *f, const char *key, const char *value)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (flow_settings_from_text (f->settings, key, value, &error));
  g_assert_no_error (error);
}

/* "KIND NAME by CHOICE", or the error's words. */
static void
assert_pick (Fixture *f, const char *wished, const char *site, const char *type, const char *expected)
{
  static const FlowEditPickFuncs funcs = { find_channel, is_there };
  static const char *const kinds[] = { "none", "channel", "foreign", "atomic-chrome", "command" };
  g_autoptr (FlowSettingsSnapshot) settings = flow_settings_snapshot (f->settings);
  g_auto (FlowEditPick) pick = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *found = NULL;

  if (flow_edit_pick (settings, wished, site, type, &funcs, f, &pick, &error))
    {
      g_assert_no_error (error);
      found = g_strdup_printf ("%s %s by %s", kinds[pick.kind], pick.name, pick.choice);
    }
  else
    {
      g_assert_error (error, FLOW_ERROR, FLOW_ERROR_EDITOR_NOT_FOUND);
      found = g_strdup_printf ("error %s", error->message);
    }
  g_assert_cmpstr (found, ==, expected);
}

static void
test_kinds (void)
{
  static const struct
  {
    const char *choice;
    FlowEditPickKind kind;
  } rows[] = {
    { NULL, FLOW_EDIT_PICK_NONE },
    { "", FLOW_EDIT_PICK_NONE },
    { "vscode_extension", FLOW_EDIT_PICK_CHANNEL },
    { "vscode_extension/a", FLOW_EDIT_PICK_CHANNEL },
    { "editor/nvim-1", FLOW_EDIT_PICK_CHANNEL },
    { "cli/a", FLOW_EDIT_PICK_COMMAND },
    { "foreign", FLOW_EDIT_PICK_FOREIGN },
    { "atomic-chrome", FLOW_EDIT_PICK_ATOMIC_CHROME },
    { "nvim", FLOW_EDIT_PICK_COMMAND },
    { "/usr/bin/nvim {file}", FLOW_EDIT_PICK_COMMAND },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (flow_edit_choice_get_kind (rows[i].choice), ==, rows[i].kind);
}

/* The text's own choice, the site's, the type's, who is connected, the command. */
static void
test_order (Fixture *f, gconstpointer data)
{
  set (f, "edit.command", "my-editor {file}");
  assert_pick (f, NULL, "a.example", "md", "command my-editor {file} by ");
  f->connected = "editor/two vscode_extension/one";
  assert_pick (f, NULL, "a.example", "md", "channel editor/two by ");
  set (f, "edit.editors-by-type", "[('.MD', 'nvim'), ('js', 'vscode_extension')]");
  assert_pick (f, NULL, "a.example", "md", "command nvim by nvim");
  assert_pick (f, NULL, "a.example", "js", "channel vscode_extension/one by vscode_extension");
  assert_pick (f, NULL, "a.example", "c", "channel editor/two by ");
  set (f, "edit.editors-by-site", "[('b.example', 'nvim'), ('.a.example', 'code'), ('c.example:81', 'my-editor')]");
  assert_pick (f, NULL, "a.example", "md", "command code by code");
  assert_pick (f, NULL, "x.a.example:8080", "md", "command code by code");
  assert_pick (f, NULL, "xa.example", "md", "command nvim by nvim");
  assert_pick (f, NULL, "c.example:81", "c", "command my-editor by my-editor");
  assert_pick (f, NULL, "c.example:82", "c", "channel editor/two by ");
  assert_pick (f, NULL, "", "md", "command nvim by nvim");
  assert_pick (f, "editor/two", "a.example", "md", "channel editor/two by editor/two");
}

/* An editor that is not connected is passed over; a program that is missing is told. */
static void
test_missing (Fixture *f, gconstpointer data)
{
  set (f, "edit.command", "my-editor");
  assert_pick (f, "editor/gone", "", "md", "command my-editor by ");
  assert_pick (f, "foreign", "", "md", "command my-editor by ");
  assert_pick (f, "atomic-chrome", "", "md", "command my-editor by ");
  f->foreign = TRUE;
  assert_pick (f, "foreign", "", "md", "foreign  by foreign");
  f->connected = "editor/two";
  assert_pick (f, "gone-editor --x", "", "md", "error “gone-editor” is not on this machine");
  assert_pick (f, "/nowhere/editor", "", "md", "error “/nowhere/editor” is not on this machine");
  f->connected = "";
  set (f, "edit.command", "gone-editor");
  assert_pick (f, NULL, "", "md", "error “gone-editor” is not on this machine");
}

static void
test_default_command (Fixture *f, gconstpointer data)
{
  set (f, "editor-command", "my-editor {file}");
  assert_pick (f, NULL, "", "md", "command my-editor {file} by ");
  set (f, "editor-command", "");
  assert_pick (f, NULL, "", "md", "command code --goto {file}:{line}:{column} by ");
  /* Without a display nothing can show a window, nor a terminal. */
  g_unsetenv ("DISPLAY");
  g_unsetenv ("WAYLAND_DISPLAY");
  assert_pick (f, NULL, "", "md", "error No editor is connected, and none is set or found on this machine");
}

#define ADD(name, func) g_test_add ("/edit/pick/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/edit/pick/kinds", test_kinds);
  ADD ("order", test_order);
  ADD ("missing", test_missing);
  ADD ("default-command", test_default_command);
  return g_test_run ();
}

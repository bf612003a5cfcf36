/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-editor-terminal"

#include "launch/flow-editor-terminal.h"

#include <string.h>

#include "base/flow-error.h"
#include "launch/flow-host.h"
#include "launch/flow-real-path.h"

/* What comes between a terminal's name and the program with its arguments, each an argument of its own. Terminals that
 * want one string for a shell are not here. Those with windows in one process for all return at once unless told
 * otherwise; where they cannot be told, the waiting form is missing. Each line is from the terminal's own --help or
 * manual; the first is Debian's choice of the user, whose wrappers all know -e. */
static const struct
{
  const char *program;
  const char *arguments[2];
  gboolean waits;
  const char *waiting[3];
} terminals[] = {
  { "x-terminal-emulator", { "-e", NULL }, FALSE, { NULL } },
  { "ptyxis", { "--", NULL }, TRUE, { "--standalone", "--", NULL } },
  { "kgx", { "--", NULL }, FALSE, { NULL } },
  { "gnome-terminal", { "--", NULL }, TRUE, { "--wait", "--", NULL } },
  { "konsole", { "-e", NULL }, TRUE, { "--nofork", "-e", NULL } },
  { "xfce4-terminal", { "-x", NULL }, TRUE, { "--disable-server", "-x", NULL } },
  { "mate-terminal", { "-x", NULL }, TRUE, { "--disable-factory", "-x", NULL } },
  { "tilix", { "-e", NULL }, TRUE, { "--new-process", "-e", NULL } },
  { "terminator", { "-x", NULL }, TRUE, { "--no-dbus", "-x", NULL } },
  { "kitty", { NULL, NULL }, TRUE, { NULL } },
  { "alacritty", { "-e", NULL }, TRUE, { "-e", NULL } },
  { "foot", { NULL, NULL }, TRUE, { NULL } },
  { "wezterm", { "start", "--" }, TRUE, { "start", "--always-new-process", "--" } },
  { "ghostty", { "-e", NULL }, TRUE, { "--gtk-single-instance=false", "-e", NULL } },
  { "urxvt", { "-e", NULL }, TRUE, { "-e", NULL } },
  { "st", { "-e", NULL }, TRUE, { "-e", NULL } },
  { "xterm", { "-e", NULL }, TRUE, { "-e", NULL } },
};

static gboolean
is_installed (const char *program)
{
  g_autofree char *path = flow_host_find_program (program);

  return path != NULL;
}

/* The one in $TERMINAL, when it is one that we know how to start, else the first installed one. */
static int
find_terminal (void)
{
  const char *wanted = g_getenv ("TERMINAL");
  g_autofree char *name = wanted != NULL && wanted[0] != '\0' ? g_path_get_basename (wanted) : NULL;

  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (terminals); i++)
    if (g_str_equal (terminals[i].program, name) && is_installed (name))
      return (int) i;
  for (guint i = 0; i < G_N_ELEMENTS (terminals); i++)
    if (is_installed (terminals[i].program))
      return (int) i;
  return -1;
}

/**
 * flow_editor_terminal_exists:
 *
 * Returns: %TRUE when there is a terminal that an editor without a window can be started in
 */
gboolean
flow_editor_terminal_exists (void)
{
  return find_terminal () >= 0;
}

/**
 * flow_editor_terminal_wrap:
 * @argv: (array zero-terminated=1): an editor and its arguments
 * @error: return location
 *
 * Put a terminal around an editor that draws in one: `$TERMINAL`, or one that is installed. No shell reads @argv.
 *
 * Returns: (transfer full) (array zero-terminated=1): the terminal and its arguments, or %NULL with
 *   %FLOW_ERROR_NOT_FOUND
 */
char **
flow_editor_terminal_wrap (const char *const *argv, GError **error)
{
  int terminal = find_terminal ();
  g_autoptr (GStrvBuilder) all = NULL;

  if (terminal < 0)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, "“%s” needs a terminal, and none is installed", argv[0]);
      return NULL;
    }
  all = g_strv_builder_new ();
  g_strv_builder_add (all, terminals[terminal].program);
  for (guint i = 0; i < G_N_ELEMENTS (terminals[0].arguments) && terminals[terminal].arguments[i] != NULL; i++)
    g_strv_builder_add (all, terminals[terminal].arguments[i]);
  g_strv_builder_addv (all, (const char **) argv);
  return g_strv_builder_end (all);
}

/* Debian's link leads to a terminal, or to a wrapper with its name; that one is told directly. */
static int
follow_link (int terminal)
{
  g_autofree char *path = terminal == 0 ? flow_host_find_program (terminals[0].program) : NULL;
  FlowPathType type = FLOW_PATH_MISSING;
  g_autofree char *real = path != NULL ? flow_real_path (path, &type) : NULL;
  g_autofree char *name = real != NULL ? g_path_get_basename (real) : NULL;

  if (name == NULL)
    return terminal;
  if (g_str_has_suffix (name, ".wrapper"))
    name[strlen (name) - strlen (".wrapper")] = '\0';
  for (guint i = 1; i < G_N_ELEMENTS (terminals); i++)
    if (g_str_equal (terminals[i].program, name) && is_installed (name))
      return (int) i;
  return terminal;
}

/**
 * flow_editor_terminal_wrap_waiting:
 * @argv: (array zero-terminated=1): an editor and its arguments
 * @waits: (out): whether the terminal stays until the editor has ended
 * @error: return location
 *
 * Put a terminal around an editor, as flow_editor_terminal_wrap() does, and have it stay until the editor has ended,
 * where it can.
 *
 * Returns: (transfer full) (array zero-terminated=1): the terminal and its arguments, or %NULL with
 *   %FLOW_ERROR_NOT_FOUND
 */
char **
flow_editor_terminal_wrap_waiting (const char *const *argv, gboolean *waits, GError **error)
{
  int terminal = find_terminal ();
  g_autoptr (GStrvBuilder) all = NULL;

  if (terminal >= 0)
    terminal = follow_link (terminal);
  *waits = terminal >= 0 && terminals[terminal].waits;
  if (!*waits)
    return flow_editor_terminal_wrap (argv, error);
  all = g_strv_builder_new ();
  g_strv_builder_add (all, terminals[terminal].program);
  for (guint i = 0; i < G_N_ELEMENTS (terminals[0].waiting) && terminals[terminal].waiting[i] != NULL; i++)
    g_strv_builder_add (all, terminals[terminal].waiting[i]);
  g_strv_builder_addv (all, (const char **) argv);
  return g_strv_builder_end (all);
}

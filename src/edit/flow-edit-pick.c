/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-pick"

#include "edit/flow-edit-pick.h"

#include <glib/gi18n-lib.h>

#include "base/flow-error.h"
#include "edit/flow-edit-opening.h"
#include "launch/flow-editor-command.h"
#include "launch/flow-editor-terminal.h"
#include "launch/flow-host.h"
#include "message/flow-channel-kind.h"

#define EDITORS \
  (FLOW_CHANNEL_KIND_MASK (FLOW_CHANNEL_KIND_VSCODE_EXTENSION) | FLOW_CHANNEL_KIND_MASK (FLOW_CHANNEL_KIND_EDITOR))

/**
 * flow_edit_choice_get_kind:
 * @choice: (nullable): what was chosen
 *
 * Tell what a choice stands for.
 *
 * Returns: its kind; %FLOW_EDIT_PICK_NONE for none
 */
FlowEditPickKind
flow_edit_choice_get_kind (const char *choice)
{
  FlowChannelKind kind;

  if (choice == NULL || *choice == '\0')
    return FLOW_EDIT_PICK_NONE;
  if (g_str_equal (choice, FLOW_EDIT_CHOICE_FOREIGN))
    return FLOW_EDIT_PICK_FOREIGN;
  if (g_str_equal (choice, FLOW_EDIT_CHOICE_ATOMIC_CHROME))
    return FLOW_EDIT_PICK_ATOMIC_CHROME;
  if (flow_channel_name_split (choice, &kind, NULL) && (EDITORS & FLOW_CHANNEL_KIND_MASK (kind)))
    return FLOW_EDIT_PICK_CHANNEL;
  return FLOW_EDIT_PICK_COMMAND;
}

/**
 * flow_edit_pick_clear:
 * @self: a pick
 *
 * Free what it holds.
 */
void
flow_edit_pick_clear (FlowEditPick *self)
{
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->choice, g_free);
}

static gboolean
set (FlowEditPick *out, FlowEditPickKind kind, char *name, const char *choice)
{
  *out = (FlowEditPick) { .kind = kind, .name = name, .choice = g_strdup (choice != NULL ? choice : "") };
  return TRUE;
}

/* A program that is not there would be missed only by the terminal around it. */
static gboolean
set_command (FlowEditPick *out, const char *command, const char *choice, GError **error)
{
  g_auto (GStrv) argv = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GError) local = NULL;

  if (!g_shell_parse_argv (command, NULL, &argv, &local))
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_EDITOR_NOT_FOUND, _ ("“%s” is no command: %s"), command,
                   local->message);
      return FALSE;
    }
  path = flow_host_find_program (argv[0]);
  if (path == NULL)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_EDITOR_NOT_FOUND, _ ("“%s” is not on this machine"), argv[0]);
      return FALSE;
    }
  return set (out, FLOW_EDIT_PICK_COMMAND, g_strdup (command), choice);
}

/* Whether the choice decides. One that is not connected does not: the next one is asked. */
static gboolean
try (const char *choice, const FlowEditPickFuncs *funcs, gpointer data, FlowEditPick *out, GError **error)
{
  FlowEditPickKind kind = flow_edit_choice_get_kind (choice);
  char *name;

  switch (kind)
    {
    case FLOW_EDIT_PICK_NONE:
      return FALSE;
    case FLOW_EDIT_PICK_CHANNEL:
      name = funcs->find_channel (choice, data);
      return name != NULL && set (out, kind, name, choice);
    case FLOW_EDIT_PICK_COMMAND:
      set_command (out, choice, choice, error);
      return TRUE;
    case FLOW_EDIT_PICK_FOREIGN:
    case FLOW_EDIT_PICK_ATOMIC_CHROME:
      return funcs->is_there (kind, data) && set (out, kind, g_strdup (""), choice);
    }
  return FALSE;
}

static const char *
find_by_site (const FlowSettingsSnapshot *settings, const char *site)
{
  for (gsize i = 0; *site != '\0' && i < settings->n_editors_by_site; i++)
    {
      const char *const hosts[] = { settings->editors_by_site[i].subject, NULL };

      if (flow_edit_host_denied (site, hosts))
        return settings->editors_by_site[i].choice;
    }
  return NULL;
}

static const char *
find_by_type (const FlowSettingsSnapshot *settings, const char *type)
{
  for (gsize i = 0; i < settings->n_editors_by_type; i++)
    {
      const char *subject = settings->editors_by_type[i].subject;

      if (g_ascii_strcasecmp (*subject == '.' ? subject + 1 : subject, type) == 0)
        return settings->editors_by_type[i].choice;
    }
  return NULL;
}

static gboolean
has_display (void)
{
  const char *x = g_getenv ("DISPLAY");
  const char *wayland = g_getenv ("WAYLAND_DISPLAY");

  return (x != NULL && *x != '\0') || (wayland != NULL && *wayland != '\0');
}

/**
 * flow_edit_default_command:
 * @settings: the settings
 * @error: return location
 *
 * Get the command that opens a text when no editor is chosen or connected: `edit.command`, else `editor-command`, else
 * the first known editor of this machine that can be started from here.
 *
 * Returns: (transfer full): a command line, or %NULL with %FLOW_ERROR_EDITOR_NOT_FOUND
 */
char *
flow_edit_default_command (const FlowSettingsSnapshot *settings, GError **error)
{
  gboolean graphical = has_display ();
  char *command;

  if (*settings->edit_command != '\0')
    return g_strdup (settings->edit_command);
  if (*settings->editor_command != '\0')
    return g_strdup (settings->editor_command);
  command = flow_editor_command_default (graphical, graphical && flow_editor_terminal_exists ());
  if (command == NULL)
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_EDITOR_NOT_FOUND,
                         _ ("No editor is connected, and none is set or found on this machine"));
  return command;
}

/**
 * flow_edit_pick:
 * @settings: the settings
 * @wished: (nullable): the editor that the user chose for this text
 * @site: host[:port] of the page, empty for a file
 * @type: the text's type, as a file's extension
 * @funcs: who is connected
 * @data: for @funcs
 * @out: (out caller-allocates): the editor
 * @error: return location
 *
 * Decide which editor a text goes to: the one that was chosen for it, for its site, for its type, in this order, if it
 * is connected or a program; else the connected editor that the user was in last; else the command of the settings.
 * A program that was chosen and is not on this machine is told, not replaced by another.
 *
 * Returns: %FALSE with %FLOW_ERROR_EDITOR_NOT_FOUND
 */
gboolean
flow_edit_pick (const FlowSettingsSnapshot *settings, const char *wished, const char *site, const char *type,
                const FlowEditPickFuncs *funcs, gpointer data, FlowEditPick *out, GError **error)
{
  const char *const choices[] = { wished, find_by_site (settings, site), find_by_type (settings, type) };
  g_autofree char *command = NULL;
  char *channel;

  *out = (FlowEditPick) { 0 };
  for (gsize i = 0; i < G_N_ELEMENTS (choices); i++)
    if (try (choices[i], funcs, data, out, error))
      return out->kind != FLOW_EDIT_PICK_NONE;
  channel = funcs->find_channel (NULL, data);
  if (channel != NULL)
    return set (out, FLOW_EDIT_PICK_CHANNEL, channel, NULL);
  command = flow_edit_default_command (settings, error);
  return command != NULL && set_command (out, command, NULL, error);
}

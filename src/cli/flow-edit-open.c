/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-open"

#include "cli/flow-edit-open.h"

#include <glib/gi18n.h>
#include <unistd.h>

#include "base/flow-error.h"
#include "cli/flow-terminal.h"
#include "launch/flow-editor-command.h"
#include "launch/flow-spawn.h"

/* How long a hub may be away until it is given up, and how often it is looked for. */
#define LOST_US (60 * G_USEC_PER_SEC)
#define AGAIN_US (G_USEC_PER_SEC / 4)

/* One file by way of the hub. */
typedef struct
{
  char *path; /* absolute */
  guint line;
  guint column;
} Place;

static void
place_clear (Place *self)
{
  g_clear_pointer (&self->path, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

/* “+LINE” and “+LINE:COLUMN”, as programs that start editors write it. */
static gboolean
read_position (const char *word, Place *place)
{
  char *end;
  guint64 line = g_ascii_strtoull (word + 1, &end, 10);
  guint64 column = 0;

  if (end == word + 1)
    return FALSE;
  if (*end == ':' || *end == ',')
    column = g_ascii_strtoull (end + 1, &end, 10);
  place->line = (guint) MIN (line, G_MAXINT32);
  place->column = (guint) MIN (column, G_MAXINT32);
  return *end == '\0';
}

static gboolean
read_place (FlowArguments *arguments, Place *place, GError **error)
{
  for (guint i = 0; i < flow_arguments_n_words (arguments); i++)
    {
      const char *word = flow_arguments_word (arguments, i);

      if (word[0] == '+' && read_position (word, place))
        continue;
      if (place->path != NULL)
        {
          g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("%s: one file at a time, please"), word);
          return FALSE;
        }
      place->path = g_canonicalize_filename (word, NULL);
    }
  if (place->path == NULL)
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("the file is missing"));
  return place->path != NULL;
}

/* An editor that draws in a terminal gets this one, when there is one. */
static void
offer_terminal (FlowHubCall *call)
{
  g_autofree char *command = NULL;

  if (!flow_terminal_is_terminal (STDIN_FILENO) || !flow_terminal_is_terminal (STDOUT_FILENO))
    return;
  command = flow_editor_command_default (FALSE, TRUE);
  flow_hub_call_set_number (call, "terminal", getpid ());
  if (command != NULL)
    flow_hub_call_set_text (call, "terminal_command", command);
}

static JsonObject *
open_file (FlowCli *cli, FlowArguments *arguments, const Place *place, char **text, GError **error)
{
  g_autoptr (FlowHubCall) call = flow_cli_new_call (cli, "edit-open", error);

  if (call == NULL)
    return NULL;
  flow_hub_call_set_text (call, "file", place->path);
  if (flow_arguments_has (arguments, "editor"))
    flow_hub_call_set_text (call, "choice", flow_arguments_text (arguments, "editor"));
  if (place->line > 0)
    flow_hub_call_set_number (call, "line", place->line);
  if (place->column > 0)
    flow_hub_call_set_number (call, "column", place->column);
  offer_terminal (call);
  return flow_hub_call_run (call, text, error);
}

/* The hub sees what the editor saves in the file, and that it has ended when we have. */
static gboolean
run_here (const char *command, const Place *place, GError **error)
{
  g_auto (GStrv) argv = flow_editor_command_build (command, place->path, place->line, place->column, error);
  int status = 0;

  if (argv == NULL || !flow_spawn_supervised ((const char *const *) argv, NULL, &status, error))
    return FALSE;
  if (status == 0)
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_EDITOR_FAILED, _ ("%s ended with status %d"), argv[0], status);
  return FALSE;
}

/* The hub may be started anew meanwhile: the editor comes back to it, and with it the session. */
static gboolean
is_away (const GError *error)
{
  return error->domain == G_IO_ERROR || g_error_matches (error, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING) ||
         g_error_matches (error, FLOW_ERROR, FLOW_ERROR_STOPPING) ||
         g_error_matches (error, FLOW_ERROR, FLOW_ERROR_BUSY);
}

static gboolean
ask_whether_done (FlowCli *cli, const char *id, gboolean *done, GError **error)
{
  g_autoptr (FlowHubCall) call = flow_cli_new_call (cli, "edit-wait", error);
  g_autoptr (JsonObject) answer = NULL;

  if (call == NULL)
    return FALSE;
  flow_hub_call_set_text (call, "id", id);
  answer = flow_hub_call_run (call, NULL, error);
  *done = answer != NULL && flow_json_get_bool (answer, "done");
  return answer != NULL;
}

/* The hub answers each of these after some seconds at the latest, so that no connection is silent for long. */
static gboolean
wait_for_editor (FlowCli *cli, const char *id, GError **error)
{
  gint64 lost_us = 0;
  gboolean done = FALSE, was_away = FALSE;

  while (!done)
    {
      g_autoptr (GError) problem = NULL;

      if (ask_whether_done (cli, id, &done, &problem))
        {
          lost_us = 0;
          continue;
        }
      was_away |= is_away (problem);
      if (lost_us == 0)
        lost_us = g_get_monotonic_time ();
      if (!(is_away (problem) || (was_away && g_error_matches (problem, FLOW_ERROR, FLOW_ERROR_NO_SESSION))) ||
          g_get_monotonic_time () - lost_us > LOST_US)
        {
          g_propagate_prefixed_error (error, g_steal_pointer (&problem),
                                      _ ("what you wrote is kept, see flowctl edit recover: "));
          return FALSE;
        }
      g_usleep (AGAIN_US);
      flow_cli_forget_hub (cli);
    }
  return TRUE;
}

/**
 * flow_edit_open_run:
 * @cli: where to print
 * @arguments: a file, and where in it
 * @error: return location
 *
 * Edit a file in the editor of the user's choice, by way of the hub.
 *
 * Returns: %FALSE when it could not be opened, or, when it was to be waited for, the editor failed
 */
gboolean
flow_edit_open_run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_auto (Place) place = { 0 };
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) answer = NULL;
  const char *id, *command;

  if (!read_place (arguments, &place, error))
    return FALSE;
  answer = open_file (cli, arguments, &place, &text, error);
  if (answer == NULL)
    return FALSE;
  id = flow_json_get_string (answer, "id");
  if (id == NULL)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_FAILED, _ ("the hub's answer names no text"));
      return FALSE;
    }
  command = flow_json_get_string (answer, "command");
  if (command != NULL && !run_here (command, &place, error))
    return FALSE;
  if (command == NULL && flow_arguments_has (arguments, "wait") && !wait_for_editor (cli, id, error))
    return FALSE;
  if (flow_cli_is_json (cli))
    flow_cli_print (cli, "%s\n", text);
  return TRUE;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-edit"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "base/flow-error.h"
#include "cli/flow-edit-open.h"
#include "cli/flow-edit-print.h"
#include "cli/flow-verbs.h"

#define MAX_TEXT (4 * 1024 * 1024)

static const FlowOption options[] = {
  { "wait", 'w', FLOW_OPTION_FLAG, NULL, N_ ("Wait until the editor has closed the file, as programs do with $EDITOR"),
    NULL },
  { "editor", 'e', FLOW_OPTION_TEXT, "EDITOR", N_ ("Use this editor; flowctl edit editors lists them"), NULL },
  { "limit", 'n', FLOW_OPTION_NUMBER, "N", N_ ("Show the last N steps of the journal"), NULL },
  { "revision", 'r', FLOW_OPTION_NUMBER, "N", N_ ("Print the text as it was at revision N"), NULL },
  { "use", 0, FLOW_OPTION_CHOICE, "VERSION", N_ ("Which version holds: mine, theirs or both"), "mine|theirs|both" },
  { "from", 0, FLOW_OPTION_FILE, "FILE", N_ ("Resolve with the text of FILE, “-” for standard input"), NULL },
  { NULL },
};

/* Ids are long: what begins only one of them is enough. */
static char *
find_id (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  static const char *const lists[] = { "sessions", "recoverable" };
  g_autoptr (JsonObject) answer = flow_cli_call (cli, "edits", NULL, error);
  const char *word = flow_arguments_word (arguments, 1);
  const char *found = NULL;

  if (answer == NULL)
    return NULL;
  for (gsize list = 0; list < G_N_ELEMENTS (lists); list++)
    {
      JsonArray *array = flow_json_get_array (answer, lists[list]);

      for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
        {
          const char *id = flow_json_get_string (json_array_get_object_element (array, i), "id");

          if (id == NULL || !g_str_has_prefix (id, word))
            continue;
          if (found != NULL && !g_str_equal (found, id))
            {
              g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("several texts begin with “%s”"), word);
              return NULL;
            }
          found = id;
        }
    }
  if (found == NULL)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_NO_SESSION, _ ("there is no text “%s”"), word);
  return g_strdup (found);
}

/* A call about the text that the first word behind the command names. */
static FlowHubCall *
begin_call (FlowCli *cli, const char *verb, FlowArguments *arguments, GError **error)
{
  g_autofree char *id = find_id (cli, arguments, error);
  FlowHubCall *call = id != NULL ? flow_cli_new_call (cli, verb, error) : NULL;

  if (call != NULL)
    flow_hub_call_set_text (call, "id", id);
  return call;
}

/* Run it; JSON is printed as it came, anything else by @print. */
static gboolean
finish_call (FlowCli *cli, FlowHubCall *call, void (*print) (FlowCli *cli, JsonObject *answer), GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) answer = flow_hub_call_run (call, &text, error);

  if (answer == NULL)
    return FALSE;
  if (flow_cli_is_json (cli))
    flow_cli_print (cli, "%s\n", text);
  else if (print != NULL)
    print (cli, answer);
  return TRUE;
}

static gboolean
tell (FlowCli *cli, const char *verb, FlowArguments *arguments, GError **error)
{
  g_autoptr (FlowHubCall) call = begin_call (cli, verb, arguments, error);

  return call != NULL && finish_call (cli, call, NULL, error);
}

static gboolean
ask (FlowCli *cli, const char *verb, void (*print) (FlowCli *cli, JsonObject *answer), GError **error)
{
  g_autoptr (FlowHubCall) call = flow_cli_new_call (cli, verb, error);

  return call != NULL && finish_call (cli, call, print, error);
}

static gboolean
list (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  return ask (cli, "edits", flow_edit_print_sessions, error);
}

static gboolean
editors (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  return ask (cli, "edit-editors", flow_edit_print_editors, error);
}

static gboolean
journal (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_autoptr (FlowHubCall) call = begin_call (cli, "edit-journal", arguments, error);

  if (call == NULL)
    return FALSE;
  if (flow_arguments_has (arguments, "limit"))
    flow_hub_call_set_number (call, "limit", flow_arguments_number (arguments, "limit", 0));
  return finish_call (cli, call, flow_edit_print_journal, error);
}

static void
print_text (FlowCli *cli, JsonObject *answer)
{
  const char *text = flow_json_get_string (answer, "text");

  /* To a terminal nothing goes that it would take for a command; a file gets the text as it is. */
  if (flow_cli_is_interactive (cli))
    flow_edit_print_text (cli, text);
  else
    flow_cli_print (cli, "%s", text);
}

static gboolean
show (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_autoptr (FlowHubCall) call = begin_call (cli, "edit-text", arguments, error);

  if (call == NULL)
    return FALSE;
  if (flow_arguments_has (arguments, "revision"))
    flow_hub_call_set_number (call, "revision", flow_arguments_number (arguments, "revision", 0));
  return finish_call (cli, call, print_text, error);
}

static gboolean
recover (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_autoptr (FlowHubCall) call = NULL;

  if (flow_arguments_n_words (arguments) == 1)
    return ask (cli, "edits", flow_edit_print_recoverable, error);
  call = begin_call (cli, "edit-recover", arguments, error);
  if (call == NULL)
    return FALSE;
  if (flow_arguments_has (arguments, "editor"))
    flow_hub_call_set_text (call, "choice", flow_arguments_text (arguments, "editor"));
  return finish_call (cli, call, NULL, error);
}

static char *
read_text (const char *path, GError **error)
{
  g_autoptr (GString) text = NULL;
  char part[65536];
  char *content;
  gsize n;

  if (!g_str_equal (path, "-"))
    return g_file_get_contents (path, &content, NULL, error) ? content : NULL;
  text = g_string_new (NULL);
  while (text->len <= MAX_TEXT && (n = fread (part, 1, sizeof part, stdin)) > 0)
    g_string_append_len (text, part, (gssize) n);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
resolve (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  const char *version = flow_arguments_text (arguments, "use");
  const char *path = flow_arguments_text (arguments, "from");
  gboolean asks = version == NULL && path == NULL;
  g_autoptr (FlowHubCall) call = NULL;
  g_autofree char *text = NULL;

  if (version != NULL && path != NULL)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("--use and --from do not go together"));
      return FALSE;
    }
  if (path != NULL && (text = read_text (path, error)) == NULL)
    return FALSE;
  call = begin_call (cli, asks ? "edit-conflicts" : "edit-resolve", arguments, error);
  if (call == NULL)
    return FALSE;
  if (text != NULL)
    flow_hub_call_set_text (call, "text", text);
  else if (version != NULL)
    flow_hub_call_set_text (call, "choice", version);
  return finish_call (cli, call, asks ? flow_edit_print_conflict : NULL, error);
}

static gboolean
choose (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_autoptr (FlowHubCall) call = begin_call (cli, "edit-choose", arguments, error);

  if (call == NULL)
    return FALSE;
  flow_hub_call_set_text (call, "choice", flow_arguments_word (arguments, 2));
  return finish_call (cli, call, NULL, error);
}

static gboolean
undo (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  return tell (cli, "edit-undo", arguments, error);
}

static gboolean
redo (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  return tell (cli, "edit-redo", arguments, error);
}

static gboolean
end (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  return tell (cli, "edit-end", arguments, error);
}

static gboolean
forget (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  return tell (cli, "edit-forget", arguments, error);
}

static const FlowCommand commands[] = {
  { "list", "", N_ ("Show the texts that are open"), 0, 0, list },
  { "journal", "ID", N_ ("Show what was done to a text"), 1, 1, journal },
  { "show", "ID", N_ ("Print a text, open or closed"), 1, 1, show },
  { "recover", "[ID]", N_ ("Open a closed text again; without ID show which there are"), 0, 1, recover },
  { "resolve", "ID", N_ ("Show where two changed the same words, or say what holds"), 1, 1, resolve },
  { "undo", "ID", N_ ("Take the last change of a text back"), 1, 1, undo },
  { "redo", "ID", N_ ("Make it again"), 1, 1, redo },
  { "choose", "ID EDITOR", N_ ("Edit a text in another editor"), 2, 2, choose },
  { "end", "ID", N_ ("End the editing of a text; the page keeps it"), 1, 1, end },
  { "forget", "ID", N_ ("Forget a closed text"), 1, 1, forget },
  { "editors", "", N_ ("Show the editors that can be chosen"), 0, 0, editors },
  { NULL },
};

const FlowVerb flow_verb_edit = {
  .name = "edit",
  .synopsis = "[+LINE[:COLUMN]] FILE|COMMAND",
  .summary = N_ ("Edit a file, or see and bring back texts that are edited"),
  .description = N_ (
      "A FILE is opened in your editor by way of the hub, which keeps a journal of what you do and merges what others "
      "write meanwhile. For programs that start an editor: export EDITOR='flowctl edit --wait'. A file that is called "
      "like a command is written with its folder: ./list.\n\n"
      "The other commands are about fields of web pages as well. An ID is what the lists show, or any longer "
      "part of it."),
  .options = options,
  .commands = commands,
  .min = 1,
  .max = 2,
  .run = flow_edit_open_run,
};

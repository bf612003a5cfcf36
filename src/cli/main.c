/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-flowctl"

#include <glib/gi18n.h>
#include <stdio.h>

#include "base/flow-clock.h"
#include "base/flow-error.h"
#include "base/flow-i18n.h"
#include "base/flow-log.h"
#include "base/flow-version.h"
#include "cli/flow-help.h"
#include "store/flow-store.h"

/* Exit statuses, the same for every verb. */
enum
{
  DONE = 0,
  FAILED = 1,
  USAGE = 2,
};

static void
report_json (const GError *error)
{
  const FlowErrorInfo *info = flow_error_info_for (error);
  g_autoptr (GString) out = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, out);
  flow_json_writer_begin_object (&writer);
  flow_json_writer_key (&writer, "error");
  flow_json_writer_begin_object (&writer);
  flow_json_writer_key (&writer, "code");
  flow_json_writer_string (&writer, info->code, -1);
  flow_json_writer_key (&writer, "message");
  flow_json_writer_string (&writer, error->message, -1);
  flow_json_writer_key (&writer, "advice");
  flow_json_writer_string (&writer, info->advice, -1);
  flow_json_writer_end_object (&writer);
  flow_json_writer_end_object (&writer);
  fprintf (stderr, "%s\n", out->str);
}

/* What to do next, where the message has not said it and the error is not about what was typed. */
static gboolean
has_advice (const GError *error)
{
  static const int without[] = { FLOW_ERROR_FAILED,       FLOW_ERROR_NOT_FOUND, FLOW_ERROR_BAD_REQUEST,
                                 FLOW_ERROR_BAD_ARGUMENT, FLOW_ERROR_CANCELLED, FLOW_ERROR_UNSUPPORTED };

  for (gsize i = 0; i < G_N_ELEMENTS (without); i++)
    if (error->code == without[i])
      return FALSE;
  return error->domain == FLOW_ERROR;
}

static int
report (FlowCli *cli, const FlowVerb *verb, const GError *error)
{
  gboolean usage = g_error_matches (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT);

  if (flow_cli_is_json (cli))
    {
      report_json (error);
      return usage ? USAGE : FAILED;
    }
  flow_cli_note (cli, "flowctl: %s", error->message);
  if (usage)
    flow_cli_note (cli, _ ("flowctl %s --help says how to use it"), verb->name);
  else if (has_advice (error))
    flow_cli_note (cli, "%s", _ (flow_error_info_for (error)->advice));
  return usage ? USAGE : FAILED;
}

static FlowCliColour
colour_of (FlowArguments *arguments)
{
  const char *when = flow_arguments_text (arguments, "color");

  if (g_strcmp0 (when, "always") == 0)
    return FLOW_CLI_COLOUR_ALWAYS;
  return g_strcmp0 (when, "never") == 0 ? FLOW_CLI_COLOUR_NEVER : FLOW_CLI_COLOUR_AUTO;
}

static int
run (FlowCli *cli, const FlowVerb *verb, FlowArguments *arguments)
{
  g_autoptr (GError) error = NULL;
  gboolean done = TRUE;

  if (flow_arguments_has (arguments, "help"))
    flow_help_print_verb (cli, verb);
  else
    done = flow_verb_run (verb, cli, arguments, &error);
  if (!flow_cli_flush (cli, error == NULL ? &error : NULL))
    done = FALSE;
  return done ? flow_cli_get_exit_status (cli) : report (cli, verb, error);
}

/* `flowctl`, `flowctl --help`, `flowctl --version`, `flowctl no-such-verb`. */
static int
run_without_verb (const char *word)
{
  g_autoptr (FlowCli) cli = flow_cli_new (NULL, FALSE, FLOW_CLI_COLOUR_AUTO);

  if (g_strcmp0 (word, "--version") == 0)
    {
      flow_cli_print (cli, "flowctl %s\n", FLOW_VERSION);
    }
  else if (g_strcmp0 (word, "--help") == 0 || g_strcmp0 (word, "-h") == 0 || g_strcmp0 (word, "help") == 0)
    {
      flow_help_print (cli);
    }
  else
    {
      if (word == NULL)
        flow_cli_note (cli, _ ("flowctl: a verb is missing"));
      else
        flow_cli_note (cli, _ ("flowctl: there is no verb “%s”"), word);
      flow_cli_note (cli, _ ("flowctl --help lists what there is"));
      return USAGE;
    }
  return flow_cli_flush (cli, NULL) ? DONE : FAILED;
}

/* The verb may stand behind common options: flowctl --json traces. */
static const FlowVerb *
take_verb (const char **argv)
{
  for (gsize i = 0; argv[i] != NULL; i++)
    {
      const FlowVerb *verb;

      if (argv[i][0] == '-')
        {
          if ((g_str_equal (argv[i], "--data-dir") || g_str_equal (argv[i], "--color")) && argv[i + 1] != NULL)
            i++;
          continue;
        }
      verb = flow_verb_find (argv[i]);
      for (; verb != NULL && argv[i] != NULL; i++)
        argv[i] = argv[i + 1];
      return verb;
    }
  return NULL;
}

int
main (int argc, char **argv)
{
  g_autoptr (FlowArguments) arguments = NULL;
  g_autoptr (FlowCli) cli = NULL;
  g_autoptr (GError) error = NULL;
  const FlowVerb *verb;
  const FlowOption *tables[FLOW_VERB_TABLES];

  flow_i18n_init ();
  flow_log_init (FALSE);
  /* How long a query takes is seen by who asked it; only for debugging it is worth a line. */
  if (g_getenv ("G_MESSAGES_DEBUG") == NULL)
    flow_store_set_slow_query_ms (0);

  if (argc < 2)
    return run_without_verb (NULL);
  verb = take_verb ((const char **) argv + 1);
  if (verb == NULL)
    return run_without_verb (argv[1]);

  flow_verb_get_tables (verb, tables);
  arguments = flow_arguments_parse (tables, (const char *const *) argv + 1, verb->runs_command,
                                    flow_clock_wall_ns (flow_clock_system ()), &error);
  if (arguments == NULL)
    {
      cli = flow_cli_new (NULL, g_strv_contains ((const char *const *) argv + 1, "--json"), FLOW_CLI_COLOUR_AUTO);
      return report (cli, verb, error);
    }
  cli = flow_cli_new (flow_arguments_text (arguments, "data-dir"), flow_arguments_has (arguments, "json"),
                      colour_of (arguments));
  return run (cli, verb, arguments);
}

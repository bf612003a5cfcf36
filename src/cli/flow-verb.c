/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb"

#include "cli/flow-verb.h"

#include <glib/gi18n.h>

#include "base/flow-error.h"
#include "cli/flow-verbs.h"

static const FlowOption common_options[] = {
  { "json", 0, FLOW_OPTION_FLAG, NULL, N_ ("Print JSON"), NULL },
  { "data-dir", 0, FLOW_OPTION_FILE, "DIR", N_ ("Use the data in DIR"), NULL },
  { "color", 0, FLOW_OPTION_CHOICE, "WHEN", N_ ("Use colours: auto, always or never"), "auto|always|never" },
  { "help", 'h', FLOW_OPTION_FLAG, NULL, N_ ("Say how to use it"), NULL },
  { NULL },
};

/* In the order of the help. */
static const FlowVerb *const all[] = {
  &flow_verb_status,
  &flow_verb_health,
  &flow_verb_traces,
  &flow_verb_trace,
  &flow_verb_workspaces,
  &flow_verb_sessions,
  &flow_verb_services,
  &flow_verb_metrics,
  &flow_verb_tail,
  &flow_verb_search,
  &flow_verb_open,
  &flow_verb_edit,
  &flow_verb_record,
  &flow_verb_env,
  &flow_verb_import,
  &flow_verb_export,
  &flow_verb_sql,
  &flow_verb_mark,
  &flow_verb_annotate,
  &flow_verb_share,
  &flow_verb_pull,
  &flow_verb_erase,
  &flow_verb_db,
  &flow_verb_settings,
  &flow_verb_cloud,
  &flow_verb_sync,
  &flow_verb_channels,
  &flow_verb_send,
  &flow_verb_listen,
  &flow_verb_outbox,
  &flow_verb_editor,
  &flow_verb_pair,
  &flow_verb_doctor,
  &flow_verb_completion,
  &flow_verb_man,
  NULL,
};

/**
 * flow_verbs:
 *
 * Get all verbs, in the order of the help.
 *
 * Returns: (array zero-terminated=1): the verbs
 */
const FlowVerb *const *
flow_verbs (void)
{
  return all;
}

/**
 * flow_verb_find:
 * @name: a word
 *
 * Find a verb by its name.
 *
 * Returns: (nullable): the verb
 */
const FlowVerb *
flow_verb_find (const char *name)
{
  for (gsize i = 0; all[i] != NULL; i++)
    if (g_str_equal (all[i]->name, name))
      return all[i];
  return NULL;
}

/**
 * flow_verb_common_options:
 *
 * Get the options that every verb has.
 *
 * Returns: a table that ends with an option without name
 */
const FlowOption *
flow_verb_common_options (void)
{
  return common_options;
}

/**
 * flow_verb_get_tables:
 * @verb: a verb
 * @tables: (out caller-allocates): its tables of options and the common one, %NULL behind the last
 *
 * Get all options of a verb.
 */
void
flow_verb_get_tables (const FlowVerb *verb, const FlowOption *tables[FLOW_VERB_TABLES])
{
  gsize n = 0;

  tables[n++] = verb->options;
  if (verb->more_options != NULL)
    tables[n++] = verb->more_options;
  tables[n++] = common_options;
  tables[n] = NULL;
}

static const FlowCommand *
find_command (const FlowVerb *verb, FlowArguments *arguments)
{
  const FlowCommand *command = verb->commands;

  if (command == NULL || flow_arguments_n_words (arguments) == 0)
    return NULL;
  for (; command->name != NULL; command++)
    if (g_str_equal (command->name, flow_arguments_word (arguments, 0)))
      return command;
  return NULL;
}

static gboolean
check_count (guint words, guint min, guint max, GError **error)
{
  if (words >= min && words <= max)
    return TRUE;
  if (words < min)
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("an argument is missing"));
  else
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("there are too many arguments"));
  return FALSE;
}

/**
 * flow_verb_run:
 * @verb: a verb
 * @cli: where to print
 * @arguments: what was given; with commands its first word chooses one
 * @error: return location
 *
 * Check how many words there are and do it.
 *
 * Returns: %FALSE with @error set when it failed
 */
gboolean
flow_verb_run (const FlowVerb *verb, FlowCli *cli, FlowArguments *arguments, GError **error)
{
  guint words = flow_arguments_n_words (arguments);
  const FlowCommand *command = find_command (verb, arguments);

  if (command != NULL)
    return check_count (words - 1, command->min, command->max, error) && command->run (cli, arguments, error);
  if (verb->commands == NULL || (verb->run != NULL && (words == 0 || verb->max > 0)))
    return check_count (words, verb->min, verb->max, error) && verb->run (cli, arguments, error);

  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT,
               words == 0 ? _ ("%s needs a command") : _ ("%s has no such command"), verb->name);
  return FALSE;
}

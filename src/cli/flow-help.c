/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-help"

#include "cli/flow-help.h"

#include <glib/gi18n.h>
#include <string.h>

#include "cli/flow-terminal.h"

/* Where the explanations begin. */
#define COLUMN 26
#define TEXT_COLUMNS 79

static void
print_line (FlowCli *cli, const char *title, const char *summary)
{
  guint columns = flow_terminal_columns (title);

  flow_cli_print (cli, "  %s%s%s", flow_cli_style (cli, FLOW_STYLE_NAME), title,
                  flow_cli_style (cli, FLOW_STYLE_PLAIN));
  if (columns + 2 >= COLUMN)
    flow_cli_print (cli, "\n%*s", COLUMN, "");
  else
    flow_cli_print (cli, "%*s", (int) (COLUMN - columns - 2), "");
  flow_cli_print (cli, "%s\n", _ (summary));
}

static void
print_heading (FlowCli *cli, const char *text)
{
  flow_cli_print (cli, "\n%s%s%s\n", flow_cli_style (cli, FLOW_STYLE_BOLD), text,
                  flow_cli_style (cli, FLOW_STYLE_PLAIN));
}

/**
 * flow_help_option_title:
 * @option: an option
 *
 * Write an option as help shows it: "-o, --output=FILE".
 *
 * Returns: (transfer full): the text
 */
char *
flow_help_option_title (const FlowOption *option)
{
  GString *title = g_string_new (NULL);

  if (option->letter != 0)
    g_string_append_printf (title, "-%c, ", option->letter);
  g_string_append_printf (title, "--%s", option->name);
  if (option->type != FLOW_OPTION_FLAG)
    g_string_append_printf (title, "=%s", option->value);
  return g_string_free (title, FALSE);
}

static void
print_options (FlowCli *cli, const FlowOption *options)
{
  for (; options->name != NULL; options++)
    {
      g_autofree char *title = flow_help_option_title (options);

      print_line (cli, title, options->summary);
    }
}

/* Paragraphs, broken between words. */
static void
print_text (FlowCli *cli, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  guint used = 0;

  for (gsize i = 0; words[i] != NULL; i++)
    {
      const char *newline = strrchr (words[i], '\n');
      guint columns = flow_terminal_columns (words[i]);

      if (used > 0 && used + 1 + columns > TEXT_COLUMNS && newline == NULL)
        {
          flow_cli_print (cli, "\n");
          used = 0;
        }
      flow_cli_print (cli, "%s%s", used > 0 ? " " : "", words[i]);
      used = newline != NULL ? flow_terminal_columns (newline + 1) : used + columns + (used > 0 ? 1 : 0);
    }
  flow_cli_print (cli, "\n");
}

/**
 * flow_help_print:
 * @cli: where to print
 *
 * Print what `flowctl --help` says.
 */
void
flow_help_print (FlowCli *cli)
{
  flow_cli_print (cli, _ ("Usage: flowctl VERB [OPTION…] [ARGUMENT…]\n\n"
                          "Find, show, export and open the traces that FlowScope keeps.\n"));
  print_heading (cli, _ ("Verbs"));
  for (const FlowVerb *const *verbs = flow_verbs (); *verbs != NULL; verbs++)
    if (!(*verbs)->hidden)
      print_line (cli, (*verbs)->name, (*verbs)->summary);
  print_heading (cli, _ ("Options of every verb"));
  print_options (cli, flow_verb_common_options ());
  flow_cli_print (cli, _ ("\nflowctl VERB --help says more. Exit status: 0 done, 1 failed, 2 wrong usage.\n"));
}

/**
 * flow_help_print_verb:
 * @cli: where to print
 * @verb: a verb
 *
 * Print what `flowctl VERB --help` says.
 */
void
flow_help_print_verb (FlowCli *cli, const FlowVerb *verb)
{
  const FlowOption *tables[FLOW_VERB_TABLES];

  flow_cli_print (cli, _ ("Usage: flowctl %s [OPTION…]%s%s\n\n%s.\n"), verb->name, verb->synopsis[0] != '\0' ? " " : "",
                  verb->synopsis, _ (verb->summary));
  if (verb->description != NULL)
    {
      flow_cli_print (cli, "\n");
      print_text (cli, _ (verb->description));
    }
  if (verb->commands != NULL)
    print_heading (cli, _ ("Commands"));
  for (const FlowCommand *command = verb->commands; command != NULL && command->name != NULL; command++)
    {
      g_autofree char *title = g_strstrip (g_strdup_printf ("%s %s", command->name, command->synopsis));

      print_line (cli, title, command->summary);
    }
  print_heading (cli, _ ("Options"));
  flow_verb_get_tables (verb, tables);
  for (gsize i = 0; tables[i] != NULL; i++)
    print_options (cli, tables[i]);
}

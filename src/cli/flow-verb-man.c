/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-man"

#include <glib/gi18n.h>
#include <string.h>

#include "base/flow-version.h"
#include "cli/flow-verbs.h"

static const FlowOption options[] = { { NULL } };

/* A text as man(7) takes it: no line begins a request, hyphens and quotes stay what they are. */
static char *
roff (const char *text)
{
  GString *out = g_string_new (NULL);
  gboolean line_start = TRUE;

  for (; *text != '\0'; text++)
    {
      if (line_start && (*text == '.' || *text == '\''))
        g_string_append (out, "\\&");
      if (*text == '-')
        g_string_append (out, "\\-");
      else if (*text == '\\')
        g_string_append (out, "\\e");
      else if (*text == '\n' && text[1] == '\n')
        g_string_append (out, "\n.PP");
      else
        g_string_append_c (out, *text);
      line_start = *text == '\n';
    }
  return g_string_free (out, FALSE);
}

static void
print_roff (FlowCli *cli, const char *text)
{
  g_autofree char *escaped = roff (text);

  flow_cli_print (cli, "%s", escaped);
}

static void
print_option (FlowCli *cli, const FlowOption *option)
{
  flow_cli_print (cli, ".TP\n");
  if (option->letter != 0)
    flow_cli_print (cli, "\\fB\\-%c\\fR, ", option->letter);
  flow_cli_print (cli, "\\fB\\-\\-");
  print_roff (cli, option->name);
  flow_cli_print (cli, "\\fR");
  if (option->type != FLOW_OPTION_FLAG)
    flow_cli_print (cli, "=\\fI%s\\fR", option->value);
  flow_cli_print (cli, "\n");
  print_roff (cli, option->summary);
  flow_cli_print (cli, ".\n");
}

static void
print_verb (FlowCli *cli, const FlowVerb *verb)
{
  const FlowOption *tables[FLOW_VERB_TABLES];

  flow_cli_print (cli, ".SS \"flowctl %s ", verb->name);
  print_roff (cli, verb->synopsis);
  flow_cli_print (cli, "\"\n");
  print_roff (cli, verb->summary);
  flow_cli_print (cli, ".\n");
  if (verb->description != NULL)
    {
      flow_cli_print (cli, ".PP\n");
      print_roff (cli, verb->description);
      flow_cli_print (cli, "\n");
    }
  for (const FlowCommand *command = verb->commands; command != NULL && command->name != NULL; command++)
    {
      flow_cli_print (cli, ".TP\n\\fB%s\\fR", command->name);
      flow_cli_print (cli, "%s\\fI%s\\fR\n", command->synopsis[0] != '\0' ? " " : "", command->synopsis);
      print_roff (cli, command->summary);
      flow_cli_print (cli, ".\n");
    }
  flow_verb_get_tables (verb, tables);
  for (gsize i = 0; tables[i + 1] != NULL; i++)
    for (const FlowOption *option = tables[i]; option->name != NULL; option++)
      print_option (cli, option);
}

static const struct
{
  const char *title;
  const char *text;
} sections[] = {
  { "EXIT STATUS",
    "0 when it is done, 1 when it failed, 2 for wrong usage. \\fBrecord\\fR exits with the status of the "
    "program it ran." },
  { "ENVIRONMENT",
    "\\fBFLOWSCOPE_HUB\\fR names the discovery file of the hub to use. \\fBNO_COLOR\\fR switches colours "
    "off. \\fBVISUAL\\fR and \\fBEDITOR\\fR are asked when the setting editor\\-command is empty." },
  { "FILES", "\\fI$XDG_DATA_HOME/flowscope/flowscope.db\\fR holds the traces, "
             "\\fI$XDG_CONFIG_HOME/flowscope/settings.ini\\fR the settings, "
             "\\fI$XDG_RUNTIME_DIR/flowscope/hub.json\\fR says where the hub is." },
};

static gboolean
run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  flow_cli_print (cli, ".TH FLOWCTL 1 \"\" \"FlowScope %s\" \"FlowScope\"\n", FLOW_VERSION);
  flow_cli_print (cli,
                  ".SH NAME\nflowctl \\- find, show, export and open the traces that FlowScope keeps\n"
                  ".SH SYNOPSIS\n\\fBflowctl\\fR \\fIVERB\\fR [\\fIOPTION\\fR...] [\\fIARGUMENT\\fR...]\n"
                  ".SH DESCRIPTION\nThe command line of FlowScope. Most verbs read the database and need no running "
                  "hub; those that change something speak with the hub when there is one.\n"
                  ".SH OPTIONS\nEvery verb takes these.\n");
  for (const FlowOption *option = flow_verb_common_options (); option->name != NULL; option++)
    print_option (cli, option);
  flow_cli_print (cli, ".SH VERBS\n");
  for (const FlowVerb *const *verbs = flow_verbs (); *verbs != NULL; verbs++)
    if (!(*verbs)->hidden)
      print_verb (cli, *verbs);
  for (gsize i = 0; i < G_N_ELEMENTS (sections); i++)
    flow_cli_print (cli, ".SH %s\n%s\n", sections[i].title, sections[i].text);
  return TRUE;
}

const FlowVerb flow_verb_man = {
  .name = "man",
  .synopsis = "",
  .summary = N_ ("Print the manual page"),
  .options = options,
  .hidden = TRUE,
  .run = run,
};

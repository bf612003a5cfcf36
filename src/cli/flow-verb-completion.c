/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-completion"

#include <glib/gi18n.h>
#include <string.h>

#include "base/flow-error.h"
#include "cli/flow-verbs.h"

static const FlowOption options[] = { { NULL } };

/* Calls @func for every option of @verb. */
static void
each_option (const FlowVerb *verb, void (*func) (FlowCli *cli, const FlowOption *option), FlowCli *cli)
{
  const FlowOption *tables[FLOW_VERB_TABLES];

  flow_verb_get_tables (verb, tables);
  for (gsize i = 0; tables[i] != NULL; i++)
    for (const FlowOption *option = tables[i]; option->name != NULL; option++)
      func (cli, option);
}

static void
print_verb_names (FlowCli *cli)
{
  for (const FlowVerb *const *verbs = flow_verbs (); *verbs != NULL; verbs++)
    if (!(*verbs)->hidden)
      flow_cli_print (cli, " %s", (*verbs)->name);
}

static void
print_bash_option (FlowCli *cli, const FlowOption *option)
{
  flow_cli_print (cli, " --%s", option->name);
}

/* What an option takes, as a case of its name. */
static void
print_bash_value (FlowCli *cli, const FlowOption *option)
{
  g_autofree char *choices = NULL;

  if (option->type == FLOW_OPTION_CHOICE)
    {
      choices = g_strdelimit (g_strdup (option->choices), "|", ' ');
      flow_cli_print (cli, "    --%s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n", option->name, choices);
    }
  else if (option->type == FLOW_OPTION_FILE)
    {
      flow_cli_print (cli, "    --%s) COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n", option->name);
    }
  else if (option->type != FLOW_OPTION_FLAG)
    {
      flow_cli_print (cli, "    --%s) return ;;\n", option->name);
    }
}

static void
print_bash_verb (FlowCli *cli, const FlowVerb *verb)
{
  flow_cli_print (cli, "    %s)\n      opts='", verb->name);
  each_option (verb, print_bash_option, cli);
  flow_cli_print (cli, "'\n      words='");
  for (const FlowCommand *command = verb->commands; command != NULL && command->name != NULL; command++)
    flow_cli_print (cli, " %s", command->name);
  flow_cli_print (cli, "'\n      case $prev in\n");
  each_option (verb, print_bash_value, cli);
  flow_cli_print (cli, "      esac\n      ;;\n");
}

static gboolean
print_bash (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  flow_cli_print (cli, "# bash completion for flowctl\n"
                       "_flowctl() {\n"
                       "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb= opts= words= i\n"
                       "  COMPREPLY=()\n"
                       "  if [ \"$cur\" = '=' ]; then cur=; prev=${COMP_WORDS[COMP_CWORD-1]}; fi\n"
                       "  if [ \"$prev\" = '=' ]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
                       "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
                       "    case ${COMP_WORDS[i]} in -*) ;; *) verb=${COMP_WORDS[i]}; break ;; esac\n"
                       "  done\n"
                       "  case $verb in\n");
  for (const FlowVerb *const *verbs = flow_verbs (); *verbs != NULL; verbs++)
    if (!(*verbs)->hidden)
      print_bash_verb (cli, *verbs);
  flow_cli_print (cli, "    '')\n      opts='--help --version'\n      words='");
  print_verb_names (cli);
  flow_cli_print (cli, "'\n      ;;\n"
                       "  esac\n"
                       "  if [[ $cur == -* ]]; then\n"
                       "    COMPREPLY=($(compgen -W \"$opts\" -- \"$cur\"))\n"
                       "  elif [ -n \"$words\" ] && { [ -z \"$verb\" ] || [ \"$prev\" = \"$verb\" ]; }; then\n"
                       "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
                       "  else\n"
                       "    COMPREPLY=($(compgen -f -- \"$cur\"))\n"
                       "  fi\n"
                       "}\n"
                       "complete -F _flowctl flowctl\n");
  return TRUE;
}

/* A text inside '…' of zsh and fish, where zsh's _arguments also needs its own marks escaped. */
static char *
quoted (const char *text, gboolean zsh)
{
  GString *out = g_string_new (NULL);

  for (; *text != '\0'; text++)
    {
      if (*text == '\'')
        g_string_append (out, zsh ? "'\\''" : "\\'");
      else if (zsh && strchr ("[]:\\", *text) != NULL)
        g_string_append_printf (out, "\\%c", *text);
      else if (!zsh && *text == '\\')
        g_string_append (out, "\\\\");
      else
        g_string_append_c (out, *text);
    }
  return g_string_free (out, FALSE);
}

static void
print_zsh_option (FlowCli *cli, const FlowOption *option)
{
  g_autofree char *summary = quoted (option->summary, TRUE);
  gboolean again = option->type == FLOW_OPTION_LIST || option->type == FLOW_OPTION_PAIR;
  g_autofree char *choices = NULL;

  flow_cli_print (cli, "        '%s--%s%s[%s]", again ? "*" : "", option->name,
                  option->type == FLOW_OPTION_FLAG ? "" : "=", summary);
  if (option->type == FLOW_OPTION_CHOICE)
    {
      choices = g_strdelimit (g_strdup (option->choices), "|", ' ');
      flow_cli_print (cli, ":%s:(%s)", option->value, choices);
    }
  else if (option->type != FLOW_OPTION_FLAG)
    {
      flow_cli_print (cli, ":%s:%s", option->value, option->type == FLOW_OPTION_FILE ? "_files" : "");
    }
  flow_cli_print (cli, "' \\\n");
}

static void
print_zsh_verb (FlowCli *cli, const FlowVerb *verb)
{
  flow_cli_print (cli, "    %s)\n      _arguments -s \\\n", verb->name);
  each_option (verb, print_zsh_option, cli);
  if (verb->commands != NULL)
    {
      flow_cli_print (cli, "        '1:command:((");
      for (const FlowCommand *command = verb->commands; command->name != NULL; command++)
        {
          g_autofree char *summary = quoted (command->summary, TRUE);

          flow_cli_print (cli, "%s%s\\:\"%s\"", command == verb->commands ? "" : " ", command->name, summary);
        }
      flow_cli_print (cli, "))' \\\n");
    }
  flow_cli_print (cli, "        '*:file:%s'\n      ;;\n", verb->runs_command ? "_normal" : "_files");
}

static gboolean
print_zsh (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  flow_cli_print (cli, "#compdef flowctl\n"
                       "_flowctl() {\n"
                       "  local -a verbs\n"
                       "  verbs=(\n");
  for (const FlowVerb *const *verbs = flow_verbs (); *verbs != NULL; verbs++)
    {
      g_autofree char *summary = quoted ((*verbs)->summary, TRUE);

      if (!(*verbs)->hidden)
        flow_cli_print (cli, "    '%s:%s'\n", (*verbs)->name, summary);
    }
  flow_cli_print (cli, "  )\n"
                       "  if (( CURRENT == 2 )); then\n"
                       "    _describe verb verbs\n"
                       "    return\n"
                       "  fi\n"
                       "  shift words\n"
                       "  (( CURRENT-- ))\n"
                       "  case $words[1] in\n");
  for (const FlowVerb *const *verbs = flow_verbs (); *verbs != NULL; verbs++)
    if (!(*verbs)->hidden)
      print_zsh_verb (cli, *verbs);
  flow_cli_print (cli, "  esac\n}\n_flowctl \"$@\"\n");
  return TRUE;
}

static void
print_fish_option (FlowCli *cli, const char *verb, const FlowOption *option)
{
  g_autofree char *summary = quoted (option->summary, FALSE);
  g_autofree char *choices = NULL;

  flow_cli_print (cli, "complete -c flowctl");
  if (verb != NULL)
    flow_cli_print (cli, " -n '__fish_seen_subcommand_from %s'", verb);
  flow_cli_print (cli, " -l %s", option->name);
  if (option->letter != 0)
    flow_cli_print (cli, " -s %c", option->letter);
  if (option->type == FLOW_OPTION_CHOICE)
    {
      choices = g_strdelimit (g_strdup (option->choices), "|", ' ');
      flow_cli_print (cli, " -x -a '%s'", choices);
    }
  else if (option->type != FLOW_OPTION_FLAG)
    {
      flow_cli_print (cli, option->type == FLOW_OPTION_FILE ? " -r -F" : " -x");
    }
  flow_cli_print (cli, " -d '%s'\n", summary);
}

static gboolean
print_fish (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  flow_cli_print (cli, "# fish completion for flowctl\n");
  for (const FlowOption *option = flow_verb_common_options (); option->name != NULL; option++)
    print_fish_option (cli, NULL, option);
  for (const FlowVerb *const *verbs = flow_verbs (); *verbs != NULL; verbs++)
    {
      const FlowVerb *verb = *verbs;
      const FlowOption *tables[FLOW_VERB_TABLES];
      g_autofree char *summary = quoted (verb->summary, FALSE);

      if (verb->hidden)
        continue;
      flow_cli_print (cli, "complete -c flowctl -f -n __fish_use_subcommand -a %s -d '%s'\n", verb->name, summary);
      flow_verb_get_tables (verb, tables);
      for (gsize i = 0; tables[i + 1] != NULL; i++)
        for (const FlowOption *option = tables[i]; option->name != NULL; option++)
          print_fish_option (cli, verb->name, option);
      for (const FlowCommand *command = verb->commands; command != NULL && command->name != NULL; command++)
        {
          g_autofree char *text = quoted (command->summary, FALSE);

          flow_cli_print (cli, "complete -c flowctl -f -n '__fish_seen_subcommand_from %s' -a %s -d '%s'\n", verb->name,
                          command->name, text);
        }
    }
  return TRUE;
}

static const FlowCommand commands[] = {
  { "bash", "", N_ ("For bash"), 0, 0, print_bash },
  { "zsh", "", N_ ("For zsh"), 0, 0, print_zsh },
  { "fish", "", N_ ("For fish"), 0, 0, print_fish },
  { NULL },
};

const FlowVerb flow_verb_completion = {
  .name = "completion",
  .synopsis = "SHELL",
  .summary = N_ ("Print the completions for a shell"),
  .description = N_ ("They are installed with FlowScope; without that: source <(flowctl completion bash)"),
  .options = options,
  .commands = commands,
};

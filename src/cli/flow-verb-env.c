/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-env"

#include <glib/gi18n.h>

#include "cli/flow-otel-environment.h"
#include "cli/flow-verbs.h"
#include "message/flow-json-member.h"

#define SERVICE "OTEL_SERVICE_NAME"

static const FlowOption options[] = {
  { "shell", 0, FLOW_OPTION_CHOICE, "SHELL", N_ ("Write it for SHELL; without it for the one of $SHELL"), "sh|fish" },
  { "service", 's', FLOW_OPTION_TEXT, "NAME", N_ ("Call the programs NAME (OTEL_SERVICE_NAME)"), NULL },
  { "folder", 'C', FLOW_OPTION_FILE, "FOLDER", N_ ("Say that they run in FOLDER; without it in this one"), NULL },
  { NULL },
};

/* Nothing is special within single quotes but the quote itself and the backslash. */
static char *
quote_for_fish (const char *value)
{
  g_autoptr (GString) text = g_string_new ("'");

  for (; *value != '\0'; value++)
    {
      if (*value == '\'' || *value == '\\')
        g_string_append_c (text, '\\');
      g_string_append_c (text, *value);
    }
  g_string_append_c (text, '\'');
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
is_fish (FlowArguments *arguments)
{
  const char *shell = flow_arguments_text (arguments, "shell");
  const char *own = g_getenv ("SHELL");

  if (shell != NULL)
    return g_str_equal (shell, "fish");
  return own != NULL && (g_str_equal (own, "fish") || g_str_has_suffix (own, "/fish"));
}

static void
print_line (FlowCli *cli, gboolean fish, const char *name, const char *value)
{
  g_autofree char *quoted = NULL;

  if (value == NULL)
    {
      flow_cli_print (cli, fish ? "set -e %s\n" : "unset %s\n", name);
      return;
    }
  quoted = fish ? quote_for_fish (value) : g_shell_quote (value);
  flow_cli_print (cli, fish ? "set -gx %s %s\n" : "export %s=%s\n", name, quoted);
}

static void
print_lines (FlowCli *cli, gboolean fish, char **environment, const char *service)
{
  for (const char *const *name = flow_otel_environment_get_names (); *name != NULL; name++)
    print_line (cli, fish, *name, g_environ_getenv (environment, *name));
  if (service != NULL)
    print_line (cli, fish, SERVICE, service);
}

static void
print_json (FlowCli *cli, char **environment, const char *service)
{
  FlowJsonWriter *writer = flow_cli_begin_json (cli);
  const char *const *names = flow_otel_environment_get_names ();

  flow_json_writer_begin_object (writer);
  flow_json_writer_key (writer, "set");
  flow_json_writer_begin_object (writer);
  for (const char *const *name = names; *name != NULL; name++)
    if (g_environ_getenv (environment, *name) != NULL)
      flow_json_member_text (writer, *name, g_environ_getenv (environment, *name), -1);
  if (service != NULL)
    flow_json_member_text (writer, SERVICE, service, -1);
  flow_json_writer_end_object (writer);
  flow_json_writer_key (writer, "unset");
  flow_json_writer_begin_array (writer);
  for (const char *const *name = names; *name != NULL; name++)
    if (g_environ_getenv (environment, *name) == NULL)
      flow_json_writer_string (writer, *name, -1);
  flow_json_writer_end_array (writer);
  flow_json_writer_end_object (writer);
  flow_cli_end_json (cli);
}

static gboolean
run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  const FlowDiscovery *hub = flow_cli_get_hub (cli, error);
  const char *service = flow_arguments_text (arguments, "service");
  const char *given = flow_arguments_text (arguments, "folder");
  g_autofree char *folder = g_canonicalize_filename (given != NULL ? given : ".", NULL);
  g_auto (GStrv) environment = NULL;

  if (hub == NULL)
    return FALSE;
  environment = flow_otel_environment_apply (g_get_environ (), hub, service, folder);
  if (flow_cli_is_json (cli))
    print_json (cli, environment, service);
  else
    print_lines (cli, is_fish (arguments), environment, service);
  return TRUE;
}

const FlowVerb flow_verb_env = {
  .name = "env",
  .synopsis = "",
  .summary = N_ ("Say how programs of a terminal send their traces here"),
  .description = N_ (
      "Prints the OTEL_ variables that “flowctl record” gives a program, as lines for a shell: after "
      "eval \"$(flowctl env)\", or flowctl env | source with fish, everything that is started in that terminal "
      "and uses OpenTelemetry sends to the hub over http/protobuf. With --json the variables to set and to unset."),
  .options = options,
  .run = run,
};

/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-listen"

#include <glib/gi18n.h>

#include "base/flow-error.h"
#include "cli/flow-cli-channel.h"
#include "cli/flow-message-text.h"
#include "cli/flow-verbs.h"

static const FlowOption options[] = {
  { "type", 't', FLOW_OPTION_LIST, "TYPE", N_ ("Show only this type, take the others silently; may be given again"),
    NULL },
  { "kind", 'k', FLOW_OPTION_TEXT, "KIND", N_ ("Be a channel of this kind; cli if not given"), NULL },
  { "instance", 'i', FLOW_OPTION_TEXT, "NAME", N_ ("Be KIND/NAME, and remember what was handled"), NULL },
  { "workspace", 0, FLOW_OPTION_LIST, "DIR", N_ ("Have this folder open; may be given again"), NULL },
  { "focused", 0, FLOW_OPTION_FLAG, NULL, N_ ("Have the focus"), NULL },
  { "count", 'c', FLOW_OPTION_NUMBER, "N", N_ ("End after N messages"), NULL },
  { NULL },
};

typedef struct
{
  FlowCli *cli;
  GMainLoop *loop;
  const char *const *types;
  guint left;
  gboolean done;
  gboolean told; /* that the hub is away */
  GError *error;
} Listen;

static void
end (Listen *listen, GError *error)
{
  listen->done = TRUE;
  listen->error = error;
  g_main_loop_quit (listen->loop);
}

/* What was printed counts as handled. When the output is gone, nothing was: the hub keeps it. */
static void
message_cb (FlowChannelClient *client, FlowMessage *message, Listen *listen)
{
  GError *error = NULL;

  if (listen->types != NULL && !g_strv_contains (listen->types, flow_message_get_type_name (message)))
    return;
  if (!flow_message_print (message, listen->cli))
    {
      flow_cli_note (listen->cli, _ ("flowctl: a message is broken and was left out"));
      return;
    }
  if (!flow_cli_flush (listen->cli, &error))
    {
      flow_channel_client_stop (client);
      end (listen, error);
      return;
    }
  if (--listen->left == 0)
    flow_channel_client_leave (client);
}

static void
joined_cb (FlowChannelClient *client, FlowMessage *welcome, Listen *listen)
{
  flow_channel_client_set_reconnect (client, TRUE);
  listen->told = FALSE;
  flow_cli_note (listen->cli, _ ("flowctl: listening as %s"), flow_channel_client_get_name (client));
}

static void
left_cb (FlowChannelClient *client, const GError *error, gboolean final, Listen *listen)
{
  if (final)
    end (listen, listen->left > 0 ? g_error_copy (error) : NULL);
  else if (!listen->told)
    flow_cli_note (listen->cli, "flowctl: %s", error->message);
  listen->told = TRUE;
}

static gboolean
check_folders (const char *const *folders, GError **error)
{
  for (; folders != NULL && *folders != NULL; folders++)
    {
      if (g_path_is_absolute (*folders))
        continue;
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("%s is no absolute path"), *folders);
      return FALSE;
    }
  return TRUE;
}

static gboolean
run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  static const char *const capabilities[] = { "traces", "presence", "code", NULL };
  const char *const *folders = flow_arguments_list (arguments, "workspace");
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (FlowChannelClient) client = NULL;
  FlowChannelKind kind = FLOW_CHANNEL_KIND_CLI;
  Listen listen = { .cli = cli, .loop = loop };

  if (!flow_cli_channel_kind (arguments, &kind, error) || !check_folders (folders, error))
    return FALSE;
  client = flow_cli_channel_new (cli, kind, flow_arguments_text (arguments, "instance"), error);
  if (client == NULL)
    return FALSE;
  listen.left = (guint) MAX (flow_arguments_number (arguments, "count", G_MAXINT), 1);
  listen.types = flow_arguments_list (arguments, "type");
  flow_channel_client_set_capabilities (client, capabilities);
  if (folders != NULL)
    flow_channel_client_set_workspaces (client, folders);
  flow_channel_client_set_focused (client, flow_arguments_has (arguments, "focused"));
  g_signal_connect (client, "joined", G_CALLBACK (joined_cb), &listen);
  g_signal_connect (client, "left", G_CALLBACK (left_cb), &listen);
  g_signal_connect (client, "message", G_CALLBACK (message_cb), &listen);
  flow_channel_client_start (client);
  if (!listen.done)
    g_main_loop_run (loop);
  if (listen.error != NULL)
    g_propagate_error (error, listen.error);
  return listen.error == NULL;
}

const FlowVerb flow_verb_listen = {
  .name = "listen",
  .synopsis = "",
  .summary = N_ ("Show messages as they come"),
  .description = N_ (
      "Connects as a channel and prints what it gets, with --json a message a line as it came. Stored messages are "
      "acknowledged after they were printed. With --instance the name stays, so what is sent to it meanwhile "
      "waits, and nothing is printed twice. When the hub goes, it waits for it to come back. Ctrl-C ends it."),
  .options = options,
  .run = run,
};

/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cli"

#include "cli/flow-cli-channel.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/flow-error.h"

/**
 * flow_cli_channel_new:
 * @cli: whose hub
 * @kind: what we are
 * @instance: (nullable): the second part of our name, %NULL for one of this process
 * @error: return location
 *
 * Make the client of a verb that speaks the native protocol.
 *
 * Returns: (transfer full): the client, or %NULL with %FLOW_ERROR_BAD_ARGUMENT for a name that cannot be
 */
FlowChannelClient *
flow_cli_channel_new (FlowCli *cli, FlowChannelKind kind, const char *instance, GError **error)
{
  FlowContext *context = flow_cli_get_context (cli, error);
  FlowChannelClient *client;

  if (context == NULL)
    return NULL;
  if (instance != NULL && !flow_channel_instance_is_valid (instance, strlen (instance)))
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT,
                   _ ("“%s” cannot be a name: 1 to 64 letters, digits, “.”, “_” and “-”"), instance);
      return NULL;
    }
  client = flow_channel_client_new (context, kind, instance);
  flow_channel_client_set_data_dir (client, flow_context_get_data_dir (context));
  return client;
}

/**
 * flow_cli_channel_kind:
 * @arguments: what was given
 * @kind: (inout): the kind that `--kind` names
 * @error: return location
 *
 * Read the option `--kind`.
 *
 * Returns: %FALSE with %FLOW_ERROR_BAD_ARGUMENT when there is no such kind
 */
gboolean
flow_cli_channel_kind (FlowArguments *arguments, FlowChannelKind *kind, GError **error)
{
  const char *name = flow_arguments_text (arguments, "kind");

  if (name == NULL || flow_channel_kind_from_name (name, strlen (name), kind))
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("there is no kind of channel “%s”"), name);
  return FALSE;
}

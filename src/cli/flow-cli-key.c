/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cli"

#include "cli/flow-cli-key.h"

#include "hub/flow-json-read.h"
#include "trace/flow-trace-key.h"

/* A hub that runs has the key, also where the keyring is not for this terminal. */
static gboolean
ask_hub (FlowCli *cli)
{
  g_autoptr (JsonObject) answer = flow_cli_call (cli, "encryption-key", NULL, NULL);
  const char *text = answer == NULL ? NULL : flow_json_get_string (answer, "key");
  g_autoptr (FlowVault) vault = NULL;
  g_autoptr (GBytes) secret = NULL;
  gsize size;
  guint8 *bytes;

  if (text == NULL)
    return FALSE;
  bytes = g_base64_decode (text, &size);
  secret = g_bytes_new_take (bytes, size);
  vault = flow_vault_new_from_secret (secret, NULL);
  if (vault == NULL)
    return FALSE;
  flow_vault_publish (vault);
  return TRUE;
}

/**
 * flow_cli_find_key:
 * @cli: whose data
 * @error: return location; as for flow_trace_key_need()
 *
 * Have this process know the key of the database, if its traces are encrypted: from the hub that runs, else from where
 * secrets are kept.
 *
 * Returns: whether the database can be read
 */
gboolean
flow_cli_find_key (FlowCli *cli, GError **error)
{
  FlowContext *context = flow_cli_get_context (cli, error);
  g_autoptr (FlowSecrets) secrets = NULL;

  if (context == NULL)
    return FALSE;
  if (ask_hub (cli))
    return TRUE;
  secrets = flow_secrets_new (context, FLOW_SECRETS_AUTO);
  return flow_trace_key_need (flow_context_get_database_path (context), secrets, NULL, error);
}

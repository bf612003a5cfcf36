/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cli"

#include "cli/flow-encryption.h"

#include <glib/gi18n.h>

#include "base/flow-error.h"
#include "cli/flow-cli-key.h"
#include "cli/flow-local-store.h"
#include "cli/flow-progress.h"
#include "hub/flow-json-read.h"
#include "trace/flow-trace-encryption.h"
#include "trace/flow-trace-key.h"

#define LOOK_US (G_USEC_PER_SEC / 10)

/* Ctrl-C ends the waiting; what was begun goes on in the hub, or when it runs again. */
static gboolean
wait_a_moment (FlowProgress *progress, guint64 done, guint64 total, GError **error)
{
  flow_progress_update (progress, done, total);
  if (g_cancellable_set_error_if_cancelled (flow_progress_get_cancellable (progress), error))
    return FALSE;
  g_usleep (LOOK_US);
  return TRUE;
}

/* --- With a hub ------------------------------------------------------------------------------------- */

/* Whether there is nothing more to wait for. */
static gboolean
look_at_hub (FlowCli *cli, JsonObject *answer, gboolean *over, GError **error)
{
  const char *message = flow_json_get_string (answer, "message");

  *over = flow_json_get_bool (answer, "settled");
  if (*over || message == NULL || flow_json_get_bool (answer, "busy"))
    return TRUE;
  if (g_strcmp0 (flow_json_get_string (answer, "state"), "wiping") == 0)
    {
      *over = TRUE;
      flow_cli_note (cli, _ ("Everything is encrypted; what is left of the plain bytes is overwritten later: %s"),
                     message);
      return TRUE;
    }
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, _ ("the hub could not do it yet and tries again: %s"), message);
  return FALSE;
}

static gboolean
settle_in_hub (FlowCli *cli, FlowProgress *progress, GError **error)
{
  while (TRUE)
    {
      g_autoptr (JsonObject) answer = flow_cli_call (cli, "encryption", NULL, error);
      gboolean over = FALSE;

      if (answer == NULL || !look_at_hub (cli, answer, &over, error))
        return FALSE;
      if (over)
        return TRUE;
      if (!wait_a_moment (progress, (guint64) flow_json_get_int (answer, "done"),
                          (guint64) flow_json_get_int (answer, "total"), error))
        return FALSE;
    }
}

/* --- Without one ------------------------------------------------------------------------------------ */

static gboolean
begin (FlowCli *cli, FlowTraceStore *traces, gboolean wanted, GCancellable *cancellable, GError **error)
{
  g_autoptr (FlowSecrets) secrets = flow_secrets_new (flow_cli_get_context (cli, NULL), FLOW_SECRETS_AUTO);
  g_autoptr (FlowVault) vault = NULL;
  FlowTraceEncryption encryption;

  flow_trace_store_get_encryption (traces, &encryption);
  if (encryption.locked)
    return flow_cli_find_key (cli, error);
  if (!wanted)
    return flow_trace_store_decrypt (traces, error);
  if (encryption.state == FLOW_TRACE_PLAIN)
    vault = flow_trace_key_make (secrets, cancellable, error);
  else
    vault = flow_vault_find (encryption.vault);
  return vault != NULL && flow_trace_store_encrypt (traces, vault, error);
}

static gboolean
settle_here (FlowCli *cli, gboolean wanted, FlowProgress *progress, GError **error)
{
  g_autoptr (FlowLocalStore) store = flow_local_store_open (cli, error);
  FlowTraceStore *traces;
  FlowTraceEncryption encryption;

  if (store == NULL)
    return FALSE;
  traces = flow_local_store_get_traces (store);
  if (!begin (cli, traces, wanted, flow_progress_get_cancellable (progress), error))
    return FALSE;
  while (TRUE)
    {
      flow_trace_store_get_encryption (traces, &encryption);
      if (encryption.state == FLOW_TRACE_WIPING)
        return flow_trace_store_wipe (traces, error);
      if (encryption.state == FLOW_TRACE_PLAIN || encryption.state == FLOW_TRACE_ENCRYPTED)
        return TRUE;
      if (!wait_a_moment (progress, encryption.done, encryption.total, error))
        return FALSE;
    }
}

/**
 * flow_encryption_settle:
 * @cli: whose data
 * @error: return location; what keeps it from being so
 *
 * Have the traces as encrypted as the setting says, by the hub or without one, and wait until they are.
 *
 * Returns: whether they are
 */
gboolean
flow_encryption_settle (FlowCli *cli, GError **error)
{
  FlowSettings *settings = flow_cli_get_settings (cli, error);
  g_autoptr (FlowProgress) progress = NULL;
  g_autoptr (FlowSettingsSnapshot) snapshot = NULL;
  gboolean ok;

  if (settings == NULL)
    return FALSE;
  flow_settings_reload (settings);
  snapshot = flow_settings_snapshot (settings);
  progress = flow_progress_new (snapshot->encrypt ? _ ("Encrypting") : _ ("Decrypting"));
  if (flow_cli_get_hub (cli, NULL) != NULL)
    ok = settle_in_hub (cli, progress, error);
  else
    ok = settle_here (cli, snapshot->encrypt, progress, error);
  flow_progress_explain (progress, error);
  return ok;
}

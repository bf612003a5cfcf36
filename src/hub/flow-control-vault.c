/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-control"

#include "base/flow-error.h"
#include "hub/flow-control.h"
#include "hub/flow-hub-private.h"

static gboolean
require_open (FlowHub *hub, GError **error)
{
  if (hub->open)
    return TRUE;
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BUSY, "the hub is starting");
  return FALSE;
}

static gboolean
run_encryption (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  if (!require_open (hub, error))
    return FALSE;
  flow_hub_vault_write (hub->vault, answer);
  return TRUE;
}

/* The answer does not wait for the user: "encryption" says how it went. */
static gboolean
run_unlock (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  if (!require_open (hub, error))
    return FALSE;
  flow_hub_vault_unlock (hub->vault);
  return TRUE;
}

static gboolean
run_key (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  return require_open (hub, error) && flow_hub_vault_write_key (hub->vault, answer, error);
}

const FlowControlVerb flow_control_vault_verbs[] = {
  { "encryption", FLOW_CONTROL_HUB, run_encryption },
  { "encryption-unlock", FLOW_CONTROL_HUB, run_unlock },
  { "encryption-key", FLOW_CONTROL_HUB, run_key },
  { NULL },
};

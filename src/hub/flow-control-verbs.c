/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-control"

#include "base/flow-id.h"
#include "hub/flow-control-facts.h"
#include "hub/flow-control.h"
#include "hub/flow-hub-private.h"
#include "hub/flow-json-read.h"
#include "trace/flow-trace-facts-json.h"

/**
 * flow_control_require_string:
 * @arguments: of a verb
 * @name: one of them
 * @error: return location
 *
 * Returns: (transfer none): the string, or %NULL with %FLOW_ERROR_BAD_ARGUMENT
 */
const char *
flow_control_require_string (JsonObject *arguments, const char *name, GError **error)
{
  const char *value = flow_json_get_string (arguments, name);

  if (value == NULL)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "\"%s\" is missing or not a string", name);
  return value;
}

static gboolean
run_status (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  flow_hub_write_status (hub, answer);
  return TRUE;
}

static gboolean
run_erase (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  const char *hex;
  guint8 id[16];

  if (flow_json_get_bool (arguments, "all"))
    return flow_trace_store_erase_all (hub->traces, error);

  hex = flow_control_require_string (arguments, "trace_id", error);
  if (hex == NULL)
    return FALSE;
  if (!flow_id_from_hex (hex, sizeof id, id))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "\"trace_id\" must be 32 hex digits");
      return FALSE;
    }
  if (!flow_trace_store_erase_trace (hub->traces, id, error))
    return FALSE;
  flow_hub_router_erased (hub, id);
  return TRUE;
}

/* Answers what is said about the trace then. */
static gboolean
run_facts (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  FlowFactChange *change = flow_control_read_fact_change (arguments, error);
  g_autoptr (FlowTraceFacts) facts = NULL;

  if (change != NULL)
    facts = flow_trace_store_change_facts_wait (hub->traces, change, error);
  if (facts == NULL)
    return FALSE;
  flow_trace_facts_write_json (answer, facts);
  return TRUE;
}

static gboolean
run_settings_set (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  const char *key = flow_control_require_string (arguments, "key", error);
  const char *value = key != NULL ? flow_control_require_string (arguments, "value", error) : NULL;

  if (value == NULL || !flow_settings_from_text (hub->live_settings, key, value, error))
    return FALSE;
  flow_hub_apply_settings (hub);
  return TRUE;
}

static gboolean
run_settings_reset (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  const char *key = flow_control_require_string (arguments, "key", error);

  if (key == NULL || !flow_settings_reset (hub->live_settings, key, error))
    return FALSE;
  flow_hub_apply_settings (hub);
  return TRUE;
}

/* The answer comes first: stopping waits for requests that are under way, and this is one. */
static gboolean
run_stop (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  flow_hub_request_stop (hub);
  return TRUE;
}

static const FlowControlVerb verbs[] = {
  { "status", FLOW_CONTROL_HUB, run_status },
  { "erase", FLOW_CONTROL_WORKER, run_erase },
  { "facts", FLOW_CONTROL_WORKER, run_facts },
  { "settings-set", FLOW_CONTROL_MAIN, run_settings_set },
  { "settings-reset", FLOW_CONTROL_MAIN, run_settings_reset },
  { "stop", FLOW_CONTROL_HUB, run_stop },
  { "handover", FLOW_CONTROL_HUB, run_stop },
  { NULL },
};

/**
 * flow_control_find_verb:
 * @name: a verb's name
 *
 * Returns: (nullable): the verb
 */
const FlowControlVerb *
flow_control_find_verb (const char *name)
{
  static const FlowControlVerb *const groups[] = { verbs,
                                                   flow_control_pair_verbs,
                                                   flow_control_router_verbs,
                                                   flow_control_edit_verbs,
                                                   flow_control_cloud_verbs,
                                                   flow_control_sync_verbs,
                                                   flow_control_trace_verbs,
                                                   flow_control_vault_verbs };

  for (gsize group = 0; group < G_N_ELEMENTS (groups); group++)
    for (const FlowControlVerb *verb = groups[group]; verb->name != NULL; verb++)
      {
        if (g_str_equal (verb->name, name))
          return verb;
      }
  return NULL;
}

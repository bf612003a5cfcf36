/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-control"

#include "hub/flow-control.h"
#include "hub/flow-hub-private.h"
#include "hub/flow-json-read.h"

/* What the router has to say, and what people do about its messages. */

static gboolean
is_open (FlowHub *hub, GError **error)
{
  if (!hub->open)
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BUSY, "the hub is starting or stopping");
  return hub->open;
}

static gboolean
run_channels (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  if (!is_open (hub, error))
    return FALSE;
  flow_router_write_channels (hub->router, answer);
  return TRUE;
}

static gboolean
run_outbox (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  if (!is_open (hub, error))
    return FALSE;
  flow_router_write_outbox (hub->router, answer, flow_json_get_string (arguments, "target"));
  return TRUE;
}

static gboolean
require_number (JsonObject *arguments, guint64 *number, GError **error)
{
  JsonNode *node = json_object_get_member (arguments, "number");
  gint64 value = 0;

  if (node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64)
    value = json_node_get_int (node);
  if (value <= 0)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT,
                           "\"number\" must be the number of a message in the outbox");
      return FALSE;
    }
  *number = (guint64) value;
  return TRUE;
}

static gboolean
run_resend (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  guint64 number;

  return is_open (hub, error) && require_number (arguments, &number, error) &&
         flow_router_resend (hub->router, number, error);
}

static gboolean
run_drop (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  guint64 number;

  return is_open (hub, error) && require_number (arguments, &number, error) &&
         flow_router_drop (hub->router, number, error);
}

static gboolean
run_health (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  if (!is_open (hub, error))
    return FALSE;
  flow_hub_health_write (hub->health, answer);
  return TRUE;
}

static gboolean
run_workspaces (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  if (!is_open (hub, error))
    return FALSE;
  flow_handlers_write_workspaces (hub->handlers, answer);
  return TRUE;
}

static gboolean
run_sessions (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  if (!is_open (hub, error))
    return FALSE;
  flow_handlers_write_sessions (hub->handlers, answer);
  return TRUE;
}

static guint
get_number (JsonObject *arguments, const char *name)
{
  JsonNode *node = json_object_get_member (arguments, name);
  gint64 value = 0;

  if (node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64)
    value = json_node_get_int (node);
  return (guint) CLAMP (value, 0, G_MAXINT32);
}

/* In an editor that is connected; starting one is up to who asks. */
static gboolean
run_show_code (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  const char *file = flow_json_get_string (arguments, "file");
  g_autofree char *editor = NULL;

  if (!is_open (hub, error))
    return FALSE;
  if (file == NULL || !g_path_is_absolute (file))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "\"file\" must be an absolute path");
      return FALSE;
    }
  editor = flow_handlers_show_code (hub->handlers, file, get_number (arguments, "line"),
                                    get_number (arguments, "column"), error);
  if (editor == NULL)
    return FALSE;
  flow_json_writer_key (answer, "editor");
  flow_json_writer_string (answer, editor, -1);
  return TRUE;
}

const FlowControlVerb flow_control_router_verbs[] = {
  { "channels", FLOW_CONTROL_HUB, run_channels },
  { "outbox", FLOW_CONTROL_HUB, run_outbox },
  { "outbox-resend", FLOW_CONTROL_HUB, run_resend },
  { "outbox-drop", FLOW_CONTROL_HUB, run_drop },
  { "health", FLOW_CONTROL_HUB, run_health },
  { "workspaces", FLOW_CONTROL_HUB, run_workspaces },
  { "sessions", FLOW_CONTROL_HUB, run_sessions },
  { "show-code", FLOW_CONTROL_HUB, run_show_code },
  { NULL },
};

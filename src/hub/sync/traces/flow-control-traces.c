/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-control"

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "hub/flow-control.h"
#include "hub/flow-hub-private.h"
#include "hub/flow-json-read.h"
#include "message/flow-json-member.h"

/* What people do about traces between their devices. */

#define ID_SIZE 16

typedef struct
{
  FlowControlReply *reply;
  guint8 trace_id[ID_SIZE];
  gboolean stop;
} Asked;

/* The trace that "trace_id" names; ends the reply when there is none, or nobody to ask. */
static Asked *
begin (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply)
{
  g_autofree Asked *asked = g_new0 (Asked, 1);
  g_autoptr (GError) error = NULL;
  const char *hex = flow_control_require_string (arguments, "trace_id", &error);

  if (hex != NULL && (strlen (hex) != 2 * ID_SIZE || !flow_id_from_hex (hex, ID_SIZE, asked->trace_id)))
    g_set_error_literal (&error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "\"trace_id\" must be 32 hex digits");
  else if (hex != NULL && (!hub->open || flow_hub_records_get_sharing (hub->records) == NULL))
    g_set_error_literal (&error, FLOW_ERROR, FLOW_ERROR_BUSY, "the hub is starting or stopping");
  if (error != NULL)
    {
      flow_control_reply_end (reply, error);
      return NULL;
    }
  asked->reply = reply;
  asked->stop = flow_json_get_bool (arguments, "stop");
  return g_steal_pointer (&asked);
}

static void
shared (guint64 spans, const GError *error, gpointer data)
{
  g_autofree Asked *asked = data;
  FlowJsonWriter *answer = flow_control_reply_get_writer (asked->reply);

  if (error == NULL)
    {
      flow_json_member_id (answer, "trace_id", asked->trace_id, ID_SIZE);
      flow_json_member_flag (answer, "shared", !asked->stop);
    }
  flow_control_reply_end (asked->reply, error);
}

static void
begin_share (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply)
{
  Asked *asked = begin (hub, arguments, reply);

  if (asked != NULL)
    flow_trace_sharing_share (flow_hub_records_get_sharing (hub->records), asked->trace_id, asked->stop, shared, asked);
}

static void
looked (gboolean is_shared, const GError *error, gpointer data)
{
  g_autofree Asked *asked = data;
  FlowJsonWriter *answer = flow_control_reply_get_writer (asked->reply);

  if (error == NULL)
    {
      flow_json_member_id (answer, "trace_id", asked->trace_id, ID_SIZE);
      flow_json_member_flag (answer, "shared", is_shared);
    }
  flow_control_reply_end (asked->reply, error);
}

static void
begin_look (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply)
{
  Asked *asked = begin (hub, arguments, reply);

  if (asked != NULL)
    flow_trace_sharing_look (flow_hub_records_get_sharing (hub->records), asked->trace_id, looked, asked);
}

static void
fetched (guint64 spans, const GError *error, gpointer data)
{
  g_autofree Asked *asked = data;
  FlowJsonWriter *answer = flow_control_reply_get_writer (asked->reply);

  if (error == NULL)
    {
      flow_json_member_id (answer, "trace_id", asked->trace_id, ID_SIZE);
      flow_json_member_int (answer, "spans", (gint64) spans);
    }
  flow_control_reply_end (asked->reply, error);
}

static void
begin_pull (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply)
{
  Asked *asked = begin (hub, arguments, reply);

  if (asked != NULL)
    flow_trace_sharing_fetch (flow_hub_records_get_sharing (hub->records), asked->trace_id, fetched, asked);
}

const FlowControlVerb flow_control_trace_verbs[] = {
  { "trace-share", FLOW_CONTROL_LATER, .begin = begin_share },
  { "trace-shared", FLOW_CONTROL_LATER, .begin = begin_look },
  { "trace-pull", FLOW_CONTROL_LATER, .begin = begin_pull },
  { NULL },
};

/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-handlers"

#include "hub/edits/flow-edit-channels.h"
#include "hub/edits/flow-edit-read.h"
#include "hub/edits/flow-hub-edits.h"
#include "hub/handlers/flow-handlers-private.h"

/* Texts that are edited: what channels say about them. What is wrong is told to the sender, and counted. */

typedef gboolean (*Take) (FlowEditChannels *channels, FlowChannel *from, FlowMessage *message, GError **error);

static FlowRouterHandled
take (FlowHandlers *self, FlowChannel *from, FlowMessage *message, Take func)
{
  g_autoptr (GError) error = NULL;
  gsize length;
  const char *text = flow_message_get_data_text (message, &length);

  if (from == NULL)
    return FLOW_ROUTER_PASS;
  if (flow_edit_json_check (text, length, &error) &&
      func (flow_hub_edits_get_channels (self->edits), from, message, &error))
    return FLOW_ROUTER_DONE;
  flow_edits_count_error (flow_hub_edits_get_edits (self->edits));
  flow_handlers_fail (self, message, error);
  return FLOW_ROUTER_LATER;
}

static FlowRouterHandled
edit_request (FlowRouter *router, FlowChannel *from, FlowMessage *message, gpointer data)
{
  return take (data, from, message, flow_edit_channels_request);
}

static FlowRouterHandled
edit_update (FlowRouter *router, FlowChannel *from, FlowMessage *message, gpointer data)
{
  return take (data, from, message, flow_edit_channels_update);
}

static FlowRouterHandled
edit_saved (FlowRouter *router, FlowChannel *from, FlowMessage *message, gpointer data)
{
  return take (data, from, message, flow_edit_channels_saved);
}

static FlowRouterHandled
edit_closed (FlowRouter *router, FlowChannel *from, FlowMessage *message, gpointer data)
{
  return take (data, from, message, flow_edit_channels_closed);
}

/* An editor's answer to what it was asked to edit. */
static FlowRouterHandled
refused (FlowRouter *router, FlowChannel *from, FlowMessage *message, gpointer data)
{
  FlowHandlers *self = data;

  if (flow_edit_channels_refused (flow_hub_edits_get_channels (self->edits), from, message))
    return FLOW_ROUTER_DONE;
  return FLOW_ROUTER_PASS;
}

/**
 * flow_edit_handler_register:
 * @self: the handlers
 *
 * Handle `edit_*`, and what editors answer to `edit_request`.
 */
void
flow_edit_handler_register (FlowHandlers *self)
{
  flow_handlers_add (self, "edit_request", edit_request);
  flow_handlers_add (self, "edit_update", edit_update);
  flow_handlers_add (self, "edit_saved", edit_saved);
  flow_handlers_add (self, "edit_closed", edit_closed);
  flow_handlers_add (self, "error", refused);
}

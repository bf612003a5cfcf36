/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>

#include "cloud/flow-cloud-request.h"

G_BEGIN_DECLS

/** FLOW_CLOUD_SOCKET_PATH: where the WebSocket is. */
#define FLOW_CLOUD_SOCKET_PATH "/ws"

/**
 * FlowCloudSocketClose:
 * @FLOW_CLOUD_CLOSE_EXPIRED: the token has expired or is none: refresh it and come back
 * @FLOW_CLOUD_CLOSE_REMOVED: the device or the account is gone
 * @FLOW_CLOUD_CLOSE_CLONED: another run of this device is connected
 * @FLOW_CLOUD_CLOSE_DISABLED: nobody may use the account until it is enabled again; the device stays
 * @FLOW_CLOUD_CLOSE_BAD: what came makes no sense
 *
 * Why the cloud closes a connection.
 */
typedef enum
{
  FLOW_CLOUD_CLOSE_EXPIRED = 4401,
  FLOW_CLOUD_CLOSE_REMOVED = 4403,
  FLOW_CLOUD_CLOSE_CLONED = 4409,
  FLOW_CLOUD_CLOSE_DISABLED = 4423,
  FLOW_CLOUD_CLOSE_BAD = 4400,
} FlowCloudSocketClose;

/**
 * FlowCloudSocketHandler:
 * @opened: a device has connected and may be sent something
 * @message: a text has come from it: a JSON object whose `type` is not `hello`; %FALSE closes the connection
 *   with %FLOW_CLOUD_CLOSE_BAD
 *
 * What is done with connections of devices. Called on the cloud's thread; each may be %NULL.
 */
typedef struct
{
  void (*opened) (FlowCloud *cloud, const FlowCloudCaller *caller);
  gboolean (*message) (FlowCloud *cloud, const FlowCloudCaller *caller, JsonObject *message);
} FlowCloudSocketHandler;

G_END_DECLS

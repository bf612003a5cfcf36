/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "cloud/flow-cloud-accounts.h"
#include "cloud/flow-cloud-error.h"
#include "cloud/flow-cloud-fanout.h"

G_BEGIN_DECLS

typedef struct _FlowCloud FlowCloud;
typedef struct _FlowCloudRoute FlowCloudRoute;

/**
 * FlowCloudCaller:
 * @user: the number of the user; 0 when the route is for everybody
 * @user_id: the user's id
 * @device: the number of the device
 * @device_id: the device's id, of %FLOW_CLOUD_ID_SIZE bytes
 * @device_hex: the same in hex
 * @device_state: live or retired
 * @session: the number of the session
 *
 * Who asks: what the access token says, looked up in the transaction that answers.
 */
typedef struct
{
  gint64 user;
  guint8 user_id[FLOW_CLOUD_ID_SIZE];
  gint64 device;
  guint8 device_id[FLOW_CLOUD_ID_SIZE];
  char device_hex[FLOW_CLOUD_ID_HEX];
  FlowCloudDeviceState device_state;
  gint64 session;
} FlowCloudCaller;

/**
 * FlowCloudRequest:
 * @cloud: whom it is put to
 * @route: what it is about
 * @caller: who asks
 * @instance: (nullable): the header `X-FlowScope-Instance`
 * @id: (nullable): what stands for `{id}` in the route's path, 32 hex digits in lower case
 * @query: (nullable): what stands behind the `?`
 * @json: (nullable): the body, when the route takes JSON: an object
 * @body: the body
 * @account: the number of the user whose password was right, on a route with a password; 0 elsewhere
 * @hash: (nullable): the hash of the password, on a route that makes one, or when the kept one is outdated
 * @peer: the address of who asks
 * @now_ms: when it came, ms since the epoch
 *
 * A request of the API, and its answer in the making. It belongs to one thread at a time.
 */
typedef struct
{
  FlowCloud *cloud;
  const FlowCloudRoute *route;
  FlowCloudCaller caller;
  char *instance;
  char *id;
  char *query;
  JsonObject *json;
  GBytes *body;
  gint64 account;
  char *hash;
  char *peer;
  gint64 now_ms;
} FlowCloudRequest;

void flow_cloud_request_answer_json (FlowCloudRequest *self, guint status, const GString *json);
void flow_cloud_request_answer_bytes (FlowCloudRequest *self, guint status, const char *content_type, GBytes *bytes);
void flow_cloud_request_answer_empty (FlowCloudRequest *self, guint status);
void flow_cloud_request_answer_error (FlowCloudRequest *self, FlowCloudError error, const char *message);
void flow_cloud_request_add_header (FlowCloudRequest *self, const char *name, const char *value);
void flow_cloud_request_publish (FlowCloudRequest *self, const FlowCloudNote *note);
void flow_cloud_request_forget (FlowCloudRequest *self);

G_END_DECLS

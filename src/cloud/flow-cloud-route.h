/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cloud/flow-cloud-request.h"
#include "cloud/flow-cloud-storage.h"

G_BEGIN_DECLS

/**
 * FlowCloudRouteFlags:
 * @FLOW_CLOUD_ROUTE_PUBLIC: nobody needs to be signed in
 * @FLOW_CLOUD_ROUTE_READS: it only reads; without, the handler runs in a transaction that writes
 * @FLOW_CLOUD_ROUTE_JSON: the body is a JSON object
 * @FLOW_CLOUD_ROUTE_BYTES: the body is `application/octet-stream`
 * @FLOW_CLOUD_ROUTE_PASSWORD: the member `password` of the JSON body is checked before the handler runs: against the
 *   caller's, or where there is none, against that of the member `user`
 * @FLOW_CLOUD_ROUTE_HASH: the member `password` is hashed before the handler runs
 *
 * What happens before a handler runs. A route without JSON and BYTES takes no body.
 */
typedef enum
{
  FLOW_CLOUD_ROUTE_PUBLIC = 1 << 0,
  FLOW_CLOUD_ROUTE_READS = 1 << 1,
  FLOW_CLOUD_ROUTE_JSON = 1 << 2,
  FLOW_CLOUD_ROUTE_BYTES = 1 << 3,
  FLOW_CLOUD_ROUTE_PASSWORD = 1 << 4,
  FLOW_CLOUD_ROUTE_HASH = 1 << 5,
} FlowCloudRouteFlags;

/**
 * FlowCloudHandler:
 * @request: a request whose caller is known and whose body is complete
 * @data: the storage, in the transaction of this request
 * @error: return location
 *
 * Answers a request, on a thread of the storage: fills in the answer with flow_cloud_request_answer_json() and its
 * sisters, and leaves what others are to hear with flow_cloud_request_publish(). Both go out after the commit.
 *
 * Returns: %FALSE with a %FLOW_CLOUD_ERROR when nothing of it must be kept; that is the answer then. Whoever wants to
 *   keep something and refuse nevertheless answers with flow_cloud_request_answer_error() and returns %TRUE
 */
typedef gboolean (*FlowCloudHandler) (FlowCloudRequest *request, FlowCloudData *data, GError **error);

/**
 * FlowCloudRoute:
 * @method: the method; GET answers HEAD too
 * @path: the path; `{id}` stands for 32 hex digits
 * @flags: what happens before
 * @max_body: most bytes of a body
 * @run: (nullable): who answers
 * @start: (nullable): answers instead of @run on the cloud's thread, when neither the storage nor the caller is needed
 *
 * A place of the API.
 */
struct _FlowCloudRoute
{
  const char *method;
  const char *path;
  FlowCloudRouteFlags flags;
  gsize max_body;
  FlowCloudHandler run;
  void (*start) (FlowCloudRequest *request);
};

/** FlowCloudRoutes: an array of routes that ends with one without a method. */
extern const FlowCloudRoute flow_cloud_auth_routes[];
extern const FlowCloudRoute flow_cloud_open_routes[];

G_END_DECLS

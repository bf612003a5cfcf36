/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libsoup/soup.h>

#include "cloud/flow-cloud-passwords.h"
#include "cloud/flow-cloud-request.h"
#include "cloud/flow-cloud-tokens.h"

G_BEGIN_DECLS

typedef struct _FlowCloudExchange FlowCloudExchange;

/**
 * FlowCloudBound:
 * @FLOW_CLOUD_BOUND_REQUESTS: requests under way
 * @FLOW_CLOUD_BOUND_BODIES: bytes of bodies in memory
 * @FLOW_CLOUD_BOUND_ANSWERS: bytes of answers in memory
 * @FLOW_CLOUD_BOUND_EXPORTS: answers that are files
 * @FLOW_CLOUD_BOUND_EXPORTING: threads of the storage that write such a file
 *
 * What requests have of what there is only so much of.
 */
typedef enum
{
  FLOW_CLOUD_BOUND_REQUESTS,
  FLOW_CLOUD_BOUND_BODIES,
  FLOW_CLOUD_BOUND_ANSWERS,
  FLOW_CLOUD_BOUND_EXPORTS,
  FLOW_CLOUD_BOUND_EXPORTING,
} FlowCloudBound;

#define FLOW_CLOUD_N_BOUNDS (FLOW_CLOUD_BOUND_EXPORTING + 1)

/**
 * FlowCloudExchange:
 * @request: what handlers see of it
 * @call: brings it back to the cloud's thread
 * @next: what is done with it there
 * @message: the request as HTTP, which has the exchange; whoever keeps the exchange for longer refers to the message
 * @claims: what the access token says; the session is looked up with it
 * @limit_keys: what was taken from the limiter and is given back when it was no guess
 * @name_key: (nullable): whose password it would be
 * @password: on its way to be checked or hashed
 * @started_us: when its head had come
 * @taken: what it has of what is bounded
 * @received: bytes of its body that have come
 * @allow: (nullable): what methods there are, when its own is none of them
 * @retry_s: in how many seconds it may be tried again, when it was too early; else 0
 * @status: HTTP status of the answer, 0 when there is none
 * @content_type: (nullable): type of @answer
 * @answer: (nullable): body of the answer
 * @headers: (nullable): further header lines: names and values by turns
 * @code: (nullable): the code of the error that it is answered with
 * @notes: (nullable): what is published when the transaction is durable
 * @forget: whether what it deleted is to be overwritten
 * @error: (nullable): why the storage kept nothing of it
 *
 * A request on its way through the cloud.
 */
struct _FlowCloudExchange
{
  FlowCloudRequest request;

  FlowCall call;
  void (*next) (FlowCloudExchange *exchange);
  SoupServerMessage *message;
  FlowCloudClaims claims;
  char *limit_keys[3];
  char *name_key;
  FlowCloudPassword password;
  gint64 started_us;
  guint64 taken[FLOW_CLOUD_N_BOUNDS];
  gsize received;

  char *allow;
  guint retry_s;
  guint status;
  const char *content_type;
  GBytes *answer;
  GPtrArray *headers;
  const char *code;
  GPtrArray *notes;
  gboolean forget;
  GError *error;
};

FlowCloudExchange *flow_cloud_exchange_new (FlowCloud *cloud, SoupServerMessage *message);
void flow_cloud_exchange_free (FlowCloudExchange *self);
void flow_cloud_exchange_fail (FlowCloudExchange *self, const GError *error);
const char *flow_cloud_exchange_get_header (FlowCloudExchange *self, const char *name);
void flow_cloud_exchange_publish (FlowCloudExchange *self);
void flow_cloud_exchange_forget (FlowCloudExchange *self);

G_END_DECLS

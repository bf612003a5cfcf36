/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cloud/flow-cloud-private.h"

G_BEGIN_DECLS

/*
 * FlowCloudWire: the engine of the cloud's WebSockets. What it hears it tells the cloud's thread, which knows each
 * connection as a FlowCloudSocket.
 */
struct _FlowCloudWire
{
  FlowCloud *cloud;
  const FlowCloudSocketHandler *handler;
  FlowWire *wire;
  GHashTable *sockets; /* connection -> FlowCloudSocket; the cloud thread's */
  gint64 look_again_us;
  gboolean looking;

  GMutex mutex;
  GCond cond;
  gboolean stopped;
};

/* What the wire's thread tells the cloud's: somebody with a token waits to be let in, or somebody without is in. */
typedef enum
{
  FLOW_CLOUD_NEWS_ARRIVED,
  FLOW_CLOUD_NEWS_OPENED,
  FLOW_CLOUD_NEWS_TEXT,
  FLOW_CLOUD_NEWS_CLOSED,
} FlowCloudNewsKind;

typedef struct
{
  FlowCall call;
  FlowCloudWire *wire;
  FlowCloudNewsKind kind;
  guint64 connection;
  FlowCloudClaims claims;
  char *instance;
  GBytes *text;
} FlowCloudNews;

/* flow-cloud-sockets.c; all on the cloud's thread */
void flow_cloud_sockets_init (FlowCloudWire *self);
void flow_cloud_sockets_clear (FlowCloudWire *self);
void flow_cloud_sockets_hear (FlowCloudWire *self, FlowCloudNews *news);

G_END_DECLS

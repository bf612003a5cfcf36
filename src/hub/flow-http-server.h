/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/flow-guesses.h"
#include "hub/flow-http-exchange.h"
#include "hub/flow-refusals.h"

G_BEGIN_DECLS

typedef struct _FlowHttpServer FlowHttpServer;

/**
 * FlowHttpLimits:
 * @connections: most connections at once; beyond, the oldest idle one is closed
 * @body_bytes: most bytes of request bodies in memory at once, over all connections
 * @head_ms: milliseconds a request's head may take
 * @stall_ms: milliseconds without progress after which a body is given up
 * @body_ms: milliseconds a body may take in all
 * @idle_ms: milliseconds a connection may be idle between requests
 *
 * The bounds of a server.
 */
typedef struct
{
  guint connections;
  gsize body_bytes;
  guint head_ms;
  guint stall_ms;
  guint body_ms;
  guint idle_ms;
} FlowHttpLimits;

/**
 * FlowHttpRoute:
 * @handler: (nullable): who answers, %NULL for nobody
 * @data: for the handler's functions
 */
typedef struct
{
  const FlowHttpHandler *handler;
  gpointer data;
} FlowHttpRoute;

/**
 * FlowHttpRouter:
 * @doorway: which listener the request came in by
 * @path: its path
 * @data: what was given with it
 *
 * Find who answers a path. Must always name a handler, also for paths that do not exist.
 */
typedef FlowHttpRoute (*FlowHttpRouter) (guint doorway, const char *path, gpointer data);

/**
 * FlowHttpStats:
 * @connections: connections that are open
 * @requests: requests whose head has come, since start
 * @active: requests that are not answered yet
 * @body_bytes: bytes of bodies in memory
 */
typedef struct
{
  guint connections;
  guint64 requests;
  guint active;
  gsize body_bytes;
} FlowHttpStats;

extern const FlowHttpLimits flow_http_default_limits;

FlowHttpServer *flow_http_server_new (const FlowHttpLimits *limits, FlowRefusals *refusals, FlowHttpRouter router,
                                      gpointer data, GError **error);
void flow_http_server_free (FlowHttpServer *self);
gboolean flow_http_server_listen (FlowHttpServer *self, guint doorway, GPtrArray *sockets, GError **error);
void flow_http_server_take (FlowHttpServer *self, int fd, guint doorway);
void flow_http_server_set_policy (FlowHttpServer *self, const FlowGuardPolicy *policy);
void flow_http_server_set_guesses (FlowHttpServer *self, FlowGuesses *guesses);
void flow_http_server_set_origin_asked (FlowHttpServer *self, void (*asked) (const char *origin, gpointer data),
                                        gpointer data);
void flow_http_server_stop (FlowHttpServer *self, guint wait_ms, void (*done) (gpointer data), gpointer data);
gboolean flow_http_server_is_stopping (FlowHttpServer *self);
void flow_http_server_get_stats (FlowHttpServer *self, FlowHttpStats *stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowHttpServer, flow_http_server_free)

G_END_DECLS

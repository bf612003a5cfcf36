/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libsoup/soup.h>

#include "hub/flow-http-server.h"

G_BEGIN_DECLS

/**
 * FlowHttpState:
 * @FLOW_HTTP_HEAD: a request's head is awaited or coming in
 * @FLOW_HTTP_BODY: a body is coming in
 * @FLOW_HTTP_WAITING: the request is complete, we owe the answer
 * @FLOW_HTTP_WRITING: the answer is on its way
 * @FLOW_HTTP_IDLE: between two requests
 * @FLOW_HTTP_LINGER: answered and shut, the rest of what was on its way is thrown away
 *
 * What a connection waits for, which decides how long it may.
 */
typedef enum
{
  FLOW_HTTP_HEAD,
  FLOW_HTTP_BODY,
  FLOW_HTTP_WAITING,
  FLOW_HTTP_WRITING,
  FLOW_HTTP_IDLE,
  FLOW_HTTP_LINGER,
} FlowHttpState;

/**
 * FlowHttpConnection:
 *
 * What the server knows of a TCP connection; goes with its socket.
 */
typedef struct
{
  FlowHttpServer *server; /* NULL when the server was freed first */
  GList link;             /* in the server's queue, oldest change first */
  GSocket *socket;        /* not owned: it owns this */
  FlowHttpExchange *exchange; /* not owned: the request under way */
  guint doorway;
  FlowPeerState peer;
  guint32 uid;
  FlowHttpState state;
  gint64 deadline_us; /* 0: none */
  gint64 body_end_us; /* the latest that a body's deadline may be moved to */
  gsize drain_left;
} FlowHttpConnection;

struct _FlowHttpExchange
{
  guint references;
  FlowHttpServer *server;
  FlowHttpConnection *connection; /* NULL with @msg */
  SoupServerMessage *msg;         /* not owned: it owns a reference on this; NULL when it is gone */
  FlowHttpHead head;
  FlowHttpRoute route;
  guint8 *body;
  gsize length;
  gsize capacity;
  gsize limit;
  gsize held;         /* bytes counted as memory of the server */
  gsize ignored;      /* bytes of the body that came after the answer */
  gulong chunk_handler;
  gboolean has_body;
  gboolean complete;  /* the whole request is in */
  gboolean answered;
  gboolean paused;
  gboolean ambiguous; /* where the body ends is not certain: close after the answer */
  gboolean counted;   /* among the server's active ones */
};

struct _FlowHttpServer
{
  SoupServer *soup;
  FlowHttpLimits limits;
  FlowHttpRouter router;
  gpointer router_data;
  FlowRefusals *refusals; /* not owned */
  FlowPeerUid *peers;
  FlowGuardPolicy policy; /* strings are the owner's */
  void (*origin_asked) (const char *origin, gpointer data);
  gpointer origin_data;
  GArray *listeners;
  GQueue connections;
  GSource *sweep;
  gint64 next_sweep_us;
  FlowHttpStats stats;
  gboolean stopping;
  gint64 stop_deadline_us; /* 0: nobody waits */
  void (*stopped) (gpointer data);
  gpointer stopped_data;
};

/* flow-http-connection.c */
FlowHttpConnection *flow_http_connection_for_socket (FlowHttpServer *server, GSocket *socket);
void flow_http_connection_set_state (FlowHttpConnection *self, FlowHttpState state);
void flow_http_connection_progress (FlowHttpConnection *self);
void flow_http_connection_close (FlowHttpConnection *self);
void flow_http_connection_answer_and_close (FlowHttpConnection *self, SoupServerMessage *msg);
void flow_http_connections_sweep (FlowHttpServer *server, gint64 now_us);
void flow_http_connections_make_room (FlowHttpServer *server);

/* flow-http-head.c */
void flow_http_head_parse (FlowHttpHead *self, SoupServerMessage *msg);
const char *flow_http_head_check_framing (const FlowHttpHead *self);

/* flow-http-exchange.c */
FlowHttpExchange *flow_http_exchange_new (FlowHttpConnection *connection, SoupServerMessage *msg);
void flow_http_exchange_start (FlowHttpExchange *self);
void flow_http_exchange_complete (FlowHttpExchange *self);
void flow_http_exchange_stalled (FlowHttpExchange *self);
void flow_http_exchange_finished (FlowHttpExchange *self);
void flow_http_exchange_gone (FlowHttpExchange *self);

/* flow-http-server.c */
void flow_http_server_arm (FlowHttpServer *self, gint64 deadline_us);
void flow_http_server_check_stopped (FlowHttpServer *self);

G_END_DECLS

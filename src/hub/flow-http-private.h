/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/flow-http-answer.h"
#include "hub/flow-http-chunks.h"
#include "hub/flow-http-server.h"
#include "hub/flow-poller.h"

G_BEGIN_DECLS

/**
 * FlowHttpState:
 * @FLOW_HTTP_IDLE: between two requests
 * @FLOW_HTTP_HEAD: a request's head is awaited or coming in
 * @FLOW_HTTP_BODY: a body is coming in
 * @FLOW_HTTP_WAITING: the request is complete, we owe the answer
 * @FLOW_HTTP_WRITING: the answer is on its way
 * @FLOW_HTTP_DRAIN: answered; the rest of a short body is thrown away, then the next request may come
 * @FLOW_HTTP_LINGER: answered and shut; what was on its way is thrown away
 *
 * What a connection waits for, which decides how long it may.
 */
typedef enum
{
  FLOW_HTTP_IDLE,
  FLOW_HTTP_HEAD,
  FLOW_HTTP_BODY,
  FLOW_HTTP_WAITING,
  FLOW_HTTP_WRITING,
  FLOW_HTTP_DRAIN,
  FLOW_HTTP_LINGER,
} FlowHttpState;

/**
 * FlowHttpConnection:
 *
 * A TCP connection: its bytes, its state, the request under way.
 */
typedef struct
{
  FlowHttpServer *server;
  GList link; /* in the server's queue, longest idle first */
  FlowPollWatch watch;
  int fd; /* -1: closed, freed as soon as nothing works on it */
  guint doorway;
  FlowPeerState peer;
  guint32 uid;

  guint busy; /* functions on the stack that use it */

  FlowHttpState state;
  gint64 deadline_us; /* 0: none */
  gint64 body_end_us; /* the latest that a body's deadline may be moved to */
  gboolean readable;  /* there may be more to read */
  gboolean hangup;    /* the peer sends no more than what is there */
  gboolean keep;      /* another request may follow */

  FlowHttpExchange *exchange; /* the request under way */
  FlowHttpChunks chunks;
  GByteArray *pending; /* came and is not used yet; NULL when there is nothing */
  gsize scanned;       /* of pending, looked at for the end of a head */
  gsize left;          /* LINGER, DRAIN: bytes that are thrown away at most */
  GByteArray *out;     /* of the answer, what the kernel did not take yet; NULL when there is nothing */
} FlowHttpConnection;

struct _FlowHttpExchange
{
  guint references;
  FlowHttpServer *server;         /* NULL with @connection */
  FlowHttpConnection *connection; /* NULL when nobody can be answered any more */
  FlowHttpHead head;
  FlowHttpRoute route;
  GString *headers; /* of the answer, NULL when there are none yet */
  guint8 *body;
  gsize length;
  gsize capacity;
  gsize limit;
  gsize held;        /* bytes counted as memory of the server */
  gint64 rest;       /* of the body, in bytes; -1 when it is chunked */
  gboolean complete; /* the whole request is in */
  gboolean answered;
  gboolean counted; /* among the server's active ones */
  GSource *late;    /* (nullable): the answer to a wrong token is on its way */
  char text[];      /* the head, which the strings are in */
};

struct _FlowHttpServer
{
  FlowHttpLimits limits;
  FlowHttpRouter router;
  gpointer router_data;
  FlowRefusals *refusals; /* not owned */
  FlowGuesses *guesses;   /* (nullable): not owned */
  FlowPoller *poller;
  FlowPeerUid *peers;
  FlowGuardPolicy policy; /* strings are the owner's */
  void (*origin_asked) (const char *origin, gpointer data);
  gpointer origin_data;
  GPtrArray *listeners;
  GQueue connections;
  GQueue again; /* of FlowHttpConnection: had its turn and has more to do */
  GSource *timer;
  gint64 next_sweep_us;
  FlowHttpStats stats;
  guint8 *scratch; /* what is read goes here first */
  GString *out;    /* where answers are put together */
  char date[40];
  gint64 date_s;
  gboolean stopping;
  gint64 stop_deadline_us; /* 0: nobody waits */
  void (*stopped) (gpointer data);
  gpointer stopped_data;
};

/** FLOW_HTTP_SCRATCH: size of a server's receive buffer. */
#define FLOW_HTTP_SCRATCH (256 * 1024)

/* flow-http-connection.c */
void flow_http_connection_new (FlowHttpServer *server, int fd, guint doorway);
void flow_http_connection_set_state (FlowHttpConnection *self, FlowHttpState state);
void flow_http_connection_run (FlowHttpConnection *self);
void flow_http_connection_close (FlowHttpConnection *self);
void flow_http_connection_send (FlowHttpConnection *self, const char *data, gsize length);
void flow_http_connection_answered (FlowHttpConnection *self);

/* flow-http-exchange.c */
FlowHttpExchange *flow_http_exchange_new (FlowHttpConnection *connection, const guint8 *text, gsize length);
void flow_http_exchange_start (FlowHttpExchange *self);
void flow_http_exchange_take (FlowHttpExchange *self, const guint8 *data, gsize length);
guint8 *flow_http_exchange_reserve (FlowHttpExchange *self, gsize *length);
void flow_http_exchange_received (FlowHttpExchange *self, gsize length);
void flow_http_exchange_complete (FlowHttpExchange *self);
void flow_http_exchange_abort (FlowHttpExchange *self, guint status, FlowError code, const char *reason,
                               const char *message);
void flow_http_exchange_finished (FlowHttpExchange *self);
void flow_http_exchange_gone (FlowHttpExchange *self);

/* flow-http-server.c */
void flow_http_server_arm (FlowHttpServer *self, gint64 deadline_us);
void flow_http_server_run_again (FlowHttpServer *self, FlowHttpConnection *connection);
void flow_http_server_check_stopped (FlowHttpServer *self);
const char *flow_http_server_get_date (FlowHttpServer *self);
void flow_http_server_refuse_text (FlowHttpServer *self, FlowHttpConnection *connection, FlowHttpProblem problem);

/* flow-http-sweep.c */
void flow_http_sweep (FlowHttpServer *server, gint64 now_us);
void flow_http_sweep_make_room (FlowHttpServer *server);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <uv.h>

#include "wire/flow-wire-out.h"
#include "wire/flow-wire.h"

G_BEGIN_DECLS

/* What a connection waits for. */
typedef enum
{
  FLOW_WIRE_HEAD,    /* the head of a request */
  FLOW_WIRE_WAITING, /* somebody's decision */
  FLOW_WIRE_OPEN,
  FLOW_WIRE_CLOSING, /* we said that we close, the peer has not answered */
  FLOW_WIRE_ENDING,  /* all is said: what waits is sent, and what comes is thrown away */
  FLOW_WIRE_LOST,    /* closed; freed at the end of the turn */
} FlowWireState;

/* What a connection's deadline is for. Each has a queue in which the first is due first. */
typedef enum
{
  FLOW_WIRE_DUE_HEAD,
  FLOW_WIRE_DUE_LOOK,
  FLOW_WIRE_DUE_WAITING,
  FLOW_WIRE_DUE_PING,
  FLOW_WIRE_DUE_PONG,
  FLOW_WIRE_DUE_CLOSE,
  FLOW_WIRE_N_DUE,
} FlowWireDue;

typedef struct
{
  guint8 length;
  guint8 data[FLOW_WIRE_MAX_CONTROL];
} FlowWirePong;

struct _FlowWireConnection
{
  uv_poll_t poll; /* first: libuv hands it to callbacks */
  FlowWire *wire;
  guint64 id;
  int fd;
  guint doorway;
  guint8 state;
  guint8 events; /* of libuv, that are watched */
  gboolean was_open : 1;
  gboolean known : 1;   /* to the hooks, which must hear when it is gone */
  gboolean dirty : 1;   /* among those that something is sent to at the end of the turn */
  gboolean again : 1;   /* among those that have received something that is not taken apart */
  gboolean blocked : 1; /* the kernel took not everything */
  gboolean paused : 1;
  gboolean shut : 1;    /* nothing is sent any more */
  gboolean no_more : 1; /* while paused: the peer has sent its last */
  guint8 due;
  GList link; /* in the queue of @due, when @due_ms is not 0 */
  gint64 due_ms;
  gint64 heard_ms;
  guint64 pinged_ns; /* when, 0: it is answered */
  guint64 taken;     /* HEAD: bytes that were there last time; ENDING: bytes thrown away */
  FlowWireReader reader;
  gsize held; /* counted as the reader's memory */
  FlowWireOut out;
  FlowWirePong *pong; /* waits until the peer takes something; only the last one is owed */
  char *accept;       /* WAITING: what the answer will say */
  gpointer data;
  guint code; /* of closing, for the hook */
  char *reason;
};

typedef enum
{
  FLOW_WIRE_POST_MESSAGE,
  FLOW_WIRE_POST_CLOSE,
  FLOW_WIRE_POST_VERDICT,
  FLOW_WIRE_POST_PAUSED,
  FLOW_WIRE_POST_INVOKE,
  FLOW_WIRE_POST_LISTEN,
  FLOW_WIRE_POST_STOP,
} FlowWirePostKind;

typedef struct
{
  FlowWirePostKind kind;
  guint64 connection;
  guint number; /* kind of a message, close code, whether paused, doorway */
  FlowWireSendFlags flags;
  GBytes *bytes;
  char *reason;
  FlowWireVerdict verdict;
  GPtrArray *sockets;
  void (*func) (gpointer data);
  gpointer data;
  GDestroyNotify destroy;
} FlowWirePost;

typedef struct
{
  uv_poll_t poll; /* first */
  FlowWire *wire;
  GSocket *socket;
  guint doorway;
} FlowWireListener;

struct _FlowWire
{
  FlowWireLimits limits;
  FlowWireHooks hooks;
  gpointer data;
  GThread *thread;

  /* Any thread's. */
  GMutex mutex;
  GArray *posts;
  gsize post_bytes;
  gboolean no_posts;
  uv_async_t async;

  /* The wire thread's. */
  uv_loop_t loop;
  uv_check_t check;
  uv_timer_t timer;
  gint64 timer_ms; /* when it goes off, 0: never */
  GArray *spare_posts;
  GPtrArray *listeners;
  GPtrArray *slots; /* connections by the low bits of their ids */
  GArray *free_slots;
  GQueue due[FLOW_WIRE_N_DUE];
  GPtrArray *dirty;
  GPtrArray *again;
  GPtrArray *lost; /* that the hook has not heard of */
  FlowWirePool pool;
  guint waiting;
  gint64 accept_again_ms; /* 0: accepting */
  gboolean warned;        /* that nothing can be accepted */
  gint64 stop_ms;         /* when what is still open is cut off; 0: not stopping */
  gboolean ended;
  FlowWireStats stats; /* written here, read anywhere: only with flow_wire_count() */
  guint8 scratch[FLOW_WIRE_SCRATCH];
};

/** flow_wire_count: add to a counter that other threads read. */
static inline void
flow_wire_count (guint64 *counter, gint64 n)
{
  __atomic_store_n (counter, *counter + (guint64) n, __ATOMIC_RELAXED);
}

/* flow-wire.c */
gint64 flow_wire_now (FlowWire *self);
void flow_wire_stop_now (FlowWire *self);
void flow_wire_end_turn (FlowWire *self);

/* flow-wire-due.c */
void flow_wire_due_set (FlowWireConnection *connection, FlowWireDue due, guint ms);
void flow_wire_due_clear (FlowWireConnection *connection);
void flow_wire_due_arm (FlowWire *self);
void flow_wire_due_timer_cb (uv_timer_t *timer);

/* flow-wire-listener.c */
void flow_wire_listeners_add (FlowWire *self, guint doorway, GPtrArray *sockets);
void flow_wire_listeners_resume (FlowWire *self);
void flow_wire_listeners_close (FlowWire *self);

/* flow-wire-post.c */
void flow_wire_posts_cb (uv_async_t *async);
void flow_wire_post_clear (gpointer post);
void flow_wire_posts_close (FlowWire *self);

/* flow-wire-handshake.c */
void flow_wire_handshake_look (FlowWireConnection *self, int events);
void flow_wire_handshake_decide (FlowWireConnection *self, const FlowWireVerdict *verdict);
void flow_wire_handshake_refuse (FlowWireConnection *self, guint status, const char *code, const char *message);

/* flow-wire-connection.c */
void flow_wire_connection_new (FlowWire *wire, int fd, guint doorway);
void flow_wire_connection_watch (FlowWireConnection *self);
void flow_wire_connection_opened (FlowWireConnection *self);
void flow_wire_connection_lose (FlowWireConnection *self, guint code, const char *reason);
int flow_wire_connection_release (FlowWireConnection *self);
void flow_wire_connection_end (FlowWireConnection *self);
void flow_wire_connection_report (FlowWireConnection *self);

/* flow-wire-receive.c */
void flow_wire_connection_receive (FlowWireConnection *self);
void flow_wire_connection_go_on (FlowWireConnection *self);

/* flow-wire-send.c */
void flow_wire_connection_touch (FlowWireConnection *self);
void flow_wire_connection_flush (FlowWireConnection *self);
void flow_wire_connection_send_raw (FlowWireConnection *self, const char *text, gsize length);
void flow_wire_connection_send_control (FlowWireConnection *self, FlowWireOpcode opcode, const void *data,
                                        gsize length);

G_END_DECLS

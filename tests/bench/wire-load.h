/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** WireLoad: what clients do to a server that routes by target. They send to each other in pairs. */
typedef struct
{
  guint port;
  gboolean nats;     /* they speak the protocol of NATS over WebSocket */
  const char *token; /* (nullable): they are channels of a hub that has this token */
  GPid server;       /* whose CPU is measured */
  guint connections; /* open */
  guint active;      /* of them that send; 0: all */
  guint stalled;     /* more of them, for which much waits and who read nothing */
  gsize size;        /* bytes a message */
  guint depth;       /* messages each has under way; 0: by the rate */
  double rate;       /* messages a second over all, whatever comes back */
  double seconds;
} WireLoad;

typedef struct
{
  double per_second;
  double cpu_us; /* of the server, a message */
  double p50_us;
  double p99_us;
  double kib_each; /* memory of the server for each connection while nothing happens */
} WireLoadResult;

void wire_load_run (const WireLoad *load, WireLoadResult *result);
char *wire_load_make_message (gsize size);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/flow-wire.h"
#include "ws-client.h"

G_BEGIN_DECLS

/* A wire with hooks that echo, note what they hear, and do what a test wants. */
typedef struct
{
  FlowWire *wire;
  guint port;
  FlowWireLimits limits;
  FlowWireHooks hooks;
  GMutex mutex;
  GCond cond;

  /* Under the mutex. */
  GString *heard;     /* a line for each thing the hooks heard */
  guint64 connection; /* the last that was opened, or waits */
  GArray *plain;      /* of int: sockets that were handed over */
  guint n_closed;
  guint n_messages;
  guint n_drained;
  guint n_overflows;
  gboolean stopped;
  FlowWireVerdict verdict; /* for each upgrade */
} WireTest;

void wire_test_start (WireTest *self, const FlowWireLimits *limits);
void wire_test_stop (WireTest *self);
void wire_test_free (WireTest *self);
guint64 wire_test_get_connection (WireTest *self);
void wire_test_wait (WireTest *self, const guint *counter, guint at_least);
void wire_test_wait_for (WireTest *self, const char *line);
void wire_test_wait_for_stats (WireTest *self, gboolean (*is_so) (const FlowWireStats *stats));
int wire_test_take_plain (WireTest *self);

G_END_DECLS

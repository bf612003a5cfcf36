/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdio.h>

G_BEGIN_DECLS

/** BenchServer: a program that prints its port, its process and its token when it is there, and ends with its input. */
typedef struct
{
  const char *name;
  char *argv[4];
  gboolean nats;
  GPid child;
  GPid pid; /* whose work it is; the child says so if it is not itself */
  FILE *in;
  int stop;
  guint port;
  char token[128]; /* of a hub; else empty */
} BenchServer;

void bench_server_start (BenchServer *self);
void bench_server_stop (BenchServer *self);

G_END_DECLS

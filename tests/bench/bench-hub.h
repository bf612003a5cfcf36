/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** BenchHub: a real hub in folders of its own. */
typedef struct
{
  char *folder;
  GSubprocess *process;
  GPid pid;
  guint16 port;
} BenchHub;

void bench_hub_start (BenchHub *self, const char *folder);
void bench_hub_stop (BenchHub *self);
double bench_hub_cpu_s (const BenchHub *self);

/** BenchLoad: posts to the hub over kept-alive loopback connections. */
typedef struct
{
  guint connections;
  guint bodies;  /* over all connections */
  guint spans;   /* a body */
  guint repeats; /* how often each body is sent, at least 1 */
  gboolean json;
  gboolean disguised; /* other bytes, the same spans: a field nobody knows at the end (protobuf) */
  guint64 seed;
  double *latencies_ms; /* (nullable): one for each body */
} BenchLoad;

typedef struct
{
  guint64 spans; /* accepted, repeats too */
  double wall_s;
  double hub_cpu_s;
} BenchLoadResult;

void bench_load_run (const BenchHub *hub, const BenchLoad *load, BenchLoadResult *result);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "bench/bench-server.h"
#include "bench/bench-util.h"
#include "bench/wire-load.h"
#include "message/flow-envelope.h"
#include "message/flow-utf8-check.h"

/* What a message costs on its way through the wire, and through the hub, beside the least that it can cost, Node.js,
 * and NATS, in the same run. CPU time of the server is what counts: how many a second there are depends on the clients
 * as well.
 * Arguments: the servers of the wire, the floor, the hub, and NATS, and the command for one in Node.js. Without
 * nats-server that one is left out. */

#define SECONDS 1.5

/* A fresh server for each measurement: none has to do with what another left. */
static WireLoadResult
run (BenchServer *server, WireLoad load)
{
  WireLoadResult result = { 0 };

  bench_server_start (server);
  load.nats = server->nats;
  load.token = server->token[0] != '\0' ? server->token : NULL;
  load.server = server->pid;
  load.port = server->port;
  wire_load_run (&load, &result);
  bench_server_stop (server);
  return result;
}

static const char *
judge (gboolean met)
{
  return met ? "ok" : "MISSED";
}

/* A rate is a goal for a core: what the server spends on a message must leave room for so many a second. */
static void
bench_routed (BenchServer *servers, guint n, const char *what, WireLoad load, double goal_per_second)
{
  double floor_us = 0, goal_us = 1e6 / goal_per_second;

  bench_title (what);
  for (guint i = 0; i < n; i++)
    {
      WireLoadResult result = run (&servers[i], load);
      g_autofree char *verdict = NULL;

      if (i == 0)
        floor_us = result.cpu_us;
      else
        verdict = g_strdup_printf ("  %.2fx the floor", result.cpu_us / floor_us);
      bench_row (servers[i].name, "%8.0f/s  %6.2f us CPU%s", result.per_second, result.cpu_us,
                 verdict != NULL ? verdict : "");
      if (i == 1)
        bench_row ("  goal", "%7.0fk/s  %6.2f us CPU  %s", goal_per_second / 1000, goal_us,
                   judge (result.cpu_us <= goal_us));
    }
}

static void
bench_idle (BenchServer *servers)
{
  WireLoad load = { .connections = 2, .active = 2, .size = 300, .depth = 1, .seconds = SECONDS };
  WireLoad crowd = load;

  crowd.connections = 10000;
  bench_title ("2 active, alone and among 10,000 that are idle: us CPU a message");
  for (guint i = 0; i < 2; i++)
    {
      double alone = run (&servers[i], load).cpu_us;
      WireLoadResult among = run (&servers[i], crowd);

      bench_row (servers[i].name, "%.2f, %.2f: %.2fx%s%s", alone, among.cpu_us, among.cpu_us / alone,
                 i == 1 ? "  goal at most 1.2x: " : "", i == 1 ? judge (among.cpu_us <= 1.2 * alone) : "");
      bench_row ("  memory for an idle connection", "%.2f KiB%s%s", among.kib_each, i == 1 ? "  goal 1 KiB: " : "",
                 i == 1 ? judge (among.kib_each <= 1) : "");
    }
}

static void
bench_latency (BenchServer *servers, guint n, const char *what, WireLoad load, double p50, double p99)
{
  bench_title (what);
  for (guint i = 0; i < n; i++)
    {
      WireLoadResult result = run (&servers[i], load);

      bench_row (servers[i].name, "p50 %.0f us, p99 %.0f us, %.2f us CPU%s%s", result.p50_us, result.p99_us,
                 result.cpu_us, i == 1 ? "  goal: " : "",
                 i == 1 ? judge (result.p50_us <= p50 && result.p99_us <= p99) : "");
    }
}

/* Whoever does not read costs the queue that waits for him, and nobody else's time. */
static void
bench_stalled (BenchServer *wire)
{
  WireLoad load = { .connections = 2, .size = 300, .depth = 1, .seconds = SECONDS };
  WireLoadResult alone = run (wire, load), beside;

  load.stalled = 10;
  beside = run (wire, load);
  bench_title ("a pair alone, and beside 10 readers that take nothing of 16 MB each");
  bench_row (wire->name, "p50 %.0f us, %.0f us; p99 %.0f us, %.0f us; %.2f us CPU, %.2f us CPU", alone.p50_us,
             beside.p50_us, alone.p99_us, beside.p99_us, alone.cpu_us, beside.cpu_us);
}

static void
bench_scan (gsize size, double goal_ns)
{
  const guint rounds = 2000000000u / (guint) (size * 8 + 1000);
  g_autofree char *text = wire_load_make_message (size);
  g_autofree char *what = g_strdup_printf ("a message of %" G_GSIZE_FORMAT " bytes", size);
  gsize length = strlen (text);
  double from, scan, check;
  guint found = 0;

  from = bench_cpu_s (0);
  for (guint i = 0; i < rounds; i++)
    {
      FlowEnvelope envelope;

      found += flow_envelope_scan (&envelope, text, length) == NULL && envelope.target.length == 6;
    }
  scan = (bench_cpu_s (0) - from) * 1e9 / rounds;
  from = bench_cpu_s (0);
  for (guint i = 0; i < rounds; i++)
    {
      FlowUtf8Check state = { 0 };

      found += (guint) flow_utf8_check (&state, (const guint8 *) text, length);
    }
  check = (bench_cpu_s (0) - from) * 1e9 / rounds;
  g_assert (found == 2 * rounds);
  bench_row (what, "envelope %.0f ns  goal %.0f ns: %s; UTF-8 %.0f ns", scan, goal_ns, judge (scan <= goal_ns), check);
}

int
main (int argc, char **argv)
{
  BenchServer servers[] = {
    { .name = "floor: epoll, no checks", .argv = { argv[2] } },
    { .name = "the wire", .argv = { argv[1], (char *) "route" } },
    { .name = "the hub, channel to channel", .argv = { argv[3] } },
    { .name = "node ws, JSON.parse and stringify", .argv = { argv[5], argv[6] } },
    { .name = "NATS, by subject", .argv = { argv[4] }, .nats = TRUE },
  };
  guint n = G_N_ELEMENTS (servers);
  g_autofree char *nats = g_find_program_in_path ("nats-server");
  struct rlimit limit;

  if (nats == NULL)
    {
      bench_row ("NATS", "not there; ./dev bench fetches Debian's");
      n--;
    }
  if (getrlimit (RLIMIT_NOFILE, &limit) == 0)
    {
      limit.rlim_cur = limit.rlim_max;
      (void) setrlimit (RLIMIT_NOFILE, &limit);
    }
  bench_routed (servers, n, "routed, 300 bytes, 64 connections, one under way each",
                (WireLoad) { .connections = 64, .size = 300, .depth = 1, .seconds = SECONDS }, 240000);
  bench_routed (servers, n, "routed, 300 bytes, 64 connections, 16 under way each",
                (WireLoad) { .connections = 64, .size = 300, .depth = 16, .seconds = SECONDS }, 1200000);
  bench_routed (servers, n, "routed, 300 bytes, 1,000 connections",
                (WireLoad) { .connections = 1000, .size = 300, .depth = 1, .seconds = SECONDS }, 140000);
  bench_routed (servers, n, "routed, 4 KiB, 64 connections, one under way each",
                (WireLoad) { .connections = 64, .size = 4096, .depth = 1, .seconds = SECONDS }, 100000);
  bench_idle (servers);
  bench_latency (servers, n, "round trip of one connection (goal 27 us, 60 us)",
                 (WireLoad) { .connections = 1, .size = 300, .depth = 1, .seconds = SECONDS }, 27, 60);
  bench_latency (servers, n, "5,000 a second over 1,000 connections (goal 100 us, 350 us)",
                 (WireLoad) { .connections = 1000, .size = 300, .rate = 5000, .seconds = SECONDS }, 100, 350);
  bench_stalled (&servers[1]);
  bench_title ("what looking at a message costs");
  bench_scan (300, 150);
  bench_scan (4096, 1300);
  return 0;
}

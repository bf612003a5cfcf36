/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/bench-server.h"
#include "bench/bench-text.h"
#include "bench/bench-util.h"
#include "bench/edit-load.h"

/* What editing a page's text in an editor costs: the work on texts, beside other libraries, and a letter's way from a
 * page through a hub to the editor and onto the disk.
 * Arguments: the program that starts a hub, the command for node, and its script. */

#define SECONDS 4
/* Fast typing, in every field at once. */
#define RATE 10
#define TEXT_SIZE 4096
/* People see no delay below this. */
#define GOAL_US 50000

static void
bench_sessions (char *hub, guint sessions)
{
  BenchServer server = { .name = "the hub", .argv = { hub } };
  g_autofree char *title = g_strdup_printf ("%u %s of 4 KiB, %d letters a second in each", sessions,
                                            sessions == 1 ? "field" : "fields", RATE);
  EditLoadResult result = { 0 };
  EditLoad load = { .sessions = sessions, .text_size = TEXT_SIZE, .rate = RATE, .seconds = SECONDS };

  bench_server_start (&server);
  load.port = server.port;
  load.token = server.token;
  load.hub = server.pid;
  edit_load_run (&load, &result);
  bench_server_stop (&server);
  bench_title (title);
  bench_row ("from the page to the editor", "p50 %.0f us, p99 %.0f us of %u letters  goal 50 ms: %s",
             result.editor_p50_us, result.editor_p99_us, result.letters,
             result.editor_p99_us <= GOAL_US ? "ok" : "MISSED");
  bench_row ("from the page to the disk and back", "p50 %.2f ms, p99 %.2f ms", result.kept_p50_us / 1000,
             result.kept_p99_us / 1000);
  bench_row ("CPU of the hub", "%.1f us a letter", result.cpu_us);
  if (sessions > 1)
    bench_row ("memory of the hub", "%.1f KiB a session, with its connection", result.kib_each);
}

int
main (int argc, char **argv)
{
  bench_text (argv + 2);
  bench_sessions (argv[1], 1);
  bench_sessions (argv[1], 20);
  bench_sessions (argv[1], 200);
  return 0;
}

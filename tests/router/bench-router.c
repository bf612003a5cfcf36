/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a message costs that must arrive: CPU time of all threads from its coming to its acknowledgement, through
 * router, outbox and database, beside the same rows on a bare connection, and beside a message that need not.
 */

#include "router-test.h"

#include <time.h>

#include "router/flow-outbox.h"
#include "router/flow-outbox-sqlite.h"
#include "store/flow-database.h"
#include "store/flow-statement.h"
#include "support/test-folder.h"

#define MESSAGES 3000
#define RUNS 2
#define FILLER 200

typedef struct
{
  FlowContext *context;
  GMainContext *main;
  FlowCallQueue *calls;
  FlowStore *store;
  FlowOutboxSqlite *outbox;
  FlowRouter *router;
  TestChannel *sender;
  TestChannel *receiver;
  guint n;
} Bench;

static double
cpu_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e6 + (double) now.tv_nsec / 1e3;
}

static void
set_up (Bench *b)
{
  static const FlowRouterFuncs funcs = { 0 };
  g_autoptr (GError) error = NULL;

  *b = (Bench) { .context = test_context_new (), .main = g_main_context_new () };
  b->calls = flow_call_queue_new (b->main, "bench-calls");
  b->store = flow_store_new (b->context);
  b->outbox = flow_outbox_sqlite_new (b->store, flow_context_get_database_path (b->context), b->calls);
  if (!flow_store_open (b->store, &error))
    g_error ("%s", error->message);
  b->router = flow_router_new (NULL, &funcs, NULL);
  if (!flow_router_open (b->router, flow_outbox_sqlite_get_store (b->outbox), &error))
    g_error ("%s", error->message);
  b->sender = test_channel_new ("cli/s", NULL);
  b->receiver = test_channel_new ("editor/r", NULL);
  flow_router_add_channel (b->router, FLOW_CHANNEL (b->sender));
  flow_router_add_channel (b->router, FLOW_CHANNEL (b->receiver));
}

static void
tear_down (Bench *b)
{
  flow_router_free (b->router);
  flow_store_close (b->store);
  flow_call_queue_free (b->calls);
  flow_outbox_sqlite_free (b->outbox);
  g_object_unref (b->store);
  g_object_unref (b->sender);
  g_object_unref (b->receiver);
  g_main_context_unref (b->main);
  test_context_remove (b->context);
}

/* What the wire's thread does with a message that came is not counted. */
static GPtrArray *
make_messages (Bench *b, const char *members)
{
  GPtrArray *messages = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_message_unref);

  for (guint i = 0; i < MESSAGES; i++)
    {
      g_autofree char *id = g_strdup_printf ("0198c7a0-0000-7000-8000-%012u", b->n++);

      g_ptr_array_add (messages, test_message ("note", "cli/s", id, "editor/r", members));
    }
  return messages;
}

/* What it was sent is acknowledged; returns how many that were. */
static guint
acknowledge (Bench *b)
{
  FlowMessage *message;
  guint n = 0;

  while ((message = test_channel_take (b->receiver)) != NULL)
    {
      g_autofree char *members = g_strdup_printf (",\"data\":{\"id\":\"%s\"}", flow_message_get_id (message));
      g_autoptr (FlowMessage) ack = test_message ("ack", "editor/r", "a", NULL, members);

      flow_router_route (b->router, FLOW_CHANNEL (b->receiver), ack);
      flow_message_unref (message);
      n++;
    }
  return n;
}

/* With so many under way; CPU us a message. */
static double
run_acked (Bench *b, guint outstanding, double *wall_us, guint *commits)
{
  g_autofree char *filler = g_strnfill (FILLER, 'x');
  g_autofree char *members = g_strdup_printf (",\"ack\":true,\"data\":{\"text\":\"%s\"}", filler);
  double best = G_MAXDOUBLE;

  *wall_us = G_MAXDOUBLE;
  for (guint r = 0; r < RUNS; r++)
    {
      g_autoptr (GPtrArray) messages = make_messages (b, members);
      guint sent = 0, done = 0;
      FlowStoreStats before, after;
      double start = cpu_us ();
      gint64 from_us = g_get_monotonic_time ();

      flow_store_get_stats (b->store, &before);
      while (done < MESSAGES)
        {
          for (; sent < MESSAGES && sent - done < outstanding; sent++)
            flow_router_route (b->router, FLOW_CHANNEL (b->sender), g_ptr_array_index (messages, sent));
          done += acknowledge (b);
          if (sent == MESSAGES || sent - done == outstanding)
            g_main_context_iteration (b->main, done < MESSAGES);
          test_channel_clear (b->sender);
        }
      flow_store_get_stats (b->store, &after);
      *commits = (guint) (after.commits - before.commits);
      best = MIN (best, (cpu_us () - start) / MESSAGES);
      *wall_us = MIN (*wall_us, (double) (g_get_monotonic_time () - from_us) / MESSAGES);
    }
  return best;
}

static double
run_plain (Bench *b)
{
  double best = G_MAXDOUBLE;

  for (guint r = 0; r < RUNS; r++)
    {
      g_autoptr (GPtrArray) messages = make_messages (b, "");
      double start = cpu_us ();

      for (guint i = 0; i < MESSAGES; i++)
        flow_router_route (b->router, FLOW_CHANNEL (b->sender), g_ptr_array_index (messages, i));
      best = MIN (best, (cpu_us () - start) / MESSAGES);
      test_channel_clear (b->receiver);
    }
  return best;
}

/* The same rows come and go on one connection, many a commit. */
static double
run_bare (Bench *b, guint rows_a_commit)
{
  static const char *const texts[] = {
    "INSERT INTO outbox VALUES (?1, 'cli/s', ?1, 'editor/r', 'note', 5, 1, 2, 300, 'editor/r', ?1, 1, zeroblob (300))",
    "INSERT INTO message_seen VALUES ('cli/s', ?1, 1, 1)",
    "DELETE FROM outbox WHERE number = ?1",
  };
  g_autoptr (sqlite3) db = flow_database_open_writer (flow_context_get_database_path (b->context), G_MAXINT, NULL);
  sqlite3_stmt *statements[G_N_ELEMENTS (texts)];
  double start;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_true (flow_sql_prepare_text (db, texts[i], &statements[i], NULL));
  start = cpu_us ();
  for (guint i = 0; i < MESSAGES; i++)
    {
      if (i % rows_a_commit == 0)
        flow_store_begin (db, NULL);
      for (guint k = 0; k < G_N_ELEMENTS (texts); k++)
        {
          sqlite3_reset (statements[k]);
          sqlite3_bind_int64 (statements[k], 1, 1000000 + i);
          g_assert_true (flow_sql_step_done (statements[k], NULL));
        }
      if ((i + 1) % rows_a_commit == 0)
        flow_store_commit (db, NULL);
    }
  start = (cpu_us () - start) / MESSAGES;
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    sqlite3_finalize (statements[i]);
  return start;
}

int
main (int argc, char **argv)
{
  static const guint outstanding[] = { 1, 16, FLOW_OUTBOX_WINDOW, 1000 };
  Bench b;
  double us, wall_us;
  guint commits;

  set_up (&b);
  g_print ("without ack, to a channel that is there     %8.2f us\n", run_plain (&b));
  for (guint i = 0; i < G_N_ELEMENTS (outstanding); i++)
    {
      us = run_acked (&b, outstanding[i], &wall_us, &commits);
      g_print ("with ack, %4u under way                    %8.2f us CPU, %8.2f us wall, %.1f messages a commit\n",
               outstanding[i], us, wall_us, (double) MESSAGES / commits);
    }
  flow_store_close (b.store);
  g_print ("floor: the same rows, %4d a commit         %8.2f us CPU\n", FLOW_OUTBOX_WINDOW,
           run_bare (&b, FLOW_OUTBOX_WINDOW));
  tear_down (&b);
  return 0;
}

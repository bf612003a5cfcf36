/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "base/flow-worker.h"

typedef struct
{
  FlowWorker *worker;
  GArray *seen;
  int next;
  int destroyed;
} Log;

typedef struct
{
  Log *log;
  int number;
} Item;

static void
append_cb (gpointer data)
{
  Item *item = data;

  g_assert_true (flow_worker_is_current (item->log->worker));
  g_assert_true (g_main_context_get_thread_default () == flow_worker_get_context (item->log->worker));
  g_array_append_val (item->log->seen, item->number);
}

static void
item_free (gpointer data)
{
  Item *item = data;

  g_atomic_int_inc (&item->log->destroyed);
  g_free (item);
}

static gboolean
post (Log *log, int number)
{
  Item *item = g_new (Item, 1);

  *item = (Item) { log, number };
  return flow_worker_invoke (log->worker, append_cb, item, item_free);
}

static void
test_order (void)
{
  Log log = { .worker = flow_worker_new ("test"), .seen = g_array_new (FALSE, FALSE, sizeof (int)) };

  g_assert_false (flow_worker_is_current (log.worker));
  for (int i = 0; i < 1000; i++)
    g_assert_true (post (&log, i));

  /* Everything that was accepted has run when stop returns. */
  flow_worker_stop (log.worker);
  g_assert_cmpint (log.seen->len, ==, 1000);
  for (int i = 0; i < 1000; i++)
    g_assert_cmpint (g_array_index (log.seen, int, i), ==, i);
  g_assert_cmpint (log.destroyed, ==, 1000);

  g_assert_false (post (&log, 1001));
  g_assert_cmpint (log.destroyed, ==, 1001);
  flow_worker_stop (log.worker);
  flow_worker_free (log.worker);
  g_array_unref (log.seen);
}

static void
count_cb (gpointer data)
{
  Log *log = data;

  g_assert_true (flow_worker_is_current (log->worker));
  log->next++;
}

static void
nested_cb (gpointer data)
{
  Log *log = data;

  /* On the thread itself a call runs in place instead of waiting for itself. */
  flow_worker_call (log->worker, count_cb, log);
  flow_worker_invoke (log->worker, count_cb, log, NULL);
}

static void
test_call (void)
{
  Log log = { .worker = flow_worker_new ("test") };

  flow_worker_call (log.worker, count_cb, &log);
  g_assert_cmpint (log.next, ==, 1);
  flow_worker_call (log.worker, nested_cb, &log);
  flow_worker_call (log.worker, count_cb, &log);
  g_assert_cmpint (log.next, ==, 4);
  flow_worker_free (log.worker);
}

static gpointer
posting_thread (gpointer data)
{
  Log *log = data;

  for (int i = 0; i < 500; i++)
    post (log, i);
  return NULL;
}

static void
test_many_threads (void)
{
  Log log = { .worker = flow_worker_new ("test"), .seen = g_array_new (FALSE, FALSE, sizeof (int)) };
  GThread *threads[4];

  for (int i = 0; i < 4; i++)
    threads[i] = g_thread_new ("poster", posting_thread, &log);
  for (int i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  flow_worker_free (log.worker);
  g_assert_cmpint (log.seen->len, ==, 2000);
  g_array_unref (log.seen);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/worker/order", test_order);
  g_test_add_func ("/base/worker/call", test_call);
  g_test_add_func ("/base/worker/many-threads", test_many_threads);
  return g_test_run ();
}

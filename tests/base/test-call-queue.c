/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "base/flow-call-queue.h"

#define PER_THREAD 10000
#define THREADS 3

typedef struct
{
  FlowCallQueue *queue;
  GThread *home;
  guint seen; /* touched on the home thread only */
} Sender;

typedef struct
{
  FlowCall call;
  Sender *sender;
  guint number;
} Numbered;

static void
numbered_run (FlowCall *call)
{
  Numbered *self = (Numbered *) call;

  g_assert_true (g_thread_self () == self->sender->home);
  g_assert_cmpuint (self->sender->seen, ==, self->number);
  self->sender->seen++;
  g_free (self);
}

static void
push (Sender *sender, guint number)
{
  Numbered *call = g_new0 (Numbered, 1);

  call->call.run = numbered_run;
  call->sender = sender;
  call->number = number;
  flow_call_queue_push (sender->queue, &call->call);
}

static gpointer
send_thread (gpointer data)
{
  for (guint i = 0; i < PER_THREAD; i++)
    push (data, i);
  return NULL;
}

/* Each thread's calls run in order, on the queue's thread, and none is lost. */
static void
test_many_threads (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (FlowCallQueue) queue = flow_call_queue_new (context, "test");
  Sender senders[THREADS];
  GThread *threads[THREADS];
  guint total = 0;

  for (guint i = 0; i < THREADS; i++)
    {
      senders[i] = (Sender) { queue, g_thread_self (), 0 };
      threads[i] = g_thread_new ("sender", send_thread, &senders[i]);
    }
  while (total < THREADS * PER_THREAD)
    {
      g_main_context_iteration (context, TRUE);
      total = 0;
      for (guint i = 0; i < THREADS; i++)
        total += senders[i].seen;
    }
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
}

static void
test_free_runs_the_rest (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  FlowCallQueue *queue = flow_call_queue_new (context, "test");
  Sender sender = { queue, g_thread_self (), 0 };

  for (guint i = 0; i < 3; i++)
    push (&sender, i);
  flow_call_queue_free (queue);
  g_assert_cmpuint (sender.seen, ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/call-queue/many-threads", test_many_threads);
  g_test_add_func ("/call-queue/free-runs-the-rest", test_free_runs_the_rest);

  return g_test_run ();
}

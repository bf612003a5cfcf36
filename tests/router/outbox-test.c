/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "outbox-test.h"

static void
wake_cb (FlowRouter *router, gint64 due_us, gpointer data)
{
  OutboxTest *f = data;

  g_assert_cmpint (due_us, <, f->due_us);
  f->due_us = due_us;
}

static const FlowRouterFuncs funcs = { .wake = wake_cb };

TestChannel *
outbox_test_join (OutboxTest *f, const char *name)
{
  g_autoptr (TestChannel) channel = test_channel_new (name, NULL);

  flow_router_add_channel (f->router, FLOW_CHANNEL (channel));
  return g_steal_pointer (&channel);
}

void
outbox_test_leave (OutboxTest *f, TestChannel **channel)
{
  flow_router_remove_channel (f->router, FLOW_CHANNEL (*channel));
  g_clear_object (channel);
}

void
outbox_test_open (OutboxTest *f)
{
  f->due_us = G_MAXINT64;
  f->router = flow_router_new (&f->clock.clock, &funcs, f);
  g_assert_true (flow_router_open (f->router, test_store_get (f->store), NULL));
  f->sender = outbox_test_join (f, "cli/s");
}

void
outbox_test_close (OutboxTest *f)
{
  g_clear_object (&f->sender);
  flow_router_free (f->router);
}

void
outbox_test_set_up (OutboxTest *f, gconstpointer data)
{
  f->sent = 0;
  f->store = test_store_new ();
  test_clock_init (&f->clock);
  outbox_test_open (f);
}

void
outbox_test_tear_down (OutboxTest *f, gconstpointer data)
{
  outbox_test_close (f);
  test_store_free (f->store);
}

/* What is due happens when it is. */
void
outbox_test_wait_s (OutboxTest *f, gint64 seconds)
{
  gint64 until_us = f->clock.now_us + seconds * G_USEC_PER_SEC;

  while (f->due_us <= until_us)
    {
      f->clock.now_us = MAX (f->clock.now_us, f->due_us);
      f->due_us = G_MAXINT64;
      f->due_us = flow_router_tick (f->router);
      test_store_settle (f->store);
    }
  f->clock.now_us = until_us;
}

void
outbox_test_route (OutboxTest *f, FlowMessage *message)
{
  flow_router_route (f->router, FLOW_CHANNEL (f->sender), message);
}

/* Send the next message, m1, m2 ..., from cli/s. */
void
outbox_test_send (OutboxTest *f, const char *target, const char *members)
{
  g_autofree char *id = g_strdup_printf ("m%u", ++f->sent);
  g_autoptr (FlowMessage) message = test_message ("note", "cli/s", id, target, members);

  outbox_test_route (f, message);
}

void
outbox_test_ack (OutboxTest *f, TestChannel *from, const char *id)
{
  g_autofree char *members = g_strdup_printf (",\"data\":{\"id\":\"%s\"}", id);
  g_autoptr (FlowMessage) message = test_message ("ack", flow_channel_get_name (FLOW_CHANNEL (from)), "a", NULL,
                                                  members);

  flow_router_route (f->router, FLOW_CHANNEL (from), message);
}

void
outbox_test_assert_got (TestChannel *channel, const char *id, guint64 seq)
{
  g_autoptr (FlowMessage) message = test_channel_take (channel);

  g_assert_nonnull (message);
  g_assert_cmpstr (flow_message_get_id (message), ==, id);
  g_assert_cmpuint (flow_message_get_seq (message), ==, seq);
}

void
outbox_test_assert_nothing (TestChannel *channel)
{
  g_assert_cmpuint (test_channel_get_n (channel), ==, 0);
}

void
outbox_test_assert_heard (OutboxTest *f, const char *member, const char *value)
{
  test_channel_assert_takes (f->sender, g_str_equal (member, "state") ? "ack" : "error", member, value);
}

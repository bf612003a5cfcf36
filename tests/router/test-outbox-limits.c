/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "outbox-test.h"

#include "router/flow-outbox.h"

#define ACK ",\"ack\":true"

static void
test_window_of_bytes (OutboxTest *f, gconstpointer data)
{
  g_autofree char *filler = g_strnfill (FLOW_OUTBOX_WINDOW_BYTES / 2, 'x');
  g_autofree char *members = g_strdup_printf (ACK ",\"data\":{\"text\":\"%s\"}", filler);
  g_autoptr (TestChannel) receiver = outbox_test_join (f, "editor/r");

  outbox_test_send (f, "editor/r", members);
  outbox_test_send (f, "editor/r", members);
  outbox_test_send (f, "editor/r", ACK);
  test_store_settle (f->store);
  outbox_test_assert_got (receiver, "m1", 1);
  outbox_test_assert_nothing (receiver);
  outbox_test_ack (f, receiver, "m1");
  test_store_settle (f->store);
  outbox_test_assert_got (receiver, "m2", 2);
  outbox_test_assert_got (receiver, "m3", 3);
}

static void
test_full_of_messages (OutboxTest *f, gconstpointer data)
{
  for (guint i = 0; i < FLOW_OUTBOX_TARGET_MESSAGES; i++)
    {
      outbox_test_send (f, "editor/r", i == 1 ? ACK ",\"priority\":4" : ACK ",\"priority\":5");
      if (i % 100 == 99)
        test_store_settle (f->store);
    }
  test_channel_clear (f->sender);

  /* The only one of the lowest priority goes first. */
  outbox_test_send (f, "editor/r", ACK ",\"priority\":5");
  test_store_settle (f->store);
  g_assert_cmpstr (test_store_get_reason (f->store, "cli/s", "m2"), ==, "queue_full");
  outbox_test_assert_heard (f, "code", "queue_full");
  outbox_test_assert_heard (f, "state", "stored");
  /* Then the oldest. */
  outbox_test_send (f, "editor/r", ACK ",\"priority\":6");
  test_store_settle (f->store);
  g_assert_cmpstr (test_store_get_reason (f->store, "cli/s", "m1"), ==, "queue_full");
  test_channel_clear (f->sender);
  /* What is worth less than all that waits does not come in. */
  outbox_test_send (f, "editor/r", ACK ",\"priority\":3");
  outbox_test_assert_heard (f, "code", "queue_full");
  g_assert_cmpuint (test_store_get_pending (f->store), ==, 0);
  g_assert_cmpuint (test_store_get_kept (f->store), ==, FLOW_OUTBOX_TARGET_MESSAGES);
  /* Another target has room. */
  outbox_test_send (f, "editor/q", ACK ",\"priority\":3");
  test_store_settle (f->store);
  outbox_test_assert_heard (f, "state", "stored");
}

/* All targets together are bounded, and nobody loses a message for somebody else's. */
static void
test_full_of_targets (OutboxTest *f, gconstpointer data)
{
  FlowRouterStats stats;

  for (guint i = 0; i < FLOW_OUTBOX_ALL_MESSAGES; i++)
    {
      g_autofree char *target = g_strdup_printf ("editor/%u", i % 10);

      outbox_test_send (f, target, ACK);
      if (i % 100 == 99)
        test_store_settle (f->store);
    }
  test_channel_clear (f->sender);
  outbox_test_send (f, "editor/new", ACK ",\"priority\":9");
  outbox_test_assert_heard (f, "code", "queue_full");
  flow_router_get_stats (f->router, &stats);
  g_assert_cmpuint (stats.waiting, ==, FLOW_OUTBOX_ALL_MESSAGES);
  g_assert_cmpuint (stats.dead, ==, 0);
}

/* Who is away the longest is forgotten; whoever is not known is counted from where he may have been. */
static void
test_forgets_names (OutboxTest *f, gconstpointer data)
{
  for (guint i = 0; i < 20001; i++)
    {
      g_autofree char *name = g_strdup_printf ("editor/%u", i);
      TestChannel *receiver = outbox_test_join (f, name);

      for (guint k = 0; k < (i == 0 ? 3 : 1); k++)
        {
          g_autofree char *id = g_strdup_printf ("m%u", f->sent + 1);

          outbox_test_send (f, name, ACK);
          test_store_settle (f->store);
          outbox_test_ack (f, receiver, id);
        }
      test_store_settle (f->store);
      outbox_test_leave (f, &receiver);
      f->clock.now_us++;
    }
  g_assert_cmpuint (flow_router_get_seq (f->router, "editor/nobody"), ==, 0);
  outbox_test_wait_s (f, 601);
  g_assert_cmpuint (flow_router_get_seq (f->router, "editor/nobody"), ==, 3);
  g_assert_cmpuint (flow_router_get_seq (f->router, "editor/0"), ==, 3);
  g_assert_cmpuint (flow_router_get_seq (f->router, "editor/20000"), ==, 1);
}

static void
test_full_of_bytes (OutboxTest *f, gconstpointer data)
{
  g_autofree char *filler = g_strnfill (8 * 1024 * 1024, 'x');
  g_autofree char *members = g_strdup_printf (ACK ",\"data\":{\"text\":\"%s\"}", filler);

  for (guint i = 0; i < 8; i++)
    {
      outbox_test_send (f, "editor/r", members);
      test_store_settle (f->store);
    }
  g_assert_cmpstr (test_store_get_reason (f->store, "cli/s", "m1"), ==, "queue_full");
  g_assert_cmpuint (test_store_get_kept (f->store), ==, 7);
}

static void
test_too_large (OutboxTest *f, gconstpointer data)
{
  g_autofree char *filler = g_strnfill (FLOW_ROUTER_MAX_MESSAGE, 'x');
  g_autofree char *members = g_strdup_printf (ACK ",\"data\":{\"text\":\"%s\"}", filler);

  outbox_test_send (f, "editor/r", members);
  outbox_test_assert_heard (f, "code", "too_large");
}

static void
test_dead_letters_are_bounded (OutboxTest *f, gconstpointer data)
{
  for (guint i = 0; i < FLOW_OUTBOX_DEAD_LETTERS + 20; i++)
    outbox_test_send (f, "editor/r", ACK ",\"expires\":\"2027-01-15T09:00:10Z\"");
  test_store_settle (f->store);
  outbox_test_wait_s (f, 20);
  g_assert_cmpuint (test_store_get_dead (f->store), ==, FLOW_OUTBOX_DEAD_LETTERS);
  g_assert_null (test_store_get_reason (f->store, "cli/s", "m20"));
  g_assert_nonnull (test_store_get_reason (f->store, "cli/s", "m21"));
}

#define ADD(name, func) \
  g_test_add ("/router/outbox-limits/" name, OutboxTest, NULL, outbox_test_set_up, func, outbox_test_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("window-of-bytes", test_window_of_bytes);
  ADD ("full-of-messages", test_full_of_messages);
  ADD ("full-of-targets", test_full_of_targets);
  ADD ("forgets-names", test_forgets_names);
  ADD ("full-of-bytes", test_full_of_bytes);
  ADD ("too-large", test_too_large);
  ADD ("dead-letters-are-bounded", test_dead_letters_are_bounded);
  return g_test_run ();
}

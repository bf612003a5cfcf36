/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "outbox-test.h"

#include "base/flow-error.h"
#include "router/flow-outbox.h"

#define ACK ",\"ack\":true"

static void
test_stored_then_sent (OutboxTest *f, gconstpointer data)
{
  g_autoptr (TestChannel) receiver = outbox_test_join (f, "editor/r");

  outbox_test_send (f, "editor/r", ACK);
  outbox_test_assert_nothing (receiver);
  outbox_test_assert_nothing (f->sender);
  test_store_commit (f->store, FALSE);
  outbox_test_assert_nothing (receiver);
  test_store_tell (f->store);
  outbox_test_assert_heard (f, "state", "stored");
  outbox_test_assert_got (receiver, "m1", 1);

  outbox_test_ack (f, receiver, "m1");
  outbox_test_assert_nothing (f->sender);
  test_store_settle (f->store);
  outbox_test_assert_heard (f, "state", "handled");
  g_assert_cmpuint (test_store_get_kept (f->store), ==, 0);
}

static void
test_refused (OutboxTest *f, gconstpointer data)
{
  g_autoptr (TestChannel) receiver = outbox_test_join (f, "editor/r");

  outbox_test_send (f, "editor/r", ACK);
  outbox_test_send (f, "editor/r", ACK);
  test_store_commit (f->store, TRUE);
  test_store_settle (f->store);
  outbox_test_assert_heard (f, "code", "busy");
  outbox_test_assert_heard (f, "state", "stored");
  outbox_test_assert_got (receiver, "m2", 2);
}

static void
test_repeated (OutboxTest *f, gconstpointer data)
{
  g_autoptr (FlowMessage) message = test_message ("note", "cli/s", "m", "editor/r", ACK);
  g_autoptr (TestChannel) receiver = NULL;

  outbox_test_route (f, message);
  outbox_test_route (f, message);
  test_store_settle (f->store);
  outbox_test_assert_heard (f, "state", "stored");
  outbox_test_assert_heard (f, "state", "stored");
  g_assert_cmpuint (test_store_get_kept (f->store), ==, 1);

  receiver = outbox_test_join (f, "editor/r");
  test_store_settle (f->store);
  outbox_test_assert_got (receiver, "m", 1);
  outbox_test_assert_nothing (receiver);
  outbox_test_ack (f, receiver, "m");
  test_store_settle (f->store);
  outbox_test_assert_heard (f, "state", "handled");
  outbox_test_route (f, message);
  test_store_settle (f->store);
  outbox_test_assert_heard (f, "state", "stored");
  outbox_test_assert_heard (f, "state", "handled");
  outbox_test_assert_nothing (receiver);
}

static void
test_priority (OutboxTest *f, gconstpointer data)
{
  g_autoptr (TestChannel) receiver = NULL;

  outbox_test_send (f, "editor/r", ACK ",\"priority\":2");
  outbox_test_send (f, "editor/r", ACK ",\"priority\":7");
  outbox_test_send (f, "editor", ACK ",\"priority\":7");
  outbox_test_send (f, "editor", ACK ",\"priority\":9");
  outbox_test_send (f, "editor/r", ACK ",\"priority\":2");
  test_store_settle (f->store);
  receiver = outbox_test_join (f, "editor/r");
  test_store_settle (f->store);
  outbox_test_assert_got (receiver, "m4", 1);
  outbox_test_assert_got (receiver, "m2", 2);
  outbox_test_assert_got (receiver, "m3", 3);
  outbox_test_assert_got (receiver, "m1", 4);
  outbox_test_assert_got (receiver, "m5", 5);
}

static void
test_window (OutboxTest *f, gconstpointer data)
{
  g_autoptr (TestChannel) receiver = outbox_test_join (f, "editor/r");

  for (guint i = 0; i < FLOW_OUTBOX_WINDOW + 10; i++)
    outbox_test_send (f, "editor/r", ACK);
  test_store_settle (f->store);
  g_assert_cmpuint (test_channel_get_n (receiver), ==, FLOW_OUTBOX_WINDOW);
  for (guint i = 1; i <= FLOW_OUTBOX_WINDOW / 2; i++)
    {
      g_autofree char *id = g_strdup_printf ("m%u", i);

      outbox_test_assert_got (receiver, id, i);
      outbox_test_ack (f, receiver, id);
    }
  test_store_settle (f->store);
  g_assert_cmpuint (test_channel_get_n (receiver), ==, FLOW_OUTBOX_WINDOW / 2 + 10);
}

/* The same messages come again under the same numbers, before everything else, also to a hub that was killed. */
static void
test_redelivery (OutboxTest *f, gconstpointer data)
{
  TestChannel *receiver = outbox_test_join (f, "editor/r");

  outbox_test_send (f, "editor/r", ACK);
  outbox_test_send (f, "editor/r", ACK);
  test_store_settle (f->store);
  outbox_test_leave (f, &receiver);
  outbox_test_send (f, "editor/r", ACK ",\"priority\":9");
  test_store_settle (f->store);

  receiver = outbox_test_join (f, "editor/r");
  g_assert_cmpuint (flow_router_get_seq (f->router, "editor/r"), ==, 2);
  test_store_settle (f->store);
  outbox_test_assert_got (receiver, "m1", 1);
  outbox_test_assert_got (receiver, "m2", 2);
  outbox_test_assert_got (receiver, "m3", 3);
  outbox_test_ack (f, receiver, "m2");
  test_store_settle (f->store);
  g_clear_object (&receiver);

  outbox_test_close (f);
  test_store_crash (f->store);
  outbox_test_open (f);
  g_assert_cmpstr (flow_router_get_epoch (f->router), ==, "epoch");
  g_assert_cmpuint (flow_router_get_seq (f->router, "editor/r"), ==, 3);
  receiver = outbox_test_join (f, "editor/r");
  test_store_settle (f->store);
  outbox_test_assert_got (receiver, "m1", 1);
  outbox_test_assert_got (receiver, "m3", 3);
  outbox_test_send (f, "editor/r", ACK);
  test_store_settle (f->store);
  outbox_test_assert_got (receiver, "m4", 4);
  g_clear_object (&receiver);
}

static void
test_repeats_then_gives_up (OutboxTest *f, gconstpointer data)
{
  static const gint64 waits_s[] = { 30, 60, 120, 240, 480, 600, 600 };
  g_autoptr (TestChannel) receiver = outbox_test_join (f, "editor/r");

  outbox_test_send (f, "editor/r", ACK);
  test_store_settle (f->store);
  outbox_test_assert_heard (f, "state", "stored");
  outbox_test_assert_got (receiver, "m1", 1);
  for (guint i = 0; i < G_N_ELEMENTS (waits_s); i++)
    {
      outbox_test_wait_s (f, waits_s[i] - 1);
      outbox_test_assert_nothing (receiver);
      outbox_test_wait_s (f, 2);
      outbox_test_assert_got (receiver, "m1", 1);
      outbox_test_wait_s (f, -1);
    }
  outbox_test_wait_s (f, 599);
  g_assert_null (test_store_get_reason (f->store, "cli/s", "m1"));
  outbox_test_wait_s (f, 2);
  g_assert_cmpstr (test_store_get_reason (f->store, "cli/s", "m1"), ==, "not_acknowledged");
  outbox_test_assert_heard (f, "code", "not_acknowledged");
}

static void
test_expires (OutboxTest *f, gconstpointer data)
{
  g_autoptr (TestChannel) receiver = NULL;

  outbox_test_send (f, "editor/r", ACK ",\"expires\":\"2027-01-15T09:00:30Z\"");
  outbox_test_send (f, "editor/r", ACK);
  outbox_test_send (f, "editor/r", ACK ",\"expires\":\"2027-01-15T08:00:00Z\"");
  outbox_test_assert_heard (f, "code", "expired");
  test_store_settle (f->store);
  test_channel_clear (f->sender);
  outbox_test_wait_s (f, 29);
  g_assert_cmpuint (test_store_get_dead (f->store), ==, 0);
  outbox_test_wait_s (f, 2);
  g_assert_cmpstr (test_store_get_reason (f->store, "cli/s", "m1"), ==, "expired");
  outbox_test_assert_heard (f, "code", "expired");

  receiver = outbox_test_join (f, "editor/r");
  test_store_settle (f->store);
  outbox_test_assert_got (receiver, "m2", 1);
  /* What names no time lives for a day. */
  outbox_test_wait_s (f, 24 * 3600);
  g_assert_cmpstr (test_store_get_reason (f->store, "cli/s", "m2"), ==, "not_acknowledged");
  outbox_test_send (f, "editor/away", ACK);
  test_store_settle (f->store);
  outbox_test_wait_s (f, 24 * 3600 + 1);
  g_assert_cmpstr (test_store_get_reason (f->store, "cli/s", "m4"), ==, "expired");
}

/* What its receiver has is not given up under his hands. */
static void
test_expires_when_sent (OutboxTest *f, gconstpointer data)
{
  static const char members[] = ACK ",\"expires\":\"2027-01-15T09:00:10Z\"";
  TestChannel *receiver = outbox_test_join (f, "editor/r");

  for (guint i = 0; i < 3; i++)
    outbox_test_send (f, "editor/r", members);
  test_store_settle (f->store);
  outbox_test_wait_s (f, 15);
  outbox_test_ack (f, receiver, "m1");
  test_store_settle (f->store);
  g_assert_cmpuint (test_store_get_dead (f->store), ==, 0);
  g_assert_cmpuint (test_store_get_kept (f->store), ==, 2);
  /* It is not sent again, neither when he is silent nor when he comes again. */
  outbox_test_wait_s (f, 16);
  g_assert_cmpstr (test_store_get_reason (f->store, "cli/s", "m2"), ==, "expired");
  g_assert_cmpstr (test_store_get_reason (f->store, "cli/s", "m3"), ==, "expired");
  g_assert_cmpuint (test_channel_get_n (receiver), ==, 3);

  outbox_test_send (f, "editor/r", ACK ",\"expires\":\"2027-01-15T09:00:40Z\"");
  test_store_settle (f->store);
  outbox_test_wait_s (f, 12);
  outbox_test_leave (f, &receiver);
  outbox_test_wait_s (f, 0);
  g_assert_cmpstr (test_store_get_reason (f->store, "cli/s", "m4"), ==, "expired");
}

static void
test_traces_never_expire (OutboxTest *f, gconstpointer data)
{
  g_autoptr (FlowMessage) message = test_message ("trace_updated", "cli/s", "e", "editor/r", ACK);

  outbox_test_route (f, message);
  test_store_settle (f->store);
  outbox_test_wait_s (f, 30 * 24 * 3600);
  g_assert_cmpuint (test_store_get_kept (f->store), ==, 1);
}

static void
test_slow_channel (OutboxTest *f, gconstpointer data)
{
  g_autoptr (TestChannel) receiver = outbox_test_join (f, "editor/r");

  test_channel_set_limit (receiver, 2);
  for (guint i = 0; i < 4; i++)
    outbox_test_send (f, "editor/r", ACK);
  test_store_settle (f->store);
  g_assert_cmpuint (test_channel_get_n (receiver), ==, 2);
  outbox_test_assert_got (receiver, "m1", 1);
  flow_router_drained (f->router, FLOW_CHANNEL (receiver));
  outbox_test_assert_got (receiver, "m2", 2);
  outbox_test_assert_got (receiver, "m3", 3);
  /* Also when nobody says that there is room. */
  outbox_test_wait_s (f, 2);
  outbox_test_assert_got (receiver, "m4", 4);
}

static void
test_too_long_for_channel (OutboxTest *f, gconstpointer data)
{
  g_autoptr (TestChannel) receiver = outbox_test_join (f, "editor/r");

  test_channel_set_longest (receiver, 200);
  outbox_test_send (f, "editor/r",
                    ACK ",\"data\":{\"text\":\"0123456789012345678901234567890123456789012345678901234567890123456789"
                        "012345678901234567890123456789\"}");
  outbox_test_send (f, "editor/r", ACK);
  test_store_settle (f->store);
  g_assert_cmpstr (test_store_get_reason (f->store, "cli/s", "m1"), ==, "too_large");
  outbox_test_assert_got (receiver, "m2", 2);
}

/* A message for a kind waits for the channel that had it, but not for ever if there is another. */
static void
test_sticks_to_channel (OutboxTest *f, gconstpointer data)
{
  TestChannel *first = outbox_test_join (f, "editor/a");
  g_autoptr (TestChannel) second = NULL;

  outbox_test_send (f, "editor", ACK);
  test_store_settle (f->store);
  outbox_test_assert_got (first, "m1", 1);
  second = outbox_test_join (f, "editor/b");
  flow_channel_set_focused (FLOW_CHANNEL (second), TRUE, f->clock.now_us);
  outbox_test_send (f, "editor", ACK);
  test_store_settle (f->store);
  outbox_test_assert_got (first, "m2", 2);

  outbox_test_leave (f, &first);
  outbox_test_send (f, "editor", ACK);
  test_store_settle (f->store);
  outbox_test_wait_s (f, 59);
  outbox_test_assert_nothing (second);
  first = outbox_test_join (f, "editor/a");
  test_store_settle (f->store);
  outbox_test_assert_got (first, "m1", 1);
  outbox_test_assert_got (first, "m2", 2);
  outbox_test_assert_got (first, "m3", 3);

  outbox_test_leave (f, &first);
  outbox_test_wait_s (f, 61);
  outbox_test_assert_got (second, "m1", 1);
  outbox_test_assert_got (second, "m2", 2);
  outbox_test_assert_got (second, "m3", 3);
}

static void
test_waits_for_lone_channel (OutboxTest *f, gconstpointer data)
{
  TestChannel *receiver = outbox_test_join (f, "editor/a");

  outbox_test_send (f, "editor", ACK);
  test_store_settle (f->store);
  outbox_test_leave (f, &receiver);
  outbox_test_wait_s (f, 3600);
  receiver = outbox_test_join (f, "editor/a");
  test_store_settle (f->store);
  outbox_test_assert_got (receiver, "m1", 1);
  g_clear_object (&receiver);
}

/* When the holder has acknowledged all, the next message is for whoever is best by then. */
static void
test_moves_on (OutboxTest *f, gconstpointer data)
{
  g_autoptr (TestChannel) first = outbox_test_join (f, "editor/a");
  g_autoptr (TestChannel) second = NULL;

  outbox_test_send (f, "editor", ACK);
  test_store_settle (f->store);
  outbox_test_assert_got (first, "m1", 1);
  second = outbox_test_join (f, "editor/b");
  flow_channel_set_focused (FLOW_CHANNEL (second), TRUE, f->clock.now_us);
  outbox_test_ack (f, first, "m1");
  outbox_test_send (f, "editor", ACK);
  test_store_settle (f->store);
  outbox_test_assert_nothing (first);
  outbox_test_assert_got (second, "m2", 1);
}

/* Without ack a message is kept only until somebody of its kind came. */
static void
test_without_ack (OutboxTest *f, gconstpointer data)
{
  g_autoptr (TestChannel) receiver = NULL;

  outbox_test_send (f, "editor", "");
  test_store_settle (f->store);
  g_assert_cmpuint (test_store_get_kept (f->store), ==, 1);
  receiver = outbox_test_join (f, "vscode_extension/r");
  test_store_settle (f->store);
  outbox_test_assert_got (receiver, "m1", 1);
  g_assert_cmpuint (test_store_get_kept (f->store), ==, 0);
  outbox_test_assert_nothing (f->sender);
}

static void
test_declined (OutboxTest *f, gconstpointer data)
{
  g_autoptr (TestChannel) receiver = outbox_test_join (f, "editor/r");
  g_autoptr (FlowMessage) error = test_message (
      "error", "editor/r", "e", "cli/s", ",\"data\":{\"code\":\"declined\",\"message\":\"no\",\"in_reply_to\":\"m1\"}");

  outbox_test_send (f, "editor/r", ACK);
  test_store_settle (f->store);
  outbox_test_assert_heard (f, "state", "stored");
  flow_router_route (f->router, FLOW_CHANNEL (receiver), error);
  test_store_settle (f->store);
  g_assert_cmpstr (test_store_get_reason (f->store, "cli/s", "m1"), ==, "declined");
  outbox_test_assert_heard (f, "code", "declined");
  outbox_test_assert_heard (f, "message", "no");
}

/* Without target the sender is meant, not everybody. */
static void
test_declined_for_all_to_hear (OutboxTest *f, gconstpointer data)
{
  g_autoptr (TestChannel) receiver = outbox_test_join (f, "editor/r");
  g_autoptr (TestChannel) other = outbox_test_join (f, "cli/o");
  g_autoptr (FlowMessage) error = test_message ("error", "editor/r", "e", NULL,
                                                ",\"reply_to\":\"m1\",\"data\":{\"code\":\"declined\"}");

  outbox_test_send (f, "editor/r", ACK);
  test_store_settle (f->store);
  outbox_test_assert_heard (f, "state", "stored");
  flow_router_route (f->router, FLOW_CHANNEL (receiver), error);
  outbox_test_assert_heard (f, "code", "declined");
  outbox_test_assert_nothing (f->sender);
  outbox_test_assert_nothing (other);
}

static JsonObject *
read_outbox (OutboxTest *f, JsonParser *parser, const char *target)
{
  g_autoptr (GString) text = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_object (&writer);
  flow_router_write_outbox (f->router, &writer, target);
  flow_json_writer_end_object (&writer);
  g_assert_true (json_parser_load_from_data (parser, text->str, (gssize) text->len, NULL));
  return json_node_get_object (json_parser_get_root (parser));
}

static void
test_write (OutboxTest *f, gconstpointer data)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *outbox;
  JsonObject *first;

  outbox_test_send (f, "editor/r", ACK ",\"priority\":3");
  outbox_test_send (f, "editor", ACK ",\"expires\":\"2027-01-15T09:00:10Z\"");
  outbox_test_send (f, "editor/q", ACK);
  test_store_settle (f->store);
  outbox_test_wait_s (f, 20);

  outbox = read_outbox (f, parser, NULL);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (outbox, "waiting")), ==, 2);
  g_assert_cmpint (json_object_get_int_member (json_object_get_object_member (outbox, "counts"), "waiting"), ==, 2);
  g_assert_cmpint (json_object_get_int_member (json_object_get_object_member (outbox, "counts"), "dead"), ==, 1);
  first = json_array_get_object_element (json_object_get_array_member (outbox, "dead"), 0);
  g_assert_cmpint (json_object_get_int_member (first, "number"), ==, 2);
  g_assert_cmpstr (json_object_get_string_member (first, "reason"), ==, "expired");
  g_assert_cmpstr (json_object_get_string_member (first, "died"), ==, "2027-01-15T09:00:10.000000Z");

  outbox = read_outbox (f, parser, "editor/r");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (outbox, "dead")), ==, 0);
  first = json_array_get_object_element (json_object_get_array_member (outbox, "waiting"), 0);
  g_assert_cmpstr (json_object_get_string_member (first, "id"), ==, "m1");
  g_assert_cmpstr (json_object_get_string_member (first, "stored"), ==, "2027-01-15T09:00:00.000000Z");
  g_assert_cmpstr (json_object_get_string_member (first, "expires"), ==, "2027-01-16T09:00:00.000000Z");
  g_assert_cmpint (json_object_get_int_member (first, "priority"), ==, 3);
  g_assert_true (json_object_get_null_member (first, "channel"));
}

static void
test_resend (OutboxTest *f, gconstpointer data)
{
  g_autoptr (TestChannel) receiver = NULL;
  g_autoptr (GError) error = NULL;

  outbox_test_send (f, "editor/r", ACK ",\"expires\":\"2027-01-15T09:00:10Z\"");
  test_store_settle (f->store);
  outbox_test_wait_s (f, 20);
  g_assert_cmpuint (test_store_get_dead (f->store), ==, 1);
  g_assert_true (flow_router_resend (f->router, 1, &error));
  test_store_settle (f->store);
  g_assert_cmpuint (test_store_get_dead (f->store), ==, 0);
  receiver = outbox_test_join (f, "editor/r");
  test_store_settle (f->store);
  outbox_test_assert_got (receiver, "m1", 1);
  /* It repeats what is under way too, and knows what it does not know. */
  g_assert_true (flow_router_resend (f->router, 2, &error));
  outbox_test_wait_s (f, 0);
  outbox_test_assert_got (receiver, "m1", 1);
  g_assert_false (flow_router_resend (f->router, 9, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
}

static void
test_resend_fails (OutboxTest *f, gconstpointer data)
{
  FlowRouterStats stats;

  outbox_test_send (f, "editor/r", ACK ",\"expires\":\"2027-01-15T09:00:10Z\"");
  test_store_settle (f->store);
  outbox_test_wait_s (f, 20);
  g_assert_true (flow_router_resend (f->router, 1, NULL));
  g_test_expect_message ("flow-outbox", G_LOG_LEVEL_WARNING, "*cannot be sent again*");
  test_store_commit (f->store, TRUE);
  test_store_tell (f->store);
  g_test_assert_expected_messages ();
  flow_router_get_stats (f->router, &stats);
  g_assert_cmpuint (stats.dead, ==, 1);
  g_assert_cmpuint (stats.waiting, ==, 0);
}

static void
test_drop (OutboxTest *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  outbox_test_send (f, "editor/r", ACK);
  g_assert_false (flow_router_drop (f->router, 1, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BUSY);
  g_clear_error (&error);
  test_store_settle (f->store);
  outbox_test_assert_heard (f, "state", "stored");
  g_assert_true (flow_router_drop (f->router, 1, &error));
  outbox_test_assert_heard (f, "code", "declined");

  outbox_test_send (f, "editor/r", ACK ",\"expires\":\"2027-01-15T09:00:10Z\"");
  test_store_settle (f->store);
  outbox_test_wait_s (f, 20);
  g_assert_true (flow_router_drop (f->router, 2, &error));
  test_store_settle (f->store);
  g_assert_cmpuint (test_store_get_dead (f->store) + test_store_get_kept (f->store), ==, 0);
  g_assert_false (flow_router_drop (f->router, 2, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
}

/* What must be done in the end is tried until it is. */
static void
test_insists (OutboxTest *f, gconstpointer data)
{
  g_autoptr (TestChannel) receiver = outbox_test_join (f, "editor/r");

  outbox_test_send (f, "editor/r", ACK);
  test_store_settle (f->store);
  outbox_test_ack (f, receiver, "m1");
  for (guint i = 0; i < 3; i++)
    {
      test_store_commit (f->store, TRUE);
      test_store_tell (f->store);
      g_assert_cmpuint (test_store_get_kept (f->store), ==, 1);
      if (test_store_get_pending (f->store) == 0)
        {
          f->clock.now_us += 2 * G_USEC_PER_SEC;
          f->due_us = G_MAXINT64;
          f->due_us = flow_router_tick (f->router);
        }
    }
  test_store_settle (f->store);
  g_assert_cmpuint (test_store_get_kept (f->store), ==, 0);
}

#define ADD(name, func) \
  g_test_add ("/router/outbox/" name, OutboxTest, NULL, outbox_test_set_up, func, outbox_test_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("stored-then-sent", test_stored_then_sent);
  ADD ("refused", test_refused);
  ADD ("repeated", test_repeated);
  ADD ("priority", test_priority);
  ADD ("window", test_window);
  ADD ("redelivery", test_redelivery);
  ADD ("repeats-then-gives-up", test_repeats_then_gives_up);
  ADD ("expires", test_expires);
  ADD ("expires-when-sent", test_expires_when_sent);
  ADD ("traces-never-expire", test_traces_never_expire);
  ADD ("slow-channel", test_slow_channel);
  ADD ("too-long-for-channel", test_too_long_for_channel);
  ADD ("sticks-to-channel", test_sticks_to_channel);
  ADD ("waits-for-lone-channel", test_waits_for_lone_channel);
  ADD ("moves-on", test_moves_on);
  ADD ("without-ack", test_without_ack);
  ADD ("declined", test_declined);
  ADD ("declined-for-all-to-hear", test_declined_for_all_to_hear);
  ADD ("write", test_write);
  ADD ("resend", test_resend);
  ADD ("resend-fails", test_resend_fails);
  ADD ("drop", test_drop);
  ADD ("insists", test_insists);
  return g_test_run ();
}

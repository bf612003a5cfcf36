/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "router-test.h"

#include "base/flow-error.h"
#include "router/flow-outbox.h"

#define ACK ",\"ack\":true"

typedef struct
{
  TestClock clock;
  TestStore *store;
  FlowRouter *router;
  gint64 due_us;
  TestChannel *sender; /* cli/s */
  guint sent;
} Fixture;

static void
wake_cb (FlowRouter *router, gint64 due_us, gpointer data)
{
  Fixture *f = data;

  g_assert_cmpint (due_us, <, f->due_us);
  f->due_us = due_us;
}

static const FlowRouterFuncs funcs = { .wake = wake_cb };

static TestChannel *
join (Fixture *f, const char *name)
{
  g_autoptr (TestChannel) channel = test_channel_new (name, NULL);

  flow_router_add_channel (f->router, FLOW_CHANNEL (channel));
  return g_steal_pointer (&channel);
}

static void
leave (Fixture *f, TestChannel **channel)
{
  flow_router_remove_channel (f->router, FLOW_CHANNEL (*channel));
  g_clear_object (channel);
}

static void
open_router (Fixture *f)
{
  f->due_us = G_MAXINT64;
  f->router = flow_router_new (&f->clock.clock, &funcs, f);
  g_assert_true (flow_router_open (f->router, test_store_get (f->store), NULL));
  f->sender = join (f, "cli/s");
}

static void
close_router (Fixture *f)
{
  g_clear_object (&f->sender);
  flow_router_free (f->router);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->sent = 0;
  f->store = test_store_new ();
  test_clock_init (&f->clock);
  open_router (f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  close_router (f);
  test_store_free (f->store);
}

/* What is due happens when it is. */
static void
wait_s (Fixture *f, gint64 seconds)
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

static void
route (Fixture *f, FlowMessage *message)
{
  flow_router_route (f->router, FLOW_CHANNEL (f->sender), message);
}

/* Send the next message, m1, m2 ..., from cli/s. */
static void
send_next (Fixture *f, const char *target, const char *members)
{
  g_autofree char *id = g_strdup_printf ("m%u", ++f->sent);
  g_autoptr (FlowMessage) message = test_message ("note", "cli/s", id, target, members);

  route (f, message);
}

static void
ack (Fixture *f, TestChannel *from, const char *id)
{
  g_autofree char *members = g_strdup_printf (",\"data\":{\"id\":\"%s\"}", id);
  g_autoptr (FlowMessage) message = test_message ("ack", flow_channel_get_name (FLOW_CHANNEL (from)), "a", NULL,
                                                  members);

  flow_router_route (f->router, FLOW_CHANNEL (from), message);
}

static void
assert_got (TestChannel *channel, const char *id, guint64 seq)
{
  g_autoptr (FlowMessage) message = test_channel_take (channel);

  g_assert_nonnull (message);
  g_assert_cmpstr (flow_message_get_id (message), ==, id);
  g_assert_cmpuint (flow_message_get_seq (message), ==, seq);
}

static void
assert_nothing (TestChannel *channel)
{
  g_assert_cmpuint (test_channel_get_n (channel), ==, 0);
}

static void
assert_heard (Fixture *f, const char *member, const char *value)
{
  test_channel_assert_takes (f->sender, g_str_equal (member, "state") ? "ack" : "error", member, value);
}

static void
test_stored_then_sent (Fixture *f, gconstpointer data)
{
  g_autoptr (TestChannel) receiver = join (f, "editor/r");

  send_next (f, "editor/r", ACK);
  assert_nothing (receiver);
  assert_nothing (f->sender);
  test_store_commit (f->store, FALSE);
  assert_nothing (receiver);
  test_store_tell (f->store);
  assert_heard (f, "state", "stored");
  assert_got (receiver, "m1", 1);

  ack (f, receiver, "m1");
  assert_nothing (f->sender);
  test_store_settle (f->store);
  assert_heard (f, "state", "handled");
  g_assert_cmpuint (test_store_get_kept (f->store), ==, 0);
}

static void
test_refused (Fixture *f, gconstpointer data)
{
  g_autoptr (TestChannel) receiver = join (f, "editor/r");

  send_next (f, "editor/r", ACK);
  send_next (f, "editor/r", ACK);
  test_store_commit (f->store, TRUE);
  test_store_settle (f->store);
  assert_heard (f, "code", "busy");
  assert_heard (f, "state", "stored");
  assert_got (receiver, "m2", 2);
}

static void
test_repeated (Fixture *f, gconstpointer data)
{
  g_autoptr (FlowMessage) message = test_message ("note", "cli/s", "m", "editor/r", ACK);
  g_autoptr (TestChannel) receiver = NULL;

  route (f, message);
  route (f, message);
  test_store_settle (f->store);
  assert_heard (f, "state", "stored");
  assert_heard (f, "state", "stored");
  g_assert_cmpuint (test_store_get_kept (f->store), ==, 1);

  receiver = join (f, "editor/r");
  test_store_settle (f->store);
  assert_got (receiver, "m", 1);
  assert_nothing (receiver);
  ack (f, receiver, "m");
  test_store_settle (f->store);
  assert_heard (f, "state", "handled");
  route (f, message);
  test_store_settle (f->store);
  assert_heard (f, "state", "stored");
  assert_heard (f, "state", "handled");
  assert_nothing (receiver);
}

static void
test_priority (Fixture *f, gconstpointer data)
{
  g_autoptr (TestChannel) receiver = NULL;

  send_next (f, "editor/r", ACK ",\"priority\":2");
  send_next (f, "editor/r", ACK ",\"priority\":7");
  send_next (f, "editor", ACK ",\"priority\":7");
  send_next (f, "editor", ACK ",\"priority\":9");
  send_next (f, "editor/r", ACK ",\"priority\":2");
  test_store_settle (f->store);
  receiver = join (f, "editor/r");
  test_store_settle (f->store);
  assert_got (receiver, "m4", 1);
  assert_got (receiver, "m2", 2);
  assert_got (receiver, "m3", 3);
  assert_got (receiver, "m1", 4);
  assert_got (receiver, "m5", 5);
}

static void
test_window (Fixture *f, gconstpointer data)
{
  g_autoptr (TestChannel) receiver = join (f, "editor/r");

  for (guint i = 0; i < FLOW_OUTBOX_WINDOW + 10; i++)
    send_next (f, "editor/r", ACK);
  test_store_settle (f->store);
  g_assert_cmpuint (test_channel_get_n (receiver), ==, FLOW_OUTBOX_WINDOW);
  for (guint i = 1; i <= FLOW_OUTBOX_WINDOW / 2; i++)
    {
      g_autofree char *id = g_strdup_printf ("m%u", i);

      assert_got (receiver, id, i);
      ack (f, receiver, id);
    }
  test_store_settle (f->store);
  g_assert_cmpuint (test_channel_get_n (receiver), ==, FLOW_OUTBOX_WINDOW / 2 + 10);
}

static void
test_window_of_bytes (Fixture *f, gconstpointer data)
{
  g_autofree char *filler = g_strnfill (FLOW_OUTBOX_WINDOW_BYTES / 2, 'x');
  g_autofree char *members = g_strdup_printf (ACK ",\"data\":{\"text\":\"%s\"}", filler);
  g_autoptr (TestChannel) receiver = join (f, "editor/r");

  send_next (f, "editor/r", members);
  send_next (f, "editor/r", members);
  send_next (f, "editor/r", ACK);
  test_store_settle (f->store);
  assert_got (receiver, "m1", 1);
  assert_nothing (receiver);
  ack (f, receiver, "m1");
  test_store_settle (f->store);
  assert_got (receiver, "m2", 2);
  assert_got (receiver, "m3", 3);
}

/* The same messages come again under the same numbers, before everything else, also to a hub that was killed. */
static void
test_redelivery (Fixture *f, gconstpointer data)
{
  TestChannel *receiver = join (f, "editor/r");

  send_next (f, "editor/r", ACK);
  send_next (f, "editor/r", ACK);
  test_store_settle (f->store);
  leave (f, &receiver);
  send_next (f, "editor/r", ACK ",\"priority\":9");
  test_store_settle (f->store);

  receiver = join (f, "editor/r");
  g_assert_cmpuint (flow_router_get_seq (f->router, "editor/r"), ==, 2);
  test_store_settle (f->store);
  assert_got (receiver, "m1", 1);
  assert_got (receiver, "m2", 2);
  assert_got (receiver, "m3", 3);
  ack (f, receiver, "m2");
  test_store_settle (f->store);
  g_clear_object (&receiver);

  close_router (f);
  test_store_crash (f->store);
  open_router (f);
  g_assert_cmpstr (flow_router_get_epoch (f->router), ==, "epoch");
  g_assert_cmpuint (flow_router_get_seq (f->router, "editor/r"), ==, 3);
  receiver = join (f, "editor/r");
  test_store_settle (f->store);
  assert_got (receiver, "m1", 1);
  assert_got (receiver, "m3", 3);
  send_next (f, "editor/r", ACK);
  test_store_settle (f->store);
  assert_got (receiver, "m4", 4);
  g_clear_object (&receiver);
}

static void
test_repeats_then_gives_up (Fixture *f, gconstpointer data)
{
  static const gint64 waits_s[] = { 30, 60, 120, 240, 480, 600, 600 };
  g_autoptr (TestChannel) receiver = join (f, "editor/r");

  send_next (f, "editor/r", ACK);
  test_store_settle (f->store);
  assert_heard (f, "state", "stored");
  assert_got (receiver, "m1", 1);
  for (guint i = 0; i < G_N_ELEMENTS (waits_s); i++)
    {
      wait_s (f, waits_s[i] - 1);
      assert_nothing (receiver);
      wait_s (f, 2);
      assert_got (receiver, "m1", 1);
      wait_s (f, -1);
    }
  wait_s (f, 599);
  g_assert_null (test_store_get_reason (f->store, "cli/s", "m1"));
  wait_s (f, 2);
  g_assert_cmpstr (test_store_get_reason (f->store, "cli/s", "m1"), ==, "not_acknowledged");
  assert_heard (f, "code", "not_acknowledged");
}

static void
test_expires (Fixture *f, gconstpointer data)
{
  g_autoptr (TestChannel) receiver = NULL;

  send_next (f, "editor/r", ACK ",\"expires\":\"2027-01-15T09:00:30Z\"");
  send_next (f, "editor/r", ACK);
  send_next (f, "editor/r", ACK ",\"expires\":\"2027-01-15T08:00:00Z\"");
  assert_heard (f, "code", "expired");
  test_store_settle (f->store);
  test_channel_clear (f->sender);
  wait_s (f, 29);
  g_assert_cmpuint (test_store_get_dead (f->store), ==, 0);
  wait_s (f, 2);
  g_assert_cmpstr (test_store_get_reason (f->store, "cli/s", "m1"), ==, "expired");
  assert_heard (f, "code", "expired");

  receiver = join (f, "editor/r");
  test_store_settle (f->store);
  assert_got (receiver, "m2", 1);
  /* What names no time lives for a day. */
  wait_s (f, 24 * 3600);
  g_assert_cmpstr (test_store_get_reason (f->store, "cli/s", "m2"), ==, "not_acknowledged");
  send_next (f, "editor/away", ACK);
  test_store_settle (f->store);
  wait_s (f, 24 * 3600 + 1);
  g_assert_cmpstr (test_store_get_reason (f->store, "cli/s", "m4"), ==, "expired");
}

static void
test_edits_never_expire (Fixture *f, gconstpointer data)
{
  g_autoptr (FlowMessage) message = test_message ("edit_saved", "cli/s", "e", "editor/r", ACK);

  route (f, message);
  test_store_settle (f->store);
  wait_s (f, 30 * 24 * 3600);
  g_assert_cmpuint (test_store_get_kept (f->store), ==, 1);
}

static void
test_full_of_messages (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < FLOW_OUTBOX_TARGET_MESSAGES; i++)
    {
      send_next (f, "editor/r", i == 1 ? ACK ",\"priority\":4" : ACK ",\"priority\":5");
      if (i % 100 == 99)
        test_store_settle (f->store);
    }
  test_channel_clear (f->sender);

  /* The only one of the lowest priority goes first. */
  send_next (f, "editor/r", ACK ",\"priority\":5");
  test_store_settle (f->store);
  g_assert_cmpstr (test_store_get_reason (f->store, "cli/s", "m2"), ==, "queue_full");
  assert_heard (f, "code", "queue_full");
  assert_heard (f, "state", "stored");
  /* Then the oldest. */
  send_next (f, "editor/r", ACK ",\"priority\":6");
  test_store_settle (f->store);
  g_assert_cmpstr (test_store_get_reason (f->store, "cli/s", "m1"), ==, "queue_full");
  test_channel_clear (f->sender);
  /* What is worth less than all that waits does not come in. */
  send_next (f, "editor/r", ACK ",\"priority\":3");
  assert_heard (f, "code", "queue_full");
  g_assert_cmpuint (test_store_get_pending (f->store), ==, 0);
  g_assert_cmpuint (test_store_get_kept (f->store), ==, FLOW_OUTBOX_TARGET_MESSAGES);
  /* Another target has room. */
  send_next (f, "editor/q", ACK ",\"priority\":3");
  test_store_settle (f->store);
  assert_heard (f, "state", "stored");
}

/* All targets together are bounded, and nobody loses a message for somebody else's. */
static void
test_full_of_targets (Fixture *f, gconstpointer data)
{
  FlowRouterStats stats;

  for (guint i = 0; i < FLOW_OUTBOX_ALL_MESSAGES; i++)
    {
      g_autofree char *target = g_strdup_printf ("editor/%u", i % 10);

      send_next (f, target, ACK);
      if (i % 100 == 99)
        test_store_settle (f->store);
    }
  test_channel_clear (f->sender);
  send_next (f, "editor/new", ACK ",\"priority\":9");
  assert_heard (f, "code", "queue_full");
  flow_router_get_stats (f->router, &stats);
  g_assert_cmpuint (stats.waiting, ==, FLOW_OUTBOX_ALL_MESSAGES);
  g_assert_cmpuint (stats.dead, ==, 0);
}

/* Who is away the longest is forgotten; whoever is not known is counted from where he may have been. */
static void
test_forgets_names (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 20001; i++)
    {
      g_autofree char *name = g_strdup_printf ("editor/%u", i);
      TestChannel *receiver = join (f, name);

      for (guint k = 0; k < (i == 0 ? 3 : 1); k++)
        {
          g_autofree char *id = g_strdup_printf ("m%u", f->sent + 1);

          send_next (f, name, ACK);
          test_store_settle (f->store);
          ack (f, receiver, id);
        }
      test_store_settle (f->store);
      leave (f, &receiver);
      f->clock.now_us++;
    }
  g_assert_cmpuint (flow_router_get_seq (f->router, "editor/nobody"), ==, 0);
  wait_s (f, 601);
  g_assert_cmpuint (flow_router_get_seq (f->router, "editor/nobody"), ==, 3);
  g_assert_cmpuint (flow_router_get_seq (f->router, "editor/0"), ==, 3);
  g_assert_cmpuint (flow_router_get_seq (f->router, "editor/20000"), ==, 1);
}

static void
test_full_of_bytes (Fixture *f, gconstpointer data)
{
  g_autofree char *filler = g_strnfill (8 * 1024 * 1024, 'x');
  g_autofree char *members = g_strdup_printf (ACK ",\"data\":{\"text\":\"%s\"}", filler);

  for (guint i = 0; i < 8; i++)
    {
      send_next (f, "editor/r", members);
      test_store_settle (f->store);
    }
  g_assert_cmpstr (test_store_get_reason (f->store, "cli/s", "m1"), ==, "queue_full");
  g_assert_cmpuint (test_store_get_kept (f->store), ==, 7);
}

static void
test_too_large (Fixture *f, gconstpointer data)
{
  g_autofree char *filler = g_strnfill (FLOW_ROUTER_MAX_MESSAGE, 'x');
  g_autofree char *members = g_strdup_printf (ACK ",\"data\":{\"text\":\"%s\"}", filler);

  send_next (f, "editor/r", members);
  assert_heard (f, "code", "too_large");
}

static void
test_slow_channel (Fixture *f, gconstpointer data)
{
  g_autoptr (TestChannel) receiver = join (f, "editor/r");

  test_channel_set_limit (receiver, 2);
  for (guint i = 0; i < 4; i++)
    send_next (f, "editor/r", ACK);
  test_store_settle (f->store);
  g_assert_cmpuint (test_channel_get_n (receiver), ==, 2);
  assert_got (receiver, "m1", 1);
  flow_router_drained (f->router, FLOW_CHANNEL (receiver));
  assert_got (receiver, "m2", 2);
  assert_got (receiver, "m3", 3);
  /* Also when nobody says that there is room. */
  wait_s (f, 2);
  assert_got (receiver, "m4", 4);
}

static void
test_too_long_for_channel (Fixture *f, gconstpointer data)
{
  g_autoptr (TestChannel) receiver = join (f, "editor/r");

  test_channel_set_longest (receiver, 200);
  send_next (f, "editor/r",
             ACK ",\"data\":{\"text\":\"0123456789012345678901234567890123456789012345678901234567890123456789"
                 "012345678901234567890123456789\"}");
  send_next (f, "editor/r", ACK);
  test_store_settle (f->store);
  g_assert_cmpstr (test_store_get_reason (f->store, "cli/s", "m1"), ==, "too_large");
  assert_got (receiver, "m2", 2);
}

/* A message for a kind waits for the channel that had it, but not for ever if there is another. */
static void
test_sticks_to_channel (Fixture *f, gconstpointer data)
{
  TestChannel *first = join (f, "editor/a");
  g_autoptr (TestChannel) second = NULL;

  send_next (f, "editor", ACK);
  test_store_settle (f->store);
  assert_got (first, "m1", 1);
  second = join (f, "editor/b");
  flow_channel_set_focused (FLOW_CHANNEL (second), TRUE, f->clock.now_us);
  send_next (f, "editor", ACK);
  test_store_settle (f->store);
  assert_got (first, "m2", 2);

  leave (f, &first);
  send_next (f, "editor", ACK);
  test_store_settle (f->store);
  wait_s (f, 59);
  assert_nothing (second);
  first = join (f, "editor/a");
  test_store_settle (f->store);
  assert_got (first, "m1", 1);
  assert_got (first, "m2", 2);
  assert_got (first, "m3", 3);

  leave (f, &first);
  wait_s (f, 61);
  assert_got (second, "m1", 1);
  assert_got (second, "m2", 2);
  assert_got (second, "m3", 3);
}

static void
test_waits_for_lone_channel (Fixture *f, gconstpointer data)
{
  TestChannel *receiver = join (f, "editor/a");

  send_next (f, "editor", ACK);
  test_store_settle (f->store);
  leave (f, &receiver);
  wait_s (f, 3600);
  receiver = join (f, "editor/a");
  test_store_settle (f->store);
  assert_got (receiver, "m1", 1);
  g_clear_object (&receiver);
}

/* When the holder has acknowledged all, the next message is for whoever is best by then. */
static void
test_moves_on (Fixture *f, gconstpointer data)
{
  g_autoptr (TestChannel) first = join (f, "editor/a");
  g_autoptr (TestChannel) second = NULL;

  send_next (f, "editor", ACK);
  test_store_settle (f->store);
  assert_got (first, "m1", 1);
  second = join (f, "editor/b");
  flow_channel_set_focused (FLOW_CHANNEL (second), TRUE, f->clock.now_us);
  ack (f, first, "m1");
  send_next (f, "editor", ACK);
  test_store_settle (f->store);
  assert_nothing (first);
  assert_got (second, "m2", 1);
}

/* Without ack a message is kept only until somebody of its kind came. */
static void
test_without_ack (Fixture *f, gconstpointer data)
{
  g_autoptr (TestChannel) receiver = NULL;

  send_next (f, "editor", "");
  test_store_settle (f->store);
  g_assert_cmpuint (test_store_get_kept (f->store), ==, 1);
  receiver = join (f, "vscode_extension/r");
  test_store_settle (f->store);
  assert_got (receiver, "m1", 1);
  g_assert_cmpuint (test_store_get_kept (f->store), ==, 0);
  assert_nothing (f->sender);
}

static void
test_declined (Fixture *f, gconstpointer data)
{
  g_autoptr (TestChannel) receiver = join (f, "editor/r");
  g_autoptr (FlowMessage) error = test_message (
      "error", "editor/r", "e", "cli/s", ",\"data\":{\"code\":\"declined\",\"message\":\"no\",\"in_reply_to\":\"m1\"}");

  send_next (f, "editor/r", ACK);
  test_store_settle (f->store);
  assert_heard (f, "state", "stored");
  flow_router_route (f->router, FLOW_CHANNEL (receiver), error);
  test_store_settle (f->store);
  g_assert_cmpstr (test_store_get_reason (f->store, "cli/s", "m1"), ==, "declined");
  assert_heard (f, "code", "declined");
  assert_heard (f, "message", "no");
}

/* Without target the sender is meant, not everybody. */
static void
test_declined_for_all_to_hear (Fixture *f, gconstpointer data)
{
  g_autoptr (TestChannel) receiver = join (f, "editor/r");
  g_autoptr (TestChannel) other = join (f, "cli/o");
  g_autoptr (FlowMessage) error = test_message ("error", "editor/r", "e", NULL,
                                                ",\"reply_to\":\"m1\",\"data\":{\"code\":\"declined\"}");

  send_next (f, "editor/r", ACK);
  test_store_settle (f->store);
  assert_heard (f, "state", "stored");
  flow_router_route (f->router, FLOW_CHANNEL (receiver), error);
  assert_heard (f, "code", "declined");
  assert_nothing (f->sender);
  assert_nothing (other);
}

static JsonObject *
read_outbox (Fixture *f, JsonParser *parser, const char *target)
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
test_write (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *outbox;
  JsonObject *first;

  send_next (f, "editor/r", ACK ",\"priority\":3");
  send_next (f, "editor", ACK ",\"expires\":\"2027-01-15T09:00:10Z\"");
  send_next (f, "editor/q", ACK);
  test_store_settle (f->store);
  wait_s (f, 20);

  outbox = read_outbox (f, parser, NULL);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (outbox, "waiting")), ==, 2);
  g_assert_cmpint (json_object_get_int_member (json_object_get_object_member (outbox, "counts"), "waiting"), ==, 2);
  g_assert_cmpint (json_object_get_int_member (json_object_get_object_member (outbox, "counts"), "dead"), ==, 1);
  first = json_array_get_object_element (json_object_get_array_member (outbox, "dead"), 0);
  g_assert_cmpint (json_object_get_int_member (first, "number"), ==, 2);
  g_assert_cmpstr (json_object_get_string_member (first, "reason"), ==, "expired");
  g_assert_cmpstr (json_object_get_string_member (first, "died"), ==, "2027-01-15T09:00:10Z");

  outbox = read_outbox (f, parser, "editor/r");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (outbox, "dead")), ==, 0);
  first = json_array_get_object_element (json_object_get_array_member (outbox, "waiting"), 0);
  g_assert_cmpstr (json_object_get_string_member (first, "id"), ==, "m1");
  g_assert_cmpstr (json_object_get_string_member (first, "stored"), ==, "2027-01-15T09:00:00Z");
  g_assert_cmpstr (json_object_get_string_member (first, "expires"), ==, "2027-01-16T09:00:00Z");
  g_assert_cmpint (json_object_get_int_member (first, "priority"), ==, 3);
  g_assert_true (json_object_get_null_member (first, "channel"));
}

static void
test_resend (Fixture *f, gconstpointer data)
{
  g_autoptr (TestChannel) receiver = NULL;
  g_autoptr (GError) error = NULL;

  send_next (f, "editor/r", ACK ",\"expires\":\"2027-01-15T09:00:10Z\"");
  test_store_settle (f->store);
  wait_s (f, 20);
  g_assert_cmpuint (test_store_get_dead (f->store), ==, 1);
  g_assert_true (flow_router_resend (f->router, 1, &error));
  test_store_settle (f->store);
  g_assert_cmpuint (test_store_get_dead (f->store), ==, 0);
  receiver = join (f, "editor/r");
  test_store_settle (f->store);
  assert_got (receiver, "m1", 1);
  /* It repeats what is under way too, and knows what it does not know. */
  g_assert_true (flow_router_resend (f->router, 2, &error));
  wait_s (f, 0);
  assert_got (receiver, "m1", 1);
  g_assert_false (flow_router_resend (f->router, 9, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
}

static void
test_resend_fails (Fixture *f, gconstpointer data)
{
  FlowRouterStats stats;

  send_next (f, "editor/r", ACK ",\"expires\":\"2027-01-15T09:00:10Z\"");
  test_store_settle (f->store);
  wait_s (f, 20);
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
test_drop (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  send_next (f, "editor/r", ACK);
  g_assert_false (flow_router_drop (f->router, 1, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BUSY);
  g_clear_error (&error);
  test_store_settle (f->store);
  assert_heard (f, "state", "stored");
  g_assert_true (flow_router_drop (f->router, 1, &error));
  assert_heard (f, "code", "declined");

  send_next (f, "editor/r", ACK ",\"expires\":\"2027-01-15T09:00:10Z\"");
  test_store_settle (f->store);
  wait_s (f, 20);
  g_assert_true (flow_router_drop (f->router, 2, &error));
  test_store_settle (f->store);
  g_assert_cmpuint (test_store_get_dead (f->store) + test_store_get_kept (f->store), ==, 0);
  g_assert_false (flow_router_drop (f->router, 2, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
}

static void
test_dead_letters_are_bounded (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < FLOW_OUTBOX_DEAD_LETTERS + 20; i++)
    send_next (f, "editor/r", ACK ",\"expires\":\"2027-01-15T09:00:10Z\"");
  test_store_settle (f->store);
  wait_s (f, 20);
  g_assert_cmpuint (test_store_get_dead (f->store), ==, FLOW_OUTBOX_DEAD_LETTERS);
  g_assert_null (test_store_get_reason (f->store, "cli/s", "m20"));
  g_assert_nonnull (test_store_get_reason (f->store, "cli/s", "m21"));
}

/* What must be done in the end is tried until it is. */
static void
test_insists (Fixture *f, gconstpointer data)
{
  g_autoptr (TestChannel) receiver = join (f, "editor/r");

  send_next (f, "editor/r", ACK);
  test_store_settle (f->store);
  ack (f, receiver, "m1");
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

#define ADD(name, func) g_test_add ("/router/outbox/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("stored-then-sent", test_stored_then_sent);
  ADD ("refused", test_refused);
  ADD ("repeated", test_repeated);
  ADD ("priority", test_priority);
  ADD ("window", test_window);
  ADD ("window-of-bytes", test_window_of_bytes);
  ADD ("redelivery", test_redelivery);
  ADD ("repeats-then-gives-up", test_repeats_then_gives_up);
  ADD ("expires", test_expires);
  ADD ("edits-never-expire", test_edits_never_expire);
  ADD ("full-of-messages", test_full_of_messages);
  ADD ("full-of-targets", test_full_of_targets);
  ADD ("forgets-names", test_forgets_names);
  ADD ("full-of-bytes", test_full_of_bytes);
  ADD ("too-large", test_too_large);
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
  ADD ("dead-letters-are-bounded", test_dead_letters_are_bounded);
  ADD ("insists", test_insists);
  return g_test_run ();
}

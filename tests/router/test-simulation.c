/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The router in a world without luck: time, commits, crashes and losses come as a seed says. Whatever the seed, each
 * message that its sender was told of is handled once, or is a dead letter; in order; and its receiver can tell by
 * `seq` alone what it has had.
 */

#include "router-test.h"

#include <string.h>

#define SEEDS 1000
#define STEPS 120
#define SENDERS 2
#define RECEIVERS 3
#define MAX_DRAIN 4000

/* One who must not miss anything. What is here survives when the program dies, but for the channel and the acks. */
typedef struct
{
  const char *name;
  TestChannel *channel; /* (nullable) */
  guint64 last;         /* the highest seq that was handled */
  GHashTable *handled;  /* of Message */
  GPtrArray *order;     /* of Message, as handled first */
  GQueue acks;          /* of ids that have not been sent */
} Receiver;

typedef struct
{
  char *id;
  const char *source;
  const char *target;
  int priority;
  FlowMessage *message;
  gboolean stored;  /* its sender was told */
  gboolean refused; /* its sender was told that nobody will get it */
  gboolean expires;
  guint handled;
} Message;

typedef struct
{
  const char *name;
  TestChannel *channel; /* (nullable) */
  GQueue unstored;      /* of Message, in order */
} Sender;

typedef struct
{
  GRand *rand;
  TestClock clock;
  TestStore *store;
  FlowRouter *router;
  gint64 due_us;
  Sender senders[SENDERS];
  Receiver receivers[RECEIVERS];
  GHashTable *messages; /* of Message, by id */
} World;

static const char *const sender_names[SENDERS] = { "cli/one", "cli/two" };
static const char *const receiver_names[RECEIVERS] = { "editor/a", "vscode_extension/b", "cloud_platform/c" };
static const char *const targets[] = { "editor/a", "vscode_extension/b", "cloud_platform/c", "editor",
                                       "cloud_platform" };

static gboolean
is_kind (const char *target)
{
  return strchr (target, '/') == NULL;
}

static void
message_free (gpointer data)
{
  Message *message = data;

  g_free (message->id);
  flow_message_unref (message->message);
  g_free (message);
}

static void
wake_cb (FlowRouter *router, gint64 due_us, gpointer data)
{
  World *world = data;

  world->due_us = MIN (world->due_us, due_us);
}

static void
open_router (World *world)
{
  static const FlowRouterFuncs funcs = { .wake = wake_cb };
  g_autoptr (GError) error = NULL;

  world->due_us = G_MAXINT64;
  world->router = flow_router_new (&world->clock.clock, &funcs, world);
  flow_router_open (world->router, test_store_get (world->store), &error);
  g_assert_no_error (error);
}

static void
world_init (World *world, guint seed)
{
  *world = (World) { .rand = g_rand_new_with_seed (seed), .store = test_store_new () };
  test_clock_init (&world->clock);
  world->messages = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, message_free);
  for (guint i = 0; i < SENDERS; i++)
    world->senders[i].name = sender_names[i];
  for (guint i = 0; i < RECEIVERS; i++)
    {
      world->receivers[i].name = receiver_names[i];
      world->receivers[i].handled = g_hash_table_new (NULL, NULL);
      world->receivers[i].order = g_ptr_array_new ();
    }
  open_router (world);
}

static void
world_clear (World *world)
{
  flow_router_free (world->router);
  test_store_free (world->store);
  for (guint i = 0; i < SENDERS; i++)
    {
      g_clear_object (&world->senders[i].channel);
      g_queue_clear (&world->senders[i].unstored);
    }
  for (guint i = 0; i < RECEIVERS; i++)
    {
      g_clear_object (&world->receivers[i].channel);
      g_hash_table_unref (world->receivers[i].handled);
      g_ptr_array_unref (world->receivers[i].order);
      g_queue_clear_full (&world->receivers[i].acks, g_free);
    }
  g_hash_table_unref (world->messages);
  g_rand_free (world->rand);
}

static guint
pick (World *world, guint n)
{
  return (guint) g_rand_int_range (world->rand, 0, (gint32) n);
}

static gboolean
chance (World *world, guint percent)
{
  return pick (world, 100) < percent;
}

/* Let time pass, and what is due happen when it is. */
static void
advance (World *world, gint64 us)
{
  gint64 until_us = world->clock.now_us + us;
  guint spins = 0;

  while (world->due_us <= until_us)
    {
      if (world->due_us > world->clock.now_us)
        spins = 0;
      world->clock.now_us = MAX (world->clock.now_us, world->due_us);
      world->due_us = flow_router_tick (world->router);
      g_assert_cmpuint (++spins, <, 100);
    }
  world->clock.now_us = until_us;
}

static void
connect_channel (World *world, const char *name, TestChannel **channel)
{
  if (*channel != NULL)
    return;
  *channel = test_channel_new (name, NULL);
  flow_router_add_channel (world->router, FLOW_CHANNEL (*channel));
}

static void
disconnect (World *world, TestChannel **channel)
{
  if (*channel == NULL)
    return;
  test_channel_set_gone (*channel);
  flow_router_remove_channel (world->router, FLOW_CHANNEL (*channel));
  g_clear_object (channel);
}

static void
kill_receiver (World *world, Receiver *receiver)
{
  disconnect (world, &receiver->channel);
  g_queue_clear_full (&receiver->acks, g_free);
}

/* kill -9 for the hub: what was not committed is gone, and so is every connection. */
static void
crash (World *world)
{
  flow_router_free (world->router);
  test_store_crash (world->store);
  for (guint i = 0; i < SENDERS; i++)
    g_clear_object (&world->senders[i].channel);
  for (guint i = 0; i < RECEIVERS; i++)
    {
      g_clear_object (&world->receivers[i].channel);
      g_queue_clear_full (&world->receivers[i].acks, g_free);
    }
  open_router (world);
}

static char *
expiry (World *world)
{
  gint64 seconds = TEST_START_NS / 1000000000 + world->clock.now_us / G_USEC_PER_SEC + 20 + pick (world, 300);
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);
  g_autofree char *text = g_date_time_format_iso8601 (time);

  return g_strdup_printf (",\"expires\":\"%s\"", text);
}

static void
send_one (World *world, Sender *sender)
{
  Message *message = g_new0 (Message, 1);
  g_autofree char *expires = NULL;
  g_autofree char *members = NULL;

  message->id = g_strdup_printf ("m%u", g_hash_table_size (world->messages));
  message->source = sender->name;
  message->target = targets[pick (world, G_N_ELEMENTS (targets))];
  message->priority = (int) pick (world, 3) + 4;
  message->expires = chance (world, 15);
  expires = message->expires ? expiry (world) : g_strdup ("");
  members = g_strdup_printf (",\"ack\":true,\"priority\":%d,\"data\":{}%s", message->priority, expires);
  message->message = test_message ("note", sender->name, message->id, message->target, members);
  g_hash_table_insert (world->messages, message->id, message);
  g_queue_push_tail (&sender->unstored, message);
  if (sender->channel != NULL)
    flow_router_route (world->router, FLOW_CHANNEL (sender->channel), message->message);
}

/* A sender repeats what it was not told of, in order. */
static void
send_again (World *world, Sender *sender)
{
  if (sender->channel == NULL)
    return;
  for (GList *at = sender->unstored.head; at != NULL; at = at->next)
    flow_router_route (world->router, FLOW_CHANNEL (sender->channel), ((Message *) at->data)->message);
}

/* What a sender is told: "stored", or an error that ends it; one that the store was at fault for is tried again. */
static void
hear (World *world, Sender *sender)
{
  g_autoptr (FlowMessage) heard = NULL;

  while (sender->channel != NULL && (heard = test_channel_take (sender->channel)) != NULL)
    {
      const char *id = flow_message_get_reply_to (heard);
      Message *message = id != NULL ? g_hash_table_lookup (world->messages, id) : NULL;
      const char *code = "";
      const char *state = "";

      if (message != NULL && flow_message_get_string (heard, "state", &state))
        message->stored = TRUE;
      if (message != NULL && flow_message_get_string (heard, "code", &code) && !g_str_equal (code, "busy"))
        message->refused = TRUE;
      if (message != NULL && (message->stored || message->refused))
        g_queue_remove (&sender->unstored, message);
      g_clear_pointer (&heard, flow_message_unref);
    }
}

static void
handle (World *world, Receiver *receiver, Message *message, guint64 seq)
{
  gboolean had = g_hash_table_contains (receiver->handled, message);

  if (seq <= receiver->last)
    {
      /* What is counted as had must have been. */
      g_assert_true (had);
      return;
    }
  /* Only what was for a kind, and taken back from one who stayed away, may come twice. */
  g_assert_true (!had || is_kind (message->target));
  receiver->last = seq;
  if (had)
    return;
  message->handled++;
  g_hash_table_add (receiver->handled, message);
  g_ptr_array_add (receiver->order, message);
}

static void
send_ack (World *world, Receiver *receiver, const char *id)
{
  static guint n;
  g_autofree char *own = g_strdup_printf ("a%u", n++);
  g_autofree char *members = g_strdup_printf (",\"reply_to\":\"%s\",\"data\":{\"id\":\"%s\"}", id, id);
  g_autoptr (FlowMessage) ack = test_message ("ack", receiver->name, own, NULL, members);

  flow_router_route (world->router, FLOW_CHANNEL (receiver->channel), ack);
}

/* Take a message: handle it, and acknowledge it at once, or later, or never. */
static void
receive (World *world, Receiver *receiver, gboolean reliable)
{
  g_autoptr (FlowMessage) received = receiver->channel != NULL ? test_channel_take (receiver->channel) : NULL;
  Message *message;

  if (received == NULL)
    return;
  message = g_hash_table_lookup (world->messages, flow_message_get_id (received));
  g_assert_nonnull (message);
  g_assert_cmpstr (flow_message_get_source (received), ==, message->source);
  g_assert_cmpuint (flow_message_get_seq (received), >, 0);
  if (!reliable && chance (world, 8))
    {
      kill_receiver (world, receiver);
      return;
    }
  handle (world, receiver, message, flow_message_get_seq (received));
  if (!reliable && chance (world, 8))
    kill_receiver (world, receiver);
  else if (reliable || chance (world, 70))
    send_ack (world, receiver, message->id);
  else if (chance (world, 80))
    g_queue_push_tail (&receiver->acks, g_strdup (message->id));
}

static void
send_acks (World *world, Receiver *receiver)
{
  char *id;

  while (receiver->channel != NULL && (id = g_queue_pop_head (&receiver->acks)) != NULL)
    {
      send_ack (world, receiver, id);
      g_free (id);
    }
}

static void
step_receiver (World *world, Receiver *receiver)
{
  guint n = pick (world, 6);

  if (receiver->channel == NULL)
    {
      if (chance (world, 50))
        connect_channel (world, receiver->name, &receiver->channel);
      return;
    }
  if (chance (world, 10))
    test_channel_set_limit (receiver->channel, chance (world, 50) ? 2 : G_MAXUINT);
  for (guint i = 0; i < n; i++)
    receive (world, receiver, FALSE);
  if (chance (world, 50))
    send_acks (world, receiver);
  if (receiver->channel != NULL && chance (world, 20))
    flow_router_drained (world->router, FLOW_CHANNEL (receiver->channel));
  if (receiver->channel != NULL && chance (world, 20))
    flow_channel_set_focused (FLOW_CHANNEL (receiver->channel), chance (world, 50), world->clock.now_us);
  if (chance (world, 5))
    kill_receiver (world, receiver);
}

static void
step_sender (World *world, Sender *sender)
{
  guint n = pick (world, 5);

  if (sender->channel == NULL)
    {
      connect_channel (world, sender->name, &sender->channel);
      send_again (world, sender);
    }
  for (guint i = 0; i < n; i++)
    send_one (world, sender);
  hear (world, sender);
  if (chance (world, 10))
    send_again (world, sender);
  if (chance (world, 4))
    disconnect (world, &sender->channel);
}

static void
step (World *world)
{
  static const gint64 waits_us[] = {
    1000, 1000, 20000, G_USEC_PER_SEC, 20 * G_USEC_PER_SEC, 70 * G_USEC_PER_SEC, 1200 * G_USEC_PER_SEC
  };
  guint commits = pick (world, 12);

  if (chance (world, 2))
    crash (world);
  switch (pick (world, 4))
    {
    case 0:
      step_sender (world, &world->senders[pick (world, SENDERS)]);
      break;
    case 1:
      advance (world, waits_us[pick (world, chance (world, 10) ? 7 : 5)]);
      break;
    default:
      step_receiver (world, &world->receivers[pick (world, RECEIVERS)]);
      break;
    }
  for (guint i = 0; i < commits; i++)
    test_store_commit (world->store, chance (world, 3));
  if (chance (world, 70))
    test_store_tell (world->store);
}

/* Everybody is there and does what it should, until nothing waits. */
static void
drain (World *world)
{
  guint rounds = 0;

  do
    {
      for (guint i = 0; i < SENDERS; i++)
        {
          connect_channel (world, world->senders[i].name, &world->senders[i].channel);
          hear (world, &world->senders[i]);
          send_again (world, &world->senders[i]);
        }
      for (guint i = 0; i < RECEIVERS; i++)
        {
          connect_channel (world, world->receivers[i].name, &world->receivers[i].channel);
          test_channel_set_limit (world->receivers[i].channel, G_MAXUINT);
          while (test_channel_get_n (world->receivers[i].channel) > 0)
            receive (world, &world->receivers[i], TRUE);
          send_acks (world, &world->receivers[i]);
        }
      test_store_settle (world->store);
      advance (world, 10 * G_USEC_PER_SEC);
      test_store_settle (world->store);
      g_assert_cmpuint (++rounds, <, MAX_DRAIN);
    }
  while (test_store_get_kept (world->store) > 0 || world->senders[0].unstored.length > 0 ||
         world->senders[1].unstored.length > 0);
}

static void
check_message (World *world, const Message *message)
{
  const char *reason = test_store_get_reason (world->store, message->source, message->id);

  g_assert_true (message->stored || message->refused);
  if (reason != NULL && g_str_equal (reason, "expired"))
    g_assert_true (message->expires);
  if (!is_kind (message->target))
    g_assert_cmpuint (message->handled, <=, 1);
  if (message->handled == 0)
    g_assert_true (reason != NULL || (message->refused && message->expires));
}

/* Among messages of one sender, target and priority the order in which they were kept holds. */
static void
check_order (World *world, const Receiver *receiver)
{
  for (guint i = 0; i < receiver->order->len; i++)
    {
      const Message *later = g_ptr_array_index (receiver->order, i);
      guint64 order = test_store_get_order (world->store, later->source, later->id);

      for (guint k = 0; k < i; k++)
        {
          const Message *earlier = g_ptr_array_index (receiver->order, k);

          if (earlier->source == later->source && earlier->target == later->target &&
              earlier->priority == later->priority)
            g_assert_cmpuint (test_store_get_order (world->store, earlier->source, earlier->id), <, order);
        }
    }
}

typedef struct
{
  guint messages;
  guint handled;
  guint dead;
} Totals;

static void
run_seed (guint seed, Totals *totals)
{
  World world;
  GHashTableIter iter;
  gpointer message;
  FlowRouterStats stats;

  world_init (&world, seed);
  for (guint i = 0; i < STEPS; i++)
    step (&world);
  drain (&world);

  g_hash_table_iter_init (&iter, world.messages);
  while (g_hash_table_iter_next (&iter, NULL, &message))
    {
      check_message (&world, message);
      totals->handled += ((Message *) message)->handled;
    }
  for (guint i = 0; i < RECEIVERS; i++)
    check_order (&world, &world.receivers[i]);
  flow_router_get_stats (world.router, &stats);
  g_assert_cmpuint (stats.waiting, ==, 0);
  g_assert_cmpuint (stats.waiting_bytes, ==, 0);
  g_assert_cmpuint (stats.dead, ==, test_store_get_dead (world.store));
  totals->messages += g_hash_table_size (world.messages);
  totals->dead += stats.dead;
  world_clear (&world);
}

static void
test_seeds (void)
{
  const char *only = g_getenv ("FLOW_TEST_SEED");
  Totals totals = { 0 };

  if (only != NULL)
    run_seed ((guint) g_ascii_strtoull (only, NULL, 10), &totals);
  for (guint seed = 0; only == NULL && seed < SEEDS; seed++)
    {
      g_test_message ("seed %u", seed);
      run_seed (seed, &totals);
    }
  g_test_message ("%u messages, %u handled, %u dead letters", totals.messages, totals.handled, totals.dead);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/router/simulation/seeds", test_seeds);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "base/flow-error.h"
#include "hub/flow-channel-client.h"
#include "hub/flow-channel-memory.h"

static void
test_memory (void)
{
  g_autoptr (FlowChannelMemory) memory = flow_channel_memory_new (NULL);

  flow_channel_memory_begin (memory, "a", 10);
  g_assert_true (flow_channel_memory_is_new (memory, 1));
  g_assert_true (flow_channel_memory_handled (memory, 3, NULL));
  g_assert_false (flow_channel_memory_is_new (memory, 2));
  g_assert_false (flow_channel_memory_is_new (memory, 3));
  g_assert_true (flow_channel_memory_is_new (memory, 4));
  /* A number that is late takes nothing back. */
  g_assert_true (flow_channel_memory_handled (memory, 2, NULL));
  g_assert_false (flow_channel_memory_is_new (memory, 3));
}

static void
test_memory_in_a_file (void)
{
  g_autofree char *path = g_build_filename (g_get_user_state_dir (), "memory.json", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowChannelMemory) second = NULL;
  FlowChannelMemory *first;

  g_mkdir_with_parents (g_get_user_state_dir (), 0700);
  first = flow_channel_memory_new (path);
  flow_channel_memory_begin (first, "a", 9);
  g_assert_true (flow_channel_memory_handled (first, 7, &error));
  g_assert_no_error (error);
  flow_channel_memory_free (first);

  second = flow_channel_memory_new (path);
  flow_channel_memory_begin (second, "a", 9);
  g_assert_false (flow_channel_memory_is_new (second, 7));
  g_assert_true (flow_channel_memory_is_new (second, 8));
  /* The hub went back to a backup: what it gives from 6 on is new. */
  flow_channel_memory_begin (second, "a", 5);
  g_assert_false (flow_channel_memory_is_new (second, 5));
  g_assert_true (flow_channel_memory_is_new (second, 6));
}

/* A name that is used with several hubs in turn: each counts for itself. */
static void
test_memory_of_several_hubs (void)
{
  g_autofree char *path = g_build_filename (g_get_user_state_dir (), "several.json", NULL);
  g_autoptr (FlowChannelMemory) second = NULL;
  FlowChannelMemory *first;

  g_mkdir_with_parents (g_get_user_state_dir (), 0700);
  first = flow_channel_memory_new (path);
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *epoch = g_strdup_printf ("%u", i);

      flow_channel_memory_begin (first, epoch, 100);
      g_assert_true (flow_channel_memory_is_new (first, 1));
      g_assert_true (flow_channel_memory_handled (first, 10 + i, NULL));
    }
  flow_channel_memory_begin (first, "5", 100);
  g_assert_false (flow_channel_memory_is_new (first, 15));
  flow_channel_memory_free (first);

  second = flow_channel_memory_new (path);
  flow_channel_memory_begin (second, "9", 100);
  g_assert_false (flow_channel_memory_is_new (second, 19));
  flow_channel_memory_begin (second, "5", 100);
  g_assert_false (flow_channel_memory_is_new (second, 15));
  g_assert_true (flow_channel_memory_is_new (second, 16));
  /* The oldest was forgotten. */
  flow_channel_memory_begin (second, "0", 100);
  g_assert_true (flow_channel_memory_is_new (second, 1));
}

static void
test_memory_that_is_broken (void)
{
  static const char *const texts[] = { "",
                                       "[",
                                       "{\"stores\":{}}",
                                       "{\"stores\":[1,{\"epoch\":7}]}",
                                       "{\"stores\":[{\"epoch\":\"a\",\"seq\":-9}]}",
                                       "{\"stores\":[{\"epoch\":\"a\",\"seq\":\"9\"}]}" };
  g_autofree char *path = g_build_filename (g_get_user_state_dir (), "broken.json", NULL);
  g_autofree char *nowhere = g_build_filename (g_get_user_state_dir (), "no", "folder.json", NULL);
  g_autoptr (FlowChannelMemory) memory = flow_channel_memory_new (nowhere);
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (g_get_user_state_dir (), 0700);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (FlowChannelMemory) broken = NULL;

      g_assert_true (g_file_set_contents (path, texts[i], -1, NULL));
      broken = flow_channel_memory_new (path);
      flow_channel_memory_begin (broken, "a", 20);
      g_assert_true (flow_channel_memory_is_new (broken, 1));
    }
  flow_channel_memory_begin (memory, "a", 20);
  g_assert_false (flow_channel_memory_handled (memory, 1, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
  g_assert_false (flow_channel_memory_is_new (memory, 1));
}

/* What a call ended with. */
typedef struct
{
  gboolean done;
  FlowMessage *answer;
  GError *error;
} Outcome;

static void
outcome_clear (Outcome *outcome)
{
  g_clear_pointer (&outcome->answer, flow_message_unref);
  g_clear_error (&outcome->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

static void
done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Outcome *outcome = data;

  outcome->answer = g_task_propagate_pointer (G_TASK (result), &outcome->error);
  outcome->done = TRUE;
}

static void
wait_for (Outcome *outcome)
{
  while (!outcome->done)
    g_main_context_iteration (NULL, TRUE);
}

static FlowMessage *
make (const char *type, const char *id, gboolean ack)
{
  FlowMessageBuilder *builder = flow_message_builder_new (type, "cli/a");

  flow_message_builder_set_id (builder, id);
  flow_message_builder_set_ack (builder, ack);
  return flow_message_builder_end (builder);
}

static FlowMessage *
make_answer (const char *type, const char *reply_to, const char *key, const char *value)
{
  FlowMessageBuilder *builder = flow_message_builder_new (type, FLOW_CHANNEL_HUB);

  flow_message_builder_set_reply_to (builder, reply_to);
  flow_json_writer_key (flow_message_builder_data (builder), key);
  flow_json_writer_string (flow_message_builder_data (builder), value, -1);
  return flow_message_builder_end (builder);
}

static void
begin_call (FlowChannelCalls *calls, const char *id, FlowChannelUntil until, guint timeout_ms,
            GCancellable *cancellable, Outcome *outcome)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, done_cb, outcome);
  g_autoptr (FlowMessage) message = make ("own_thing", id, until != FLOW_CHANNEL_UNTIL_ANSWERED);

  flow_channel_calls_add (calls, message, until, timeout_ms, task);
}

static gboolean
take (FlowChannelCalls *calls, const char *type, const char *reply_to, const char *key, const char *value)
{
  g_autoptr (FlowMessage) answer = make_answer (type, reply_to, key, value);

  return flow_channel_calls_take (calls, answer);
}

static guint
count_unsafe (FlowChannelCalls *calls)
{
  g_autoptr (GPtrArray) messages = flow_channel_calls_list_unsafe (calls);

  return messages->len;
}

static void
test_calls (void)
{
  g_autoptr (FlowChannelCalls) calls = flow_channel_calls_new ();
  g_auto (Outcome) stored = { 0 }, handled = { 0 }, answered = { 0 };

  begin_call (calls, "s", FLOW_CHANNEL_UNTIL_STORED, 60000, NULL, &stored);
  begin_call (calls, "h", FLOW_CHANNEL_UNTIL_HANDLED, 60000, NULL, &handled);
  begin_call (calls, "a", FLOW_CHANNEL_UNTIL_ANSWERED, 60000, NULL, &answered);
  g_assert_cmpuint (count_unsafe (calls), ==, 2);

  g_assert_false (take (calls, "pong", "other", "x", "y"));
  g_assert_false (take (calls, "own_thing", "s", "x", "y"));
  g_assert_true (take (calls, "ack", "s", "state", "stored"));
  wait_for (&stored);
  g_assert_no_error (stored.error);
  g_assert_true (take (calls, "ack", "h", "state", "stored"));
  g_assert_cmpuint (count_unsafe (calls), ==, 0);
  g_assert_true (take (calls, "ack", NULL, "id", "h"));
  g_assert_false (handled.done);
  g_assert_true (take (calls, "ack", "h", "state", "handled"));
  wait_for (&handled);
  g_assert_no_error (handled.error);
  g_assert_true (take (calls, "own_thing", "a", "x", "y"));
  wait_for (&answered);
  g_assert_true (flow_message_is (answered.answer, "own_thing"));
}

static void
test_calls_that_fail (void)
{
  g_autoptr (FlowChannelCalls) calls = flow_channel_calls_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) lost = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_NOT_RUNNING, "lost");
  g_auto (Outcome) refused = { 0 }, odd = { 0 }, late = { 0 }, cancelled = { 0 }, quick = { 0 }, safe = { 0 };

  begin_call (calls, "r", FLOW_CHANNEL_UNTIL_STORED, 60000, NULL, &refused);
  g_assert_true (take (calls, "error", "r", "code", "queue_full"));
  wait_for (&refused);
  g_assert_error (refused.error, FLOW_ERROR, FLOW_ERROR_QUEUE_FULL);

  begin_call (calls, "o", FLOW_CHANNEL_UNTIL_ANSWERED, 60000, NULL, &odd);
  g_assert_true (take (calls, "error", NULL, "in_reply_to", "o"));
  wait_for (&odd);
  g_assert_error (odd.error, FLOW_ERROR, FLOW_ERROR_FAILED);

  begin_call (calls, "l", FLOW_CHANNEL_UNTIL_ANSWERED, 1, NULL, &late);
  wait_for (&late);
  g_assert_error (late.error, FLOW_ERROR, FLOW_ERROR_TIMEOUT);
  g_assert_false (take (calls, "own_thing", "l", "x", "y"));

  begin_call (calls, "c", FLOW_CHANNEL_UNTIL_ANSWERED, 60000, cancellable, &cancelled);
  g_cancellable_cancel (cancellable);
  wait_for (&cancelled);
  g_assert_nonnull (cancelled.error);

  begin_call (calls, "q", FLOW_CHANNEL_UNTIL_ANSWERED, 60000, NULL, &quick);
  begin_call (calls, "k", FLOW_CHANNEL_UNTIL_STORED, 60000, NULL, &safe);
  flow_channel_calls_fail (calls, FALSE, lost);
  wait_for (&quick);
  g_assert_error (quick.error, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING);
  g_assert_cmpuint (count_unsafe (calls), ==, 1);
  flow_channel_calls_fail (calls, TRUE, lost);
  wait_for (&safe);
  g_assert_error (safe.error, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING);
}

static void
left_cb (FlowChannelClient *client, const GError *error, gboolean final, GError **out)
{
  g_assert_true (final);
  *out = g_error_copy (error);
}

static void
called_cb (GObject *client, GAsyncResult *result, gpointer data)
{
  Outcome *outcome = data;

  outcome->answer = flow_channel_client_call_finish (FLOW_CHANNEL_CLIENT (client), result, &outcome->error);
  outcome->done = TRUE;
}

/* Without a hub it ends at once, and so does what waits; what must arrive waits while it tries again. */
static void
test_without_a_hub (void)
{
  g_autoptr (FlowContext) context = flow_context_new (NULL, NULL);
  g_autoptr (FlowChannelClient) once = flow_channel_client_new (context, FLOW_CHANNEL_KIND_CLI, "once");
  g_autoptr (FlowChannelClient) patient = flow_channel_client_new (context, FLOW_CHANNEL_KIND_CLI, NULL);
  g_autoptr (FlowMessage) quick = make ("own_thing", "q", FALSE);
  g_autoptr (FlowMessage) safe = make ("own_thing", "s", TRUE);
  g_auto (Outcome) lost = { 0 }, kept = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (flow_channel_client_get_name (once), ==, "cli/once");
  g_signal_connect (once, "left", G_CALLBACK (left_cb), &error);
  flow_channel_client_start (once);
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING);
  g_assert_false (flow_channel_client_is_joined (once));

  flow_channel_client_set_reconnect (patient, TRUE);
  flow_channel_client_start (patient);
  flow_channel_client_call_async (patient, quick, FLOW_CHANNEL_UNTIL_ANSWERED, 60000, NULL, called_cb, &lost);
  flow_channel_client_call_async (patient, safe, FLOW_CHANNEL_UNTIL_STORED, 60000, NULL, called_cb, &kept);
  wait_for (&lost);
  g_assert_error (lost.error, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING);
  g_assert_false (kept.done);
  flow_channel_client_stop (patient);
  wait_for (&kept);
  g_assert_error (kept.error, FLOW_ERROR, FLOW_ERROR_CANCELLED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/hub/channel-client/memory", test_memory);
  g_test_add_func ("/hub/channel-client/memory-in-a-file", test_memory_in_a_file);
  g_test_add_func ("/hub/channel-client/memory-of-several-hubs", test_memory_of_several_hubs);
  g_test_add_func ("/hub/channel-client/memory-that-is-broken", test_memory_that_is_broken);
  g_test_add_func ("/hub/channel-client/calls", test_calls);
  g_test_add_func ("/hub/channel-client/calls-that-fail", test_calls_that_fail);
  g_test_add_func ("/hub/channel-client/without-a-hub", test_without_a_hub);
  return g_test_run ();
}

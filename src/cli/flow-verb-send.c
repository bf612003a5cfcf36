/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-send"

#include <glib/gi18n.h>
#include <string.h>

#include "base/flow-clock.h"
#include "base/flow-error.h"
#include "cli/flow-cli-channel.h"
#include "cli/flow-data-words.h"
#include "cli/flow-message-text.h"
#include "cli/flow-verbs.h"
#include "message/flow-message-validate.h"

#define NS_PER_MS 1000000
#define DEFAULT_WAIT_NS (30 * G_GINT64_CONSTANT (1000000000))
/* In bytes. */
#define MAX_TYPE 64
#define MAX_ID 128
/* The hub does what one channel sends in order: once it has answered this, it has done what came before. */
#define BEHIND "sync_request"

static const FlowOption options[] = {
  { "target", 't', FLOW_OPTION_TEXT, "TARGET", N_ ("A kind of channel, or one channel: KIND/NAME"), NULL },
  { "data", 'd', FLOW_OPTION_TEXT, "JSON", N_ ("The content, a JSON object"), NULL },
  { "ack", 'a', FLOW_OPTION_FLAG, NULL, N_ ("Have it stored until its receiver has handled it"), NULL },
  { "wait", 'w', FLOW_OPTION_FLAG, NULL, N_ ("Wait for the answer; with --ack until it was handled"), NULL },
  { "timeout", 0, FLOW_OPTION_DURATION, "DURATION", N_ ("Wait no longer; 30s if not given"), NULL },
  { "priority", 0, FLOW_OPTION_NUMBER, "N", N_ ("0 to 9, 9 goes first"), NULL },
  { "expires", 0, FLOW_OPTION_DURATION, "DURATION", N_ ("After this time it is worth nothing"), NULL },
  { "id", 0, FLOW_OPTION_TEXT, "ID", N_ ("Send under this id: an id that was sent before is not sent again"), NULL },
  { "instance", 0, FLOW_OPTION_TEXT, "NAME", N_ ("Send as cli/NAME"), NULL },
  { NULL },
};

typedef struct
{
  FlowCli *cli;
  FlowChannelClient *client;
  GMainLoop *loop;
  FlowMessage *message;
  FlowChannelUntil until;
  gboolean only_send; /* nobody is waited for: the hub must have taken it */
  guint timeout_ms;
  gboolean sent;
  gboolean done;
  FlowMessage *answer; /* (nullable) */
  GError *error;       /* (nullable) */
} Send;

static void
end (Send *send, FlowMessage *answer, GError *error)
{
  if (send->done)
    {
      g_clear_pointer (&answer, flow_message_unref);
      g_clear_error (&error);
      return;
    }
  send->done = TRUE;
  send->answer = answer;
  send->error = error;
  g_main_loop_quit (send->loop);
}

static void
called_cb (GObject *client, GAsyncResult *result, gpointer data)
{
  GError *error = NULL;
  FlowMessage *answer = flow_channel_client_call_finish (FLOW_CHANNEL_CLIENT (client), result, &error);

  end (data, answer, error);
}

/* Any answer, an error too, says that what was sent before is done. */
static void
behind_cb (GObject *client, GAsyncResult *result, gpointer data)
{
  g_autoptr (FlowMessage) answer = NULL;
  g_autoptr (GError) error = NULL;
  gboolean none;

  answer = flow_channel_client_call_finish (FLOW_CHANNEL_CLIENT (client), result, &error);
  none = g_error_matches (error, FLOW_ERROR, FLOW_ERROR_TIMEOUT) ||
         g_error_matches (error, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING) ||
         g_error_matches (error, FLOW_ERROR, FLOW_ERROR_CANCELLED);
  end (data, NULL, none ? g_steal_pointer (&error) : NULL);
}

static void
joined_cb (FlowChannelClient *client, FlowMessage *welcome, Send *send)
{
  FlowMessageBuilder *builder;
  g_autoptr (FlowMessage) behind = NULL;

  if (send->sent)
    return;
  send->sent = TRUE;
  flow_channel_client_set_reconnect (client, flow_message_get_ack (send->message));
  flow_channel_client_call_async (client, send->message, send->until, send->timeout_ms, NULL, called_cb, send);
  if (!send->only_send)
    return;
  builder = flow_channel_client_build (client, BEHIND);
  flow_json_writer_key (flow_message_builder_data (builder), "limit");
  flow_json_writer_int64 (flow_message_builder_data (builder), 1);
  behind = flow_message_builder_end (builder);
  flow_channel_client_call_async (client, behind, FLOW_CHANNEL_UNTIL_ANSWERED, send->timeout_ms, NULL, behind_cb, send);
}

static void
left_cb (FlowChannelClient *client, const GError *error, gboolean final, Send *send)
{
  if (final)
    end (send, NULL, g_error_copy (error));
}

static char *
format_expiry (gint64 duration_ns)
{
  return flow_clock_format_utc (flow_clock_wall_ns (NULL) + duration_ns);
}

static void
write_data (FlowJsonWriter *writer, JsonObject *data)
{
  JsonObjectIter iter;
  const char *key;
  JsonNode *value;

  json_object_iter_init_ordered (&iter, data);
  while (json_object_iter_next_ordered (&iter, &key, &value))
    {
      g_autofree char *text = json_to_string (value, FALSE);

      flow_json_writer_key (writer, key);
      flow_json_writer_raw (writer, text, -1);
    }
}

/* Whether it can stand outside of `data`, however much of it must be escaped there. */
static gboolean
is_name (const char *text, gsize max)
{
  if (*text == '\0' || strlen (text) > max || !g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      if (g_unichar_iscntrl (g_utf8_get_char (text)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_names (FlowArguments *arguments, GError **error)
{
  const char *target = flow_arguments_text (arguments, "target");
  const char *id = flow_arguments_text (arguments, "id");

  if (!is_name (flow_arguments_word (arguments, 0), MAX_TYPE))
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("that cannot be a type"));
  else if (id != NULL && !is_name (id, MAX_ID))
    g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("that cannot be an id"));
  else if (target != NULL && !flow_channel_name_split (target, NULL, NULL))
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("“%s” is neither a kind nor a channel"), target);
  else
    return TRUE;
  return FALSE;
}

static gboolean
check (FlowMessage *message, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (flow_message_validate (message, &local))
    return TRUE;
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, local->message);
  return FALSE;
}

static FlowMessage *
make_message (FlowCli *cli, FlowChannelClient *client, FlowArguments *arguments, GError **error)
{
  const char *type = flow_arguments_word (arguments, 0);
  const FlowMessageType *info = flow_message_type_find (type, strlen (type));
  const char *id = flow_arguments_text (arguments, "id");
  gint64 expires = flow_arguments_number (arguments, "expires", 0);
  gint64 priority = flow_arguments_number (arguments, "priority", -1);
  g_autoptr (JsonObject) data = NULL;
  g_autoptr (FlowMessage) message = NULL;
  FlowMessageBuilder *builder;

  if (!check_names (arguments, error))
    return NULL;
  if (priority > 9)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("a priority is 0 to 9"));
      return NULL;
    }
  data = flow_data_words_parse (flow_arguments_text (arguments, "data"), flow_arguments_words (arguments) + 1,
                                info != NULL ? flow_message_schema (info) : NULL, error);
  if (data == NULL)
    return NULL;
  builder = flow_channel_client_build (client, type);
  flow_message_builder_set_target (builder, flow_arguments_text (arguments, "target"));
  flow_message_builder_set_ack (builder, flow_arguments_has (arguments, "ack"));
  flow_message_builder_set_priority (builder, (int) priority);
  if (id != NULL)
    flow_message_builder_set_id (builder, id);
  if (expires > 0)
    {
      g_autofree char *time = format_expiry (expires);

      flow_message_builder_set_expires (builder, time);
    }
  write_data (flow_message_builder_data (builder), data);
  message = flow_message_builder_end (builder);
  return check (message, error) ? g_steal_pointer (&message) : NULL;
}

/* An `ack` says only that it is stored, or handled; without an answer it was at least sent. */
static void
print_outcome (Send *send)
{
  const char *state = "sent";
  FlowJsonWriter *writer;

  if (send->answer != NULL && !flow_message_is (send->answer, "ack"))
    {
      if (!flow_message_print (send->answer, send->cli))
        flow_cli_note (send->cli, _ ("flowctl: the answer is broken"));
      return;
    }
  if (send->answer != NULL && !flow_message_get_string (send->answer, "state", &state))
    state = "stored";
  if (!flow_cli_is_json (send->cli))
    {
      flow_cli_print (send->cli, "%s  ", state);
      flow_cli_print_outside (send->cli, flow_message_get_id (send->message), -1);
      flow_cli_print (send->cli, "\n");
      return;
    }
  writer = flow_cli_begin_json (send->cli);
  flow_json_writer_begin_object (writer);
  flow_json_writer_key (writer, "id");
  flow_json_writer_string (writer, flow_message_get_id (send->message), -1);
  flow_json_writer_key (writer, "state");
  flow_json_writer_string (writer, state, -1);
  flow_json_writer_end_object (writer);
  flow_cli_end_json (send->cli);
}

static gboolean
run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  const char *instance = flow_arguments_text (arguments, "instance");
  g_autoptr (FlowChannelClient) client = flow_cli_channel_new (cli, FLOW_CHANNEL_KIND_CLI, instance, error);
  g_autoptr (FlowMessage) message = client != NULL ? make_message (cli, client, arguments, error) : NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  gboolean ack = flow_arguments_has (arguments, "ack"), wait = flow_arguments_has (arguments, "wait");
  Send send = { .cli = cli, .client = client, .loop = loop, .message = message };

  if (message == NULL)
    return FALSE;
  send.until = !ack ? FLOW_CHANNEL_UNTIL_ANSWERED : wait ? FLOW_CHANNEL_UNTIL_HANDLED : FLOW_CHANNEL_UNTIL_STORED;
  send.only_send = !ack && !wait;
  send.timeout_ms = (guint) CLAMP (flow_arguments_number (arguments, "timeout", DEFAULT_WAIT_NS) / NS_PER_MS, 1,
                                   G_MAXINT);
  g_signal_connect (client, "joined", G_CALLBACK (joined_cb), &send);
  g_signal_connect (client, "left", G_CALLBACK (left_cb), &send);
  flow_channel_client_start (client);
  if (!send.done)
    g_main_loop_run (loop);
  flow_channel_client_stop (client);
  if (send.error != NULL)
    {
      g_propagate_error (error, send.error);
      return FALSE;
    }
  print_outcome (&send);
  g_clear_pointer (&send.answer, flow_message_unref);
  return TRUE;
}

const FlowVerb flow_verb_send = {
  .name = "send",
  .synopsis = "TYPE [KEY=VALUE…]",
  .summary = N_ ("Send a message to an editor, or to whoever it is for"),
  .description = N_ (
      "flowctl send jump_to_code -t editor file=/home/me/app.py line=7\n\n"
      "The content is made of KEY=VALUE: dots go down (range.start.line=3), VALUE is JSON if it can be, else a text. "
      "The target is a kind (editor, vscode_extension, cli, …): then the best channel of it gets the message, for "
      "code the editor that has the file's folder open and was looked at last. Or it is one channel, as flowctl "
      "channels lists them. Without a target everybody gets it whom it may concern.\n\n"
      "With --ack the hub stores it first and keeps it while the receiver is away. It ends when the hub has it, or "
      "with --wait when the receiver has handled it, or has answered."),
  .options = options,
  .min = 1,
  .max = FLOW_ANY,
  .run = run,
};

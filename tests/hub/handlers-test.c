/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-test"

#include "handlers-test.h"

#include <glib/gstdio.h>
#include <string.h>

#include "message/flow-message-validate.h"

G_DEFINE_FINAL_TYPE (TestChannel, test_channel, FLOW_TYPE_CHANNEL)

static FlowChannelSent
test_channel_send (FlowChannel *channel, GBytes *bytes, gboolean droppable)
{
  g_autoptr (GError) error = NULL;
  FlowMessage *message = flow_message_new_from_bytes (bytes, &error);

  g_assert_no_error (error);
  flow_message_validate (message, &error);
  g_assert_no_error (error);
  g_ptr_array_add (TEST_CHANNEL (channel)->sent, message);
  return FLOW_CHANNEL_SENT;
}

static void
test_channel_close (FlowChannel *channel, guint code, const char *reason)
{
}

static void
test_channel_finalize (GObject *object)
{
  g_ptr_array_unref (TEST_CHANNEL (object)->sent);

  G_OBJECT_CLASS (test_channel_parent_class)->finalize (object);
}

static void
test_channel_class_init (TestChannelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_channel_finalize;
  FLOW_CHANNEL_CLASS (klass)->send = test_channel_send;
  FLOW_CHANNEL_CLASS (klass)->close = test_channel_close;
}

static void
test_channel_init (TestChannel *self)
{
  self->sent = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_message_unref);
}

static void
joined (FlowRouter *router, FlowChannel *channel, gpointer data)
{
  flow_handlers_joined (((HandlersTest *) data)->handlers, channel);
}

static void
left (FlowRouter *router, FlowChannel *channel, gpointer data)
{
  flow_hub_edits_left (((HandlersTest *) data)->edits, channel);
  flow_handlers_left (((HandlersTest *) data)->handlers, channel);
}

static void
unroutable (FlowRouter *router, FlowMessage *message, gpointer data)
{
  flow_handlers_unroutable (((HandlersTest *) data)->handlers, message);
}

static gboolean
focus (const guint8 trace_id[16], guint64 span_id, gpointer data)
{
  HandlersTest *self = data;

  if (!self->has_app)
    return FALSE;
  g_free (self->focused);
  self->focused = g_strdup_printf ("%02x%02x %" G_GUINT64_FORMAT, trace_id[0], trace_id[15], GUINT64_FROM_BE (span_id));
  return TRUE;
}

static gboolean
focus_edit (const char *id, gpointer data)
{
  HandlersTest *self = data;

  if (!self->has_app)
    return FALSE;
  g_free (self->focused);
  self->focused = g_strdup (id);
  return TRUE;
}

static void
jump_failed (const char *file, guint line, const char *reason, gpointer data)
{
  HandlersTest *self = data;

  g_free (self->jump_failed);
  self->jump_failed = g_strdup_printf ("%s:%u: %s", file, line, reason);
}

typedef struct
{
  FlowCall call;
  HandlersTest *test;
  FlowCommit *commit;
} Committed;

static void
committed_call (FlowCall *call)
{
  Committed *committed = (Committed *) call;

  if (committed->test->handlers != NULL)
    flow_handlers_committed (committed->test->handlers, committed->commit);
  flow_commit_unref (committed->commit);
  g_free (committed);
}

static void
committed_cb (FlowCommit *commit, gpointer data)
{
  Committed *committed = g_new0 (Committed, 1);

  committed->call.run = committed_call;
  committed->test = data;
  committed->commit = flow_commit_ref (commit);
  flow_call_queue_push (((HandlersTest *) data)->calls, &committed->call);
}

static void
make_edits (HandlersTest *self)
{
  g_autoptr (FlowSettingsSnapshot) settings = flow_settings_snapshot (self->settings);
  g_autoptr (GError) error = NULL;
  FlowHubEditsSetup setup = {
    .router = self->router,
    .journal = flow_edit_journal_sqlite_get_journal (self->journal),
    .runtime_dir = flow_context_get_runtime_dir (self->context),
    .news = self->news,
  };

  self->edits = flow_hub_edits_new (&setup, settings, &error);
  g_assert_no_error (error);
}

static void
make_handlers (HandlersTest *self)
{
  g_autoptr (FlowSettingsSnapshot) settings = flow_settings_snapshot (self->settings);
  g_autoptr (GError) error = NULL;
  FlowHandlersSetup setup = {
    .router = self->router,
    .calls = self->calls,
    .store = self->store,
    .traces = self->traces,
    .edits = self->edits,
    .database = flow_context_get_database_path (self->context),
    .trusted_file = self->trusted,
    .funcs = { focus, focus_edit, jump_failed },
    .data = self,
  };

  self->handlers = flow_handlers_new (&setup, settings, &error);
  g_assert_no_error (error);
}

static void
edits_changed (gpointer data)
{
  ((HandlersTest *) data)->edits_changed++;
}

static void
edit_notice (const char *kind, const char *id, const char *title, const char *message, const char *detail,
             gpointer data)
{
  HandlersTest *self = data;

  g_free (self->notice);
  self->notice = g_strdup_printf ("%s: %s", kind, detail);
}

static const FlowHubNewsFuncs news_funcs = { .edits_changed = edits_changed, .edit_notice = edit_notice };

void
handlers_test_set_up (HandlersTest *self, gconstpointer data)
{
  static const FlowRouterFuncs funcs = { .joined = joined, .left = left, .unroutable = unroutable };
  g_autoptr (GError) error = NULL;

  self->context = test_context_new ();
  self->folder = g_build_filename (flow_context_get_data_dir (self->context), "files", NULL);
  g_assert_cmpint (g_mkdir (self->folder, 0700), ==, 0);
  self->trusted = g_build_filename (flow_context_get_data_dir (self->context), "trusted", NULL);
  self->settings = flow_settings_new (self->context, &error);
  g_assert_no_error (error);
  self->calls = flow_call_queue_new (g_main_context_default (), "test-calls");
  self->store = flow_store_new (self->context);
  self->traces = flow_trace_store_new (self->store);
  flow_trace_store_set_committed (self->traces, committed_cb, self);
  self->outbox = flow_outbox_sqlite_new (self->store, flow_context_get_database_path (self->context), self->calls);
  self->journal = flow_edit_journal_sqlite_new (self->store, flow_context_get_database_path (self->context),
                                                self->calls);
  flow_store_open (self->store, &error);
  g_assert_no_error (error);
  self->router = flow_router_new (NULL, &funcs, self);
  flow_router_open (self->router, flow_outbox_sqlite_get_store (self->outbox), &error);
  g_assert_no_error (error);
  self->news = flow_hub_news_new (g_main_context_default (), &news_funcs, self);
  make_edits (self);
  make_handlers (self);
}

void
handlers_test_tear_down (HandlersTest *self, gconstpointer data)
{
  handlers_test_settle (self);
  flow_hub_edits_stop (self->edits);
  flow_store_close (self->store);
  flow_call_queue_drain (self->calls);
  g_clear_pointer (&self->handlers, flow_handlers_free);
  flow_hub_edits_free (self->edits);
  flow_hub_news_free (self->news);
  flow_router_free (self->router);
  flow_edit_journal_sqlite_free (self->journal);
  flow_outbox_sqlite_free (self->outbox);
  flow_call_queue_free (self->calls);
  flow_trace_store_free (self->traces);
  g_object_unref (self->store);
  g_object_unref (self->settings);
  test_context_remove (self->context);
  g_free (self->folder);
  g_free (self->trusted);
  g_free (self->focused);
  g_free (self->jump_failed);
  g_free (self->notice);
}

void
handlers_test_set (HandlersTest *self, const char *key, const char *value)
{
  g_autoptr (FlowSettingsSnapshot) settings = NULL;
  g_autoptr (GError) error = NULL;

  flow_settings_from_text (self->settings, key, value, &error);
  g_assert_no_error (error);
  settings = flow_settings_snapshot (self->settings);
  flow_hub_edits_set_settings (self->edits, settings);
  flow_handlers_set_settings (self->handlers, settings);
}

char *
handlers_test_make_folder (HandlersTest *self, const char *name)
{
  char *path = g_build_filename (self->folder, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
  return path;
}

char *
handlers_test_write_file (HandlersTest *self, const char *name)
{
  char *path = g_build_filename (self->folder, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents (path, "text\n", -1, &error);
  g_assert_no_error (error);
  return path;
}

TestChannel *
handlers_test_join (HandlersTest *self, const char *name, const char *capability, const char *folder)
{
  TestChannel *channel = g_object_new (TEST_TYPE_CHANNEL, "name", name, NULL);
  const char *capabilities[] = { capability, NULL };
  const char *folders[] = { folder, NULL };

  flow_channel_set_capabilities (FLOW_CHANNEL (channel), capabilities);
  flow_channel_set_workspaces (FLOW_CHANNEL (channel), folders, NULL, 0);
  flow_router_add_channel (self->router, FLOW_CHANNEL (channel));
  g_object_unref (channel);
  return channel;
}

void
handlers_test_leave (HandlersTest *self, TestChannel *channel)
{
  flow_router_remove_channel (self->router, FLOW_CHANNEL (channel));
}

static char *
say (HandlersTest *self, TestChannel *from, const char *type, const char *target, gboolean ack, const char *data)
{
  char *id = g_strdup_printf ("id-%u", ++self->ids);
  g_autofree char *to = target != NULL ? g_strdup_printf ("\"target\":\"%s\",", target) : g_strdup ("");
  g_autofree char *text = g_strdup_printf ("{\"id\":\"%s\",\"type\":\"%s\",\"source\":\"%s\",%s%s\"data\":%s}", id,
                                           type, flow_channel_get_name (FLOW_CHANNEL (from)), to,
                                           ack ? "\"ack\":true," : "", data);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowMessage) message = flow_message_new_from_bytes (bytes, &error);

  g_assert_no_error (error);
  flow_router_route (self->router, FLOW_CHANNEL (from), message);
  return id;
}

char *
handlers_test_say (HandlersTest *self, TestChannel *from, const char *type, const char *target, const char *data)
{
  return say (self, from, type, target, FALSE, data);
}

char *
handlers_test_say_ack (HandlersTest *self, TestChannel *from, const char *type, const char *data)
{
  return say (self, from, type, NULL, TRUE, data);
}

guint
test_channel_count (TestChannel *self, const char *type)
{
  guint count = 0;

  for (guint i = 0; i < self->sent->len; i++)
    count += flow_message_is (self->sent->pdata[i], type);
  return count;
}

/* The next message of a type, which the channel forgets with those before it. */
FlowMessage *
handlers_test_wait (HandlersTest *self, TestChannel *channel, const char *type)
{
  while (test_channel_count (channel, type) == 0)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0;; i++)
    if (flow_message_is (channel->sent->pdata[i], type))
      {
        FlowMessage *message = flow_message_ref (channel->sent->pdata[i]);

        g_ptr_array_remove_range (channel->sent, 0, i + 1);
        return message;
      }
}

/* Until nothing is under way. */
void
handlers_test_settle (HandlersTest *self)
{
  while (self->handlers->under_way > 0 || g_main_context_pending (NULL))
    g_main_context_iteration (NULL, TRUE);
}

const char *
test_text (FlowMessage *message, const char *name)
{
  const char *text = NULL;

  flow_message_get_string (message, name, &text);
  return text;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "hub-test.h"

#include <stdlib.h>

#include "base/flow-id.h"
#include "http-client.h"

static void
committed_cb (FlowHub *hub, FlowCommit *commit, HubTest *self)
{
  self->commits++;
  if (self->committed == NULL)
    self->committed = flow_commit_ref (commit);
  else
    {
      g_autoptr (FlowCommit) before = self->committed;

      self->committed = flow_commit_merge (before, commit);
    }
}

static void
changed_cb (FlowHub *hub, HubTest *self)
{
  self->changes++;
}

static void
origin_asked_cb (FlowHub *hub, const char *origin, HubTest *self)
{
  g_ptr_array_add (self->origins, g_strdup (origin));
}

void
hub_test_init (HubTest *self, FlowContext *context, gboolean take_over)
{
  FlowHubOptions options = { .take_over = take_over };
  g_autoptr (GError) error = NULL;

  *self = (HubTest) { .context = flow_context_ref (context) };
  self->settings = flow_settings_new (context, &error);
  g_assert_no_error (error);
  self->origins = g_ptr_array_new_with_free_func (g_free);
  self->hub = flow_hub_new (context, self->settings, &options);
  g_signal_connect (self->hub, "committed", G_CALLBACK (committed_cb), self);
  g_signal_connect (self->hub, "changed", G_CALLBACK (changed_cb), self);
  g_signal_connect (self->hub, "origin-asked", G_CALLBACK (origin_asked_cb), self);
}

void
hub_test_clear (HubTest *self)
{
  g_signal_handlers_disconnect_by_data (self->hub, self);
  g_assert_finalize_object (self->hub);
  g_object_unref (self->settings);
  g_clear_pointer (&self->committed, flow_commit_unref);
  g_ptr_array_unref (self->origins);
  flow_context_unref (self->context);
}

void
hub_wait_cb (GObject *object, GAsyncResult *result, gpointer wait)
{
  HubWait *self = wait;

  g_assert_null (self->result);
  g_assert_true (object == G_OBJECT (self->hub));
  self->result = g_object_ref (result);
}

/* Returns the result; the waiting keeps it until it is used again. */
GAsyncResult *
hub_wait (HubWait *self)
{
  while (self->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  /* The answer is told from inside the context; what belongs to it goes when that is left. */
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  return g_steal_pointer (&self->result);
}

void
hub_wait_until (gboolean (*is_so) (gpointer data), gpointer data)
{
  while (!is_so (data))
    g_main_context_iteration (NULL, TRUE);
}

void
hub_test_start (HubTest *self)
{
  HubWait wait = { self->hub, NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  flow_hub_start_async (self->hub, NULL, NULL, NULL, hub_wait_cb, &wait);
  result = hub_wait (&wait);
  g_assert_true (flow_hub_start_finish (self->hub, result, &error));
  g_assert_no_error (error);
}

void
hub_test_stop (HubTest *self)
{
  HubWait wait = { self->hub, NULL };
  g_autoptr (GAsyncResult) result = NULL;

  flow_hub_stop_async (self->hub, hub_wait_cb, &wait);
  result = hub_wait (&wait);
  g_assert_true (flow_hub_stop_finish (self->hub, result, NULL));
  g_assert_false (flow_hub_is_running (self->hub));
}

/* A request with some traces of one span each. */
static void
append_request (GString *json, guint first, guint n_traces)
{
  g_string_append (json, "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":"
                         "{\"stringValue\":\"shop\"}}]},\"scopeSpans\":[{\"spans\":[");
  for (guint i = first; i < first + n_traces; i++)
    g_string_append_printf (json,
                            "%s{\"traceId\":\"%032x\",\"spanId\":\"%016x\",\"name\":\"span %u\",\"kind\":2,"
                            "\"startTimeUnixNano\":\"%u000000000\",\"endTimeUnixNano\":\"%u500000000\"}",
                            i > first ? "," : "", i, i, i, 1700000000 + i, 1700000000 + i);
  g_string_append (json, "]}]}]}");
}

GBytes *
hub_test_trace_id (guint trace)
{
  g_autofree char *hex = g_strdup_printf ("%032x", trace);
  guint8 id[16];

  g_assert_true (flow_id_from_hex (hex, sizeof id, id));
  return g_bytes_new (id, sizeof id);
}

/* Post traces; returns the status. The hub answers by itself, whatever this thread does. */
guint
hub_test_post (HubTest *self, guint first, guint n_traces, const char *origin)
{
  const char *endpoint = flow_hub_get_otlp_endpoint (self->hub);
  g_autoptr (Client) client = client_new ((guint) atoi (strrchr (endpoint, ':') + 1));
  g_autoptr (GString) json = g_string_new (NULL);
  g_autoptr (Answer) answer = NULL;

  append_request (json, first, n_traces);
  client_send_format (client, "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n");
  if (origin != NULL)
    client_send_format (client, "Origin: %s\r\n", origin);
  client_send_format (client, "Content-Length: %zu\r\n\r\n%s", json->len, json->str);
  answer = client_read (client);
  return answer->status;
}

/* A file of JSON Lines; returns its path. */
char *
hub_test_write_file (HubTest *self, const char *name, guint first, guint n_requests, guint n_traces)
{
  char *path = flow_context_build_path (self->context, name);
  g_autoptr (GString) json = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n_requests; i++)
    {
      append_request (json, first + i * n_traces, n_traces);
      g_string_append_c (json, '\n');
    }
  g_file_set_contents (path, json->str, (gssize) json->len, &error);
  g_assert_no_error (error);
  return path;
}

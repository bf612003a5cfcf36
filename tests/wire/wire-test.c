/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "wire-test.h"

#include <glib/gstdio.h>

#include "wire/flow-listen.h"

#define DOORWAY 7

G_GNUC_PRINTF (2, 3)
static void
hear (WireTest *self, const char *format, ...)
{
  va_list arguments;

  g_mutex_lock (&self->mutex);
  va_start (arguments, format);
  g_string_append_vprintf (self->heard, format, arguments);
  va_end (arguments);
  g_string_append_c (self->heard, '\n');
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static void
bump (WireTest *self, guint *counter)
{
  g_mutex_lock (&self->mutex);
  (*counter)++;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static FlowWireVerdict
upgrade_cb (FlowWireConnection *connection, const FlowWireHead *head, gpointer data)
{
  WireTest *self = data;
  FlowWireVerdict verdict;

  g_assert_cmpuint (flow_wire_connection_get_doorway (connection), ==, DOORWAY);
  g_assert_cmpint (flow_wire_connection_get_fd (connection), >=, 0);
  g_mutex_lock (&self->mutex);
  verdict = self->verdict;
  self->connection = flow_wire_connection_get_id (connection);
  g_mutex_unlock (&self->mutex);
  hear (self, "upgrade %s", head->target);
  return verdict;
}

static void
plain_cb (int fd, guint doorway, gpointer data)
{
  WireTest *self = data;

  g_assert_cmpuint (doorway, ==, DOORWAY);
  g_mutex_lock (&self->mutex);
  g_array_append_val (self->plain, fd);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static void
opened_cb (FlowWireConnection *connection, gpointer data)
{
  WireTest *self = data;

  g_mutex_lock (&self->mutex);
  self->connection = flow_wire_connection_get_id (connection);
  g_mutex_unlock (&self->mutex);
  flow_wire_connection_set_data (connection, self);
  hear (self, "opened");
}

static void
message_cb (FlowWireConnection *connection, FlowWireMessage *message, gpointer data)
{
  WireTest *self = data;

  g_assert_true (flow_wire_connection_get_data (connection) == self);
  bump (self, &self->n_messages);
  if (message->length == 5 && memcmp (message->data, "pause", 5) == 0)
    flow_wire_connection_set_paused (connection, TRUE);
  else if (message->length == 5 && memcmp (message->data, "close", 5) == 0)
    flow_wire_connection_close (connection, 4000, "as you wish");
  else if (message->length == 0 || message->data[0] != '-')
    flow_wire_connection_forward (connection, message, FLOW_WIRE_SEND_NORMAL);
}

static gboolean
overflow_cb (FlowWireConnection *connection, FlowWireKind kind, GBytes *bytes, gpointer data)
{
  WireTest *self = data;

  bump (self, &self->n_overflows);
  return FALSE;
}

static void
drained_cb (FlowWireConnection *connection, gpointer data)
{
  WireTest *self = data;

  /* But for an answer that was put off. */
  g_assert_cmpuint (flow_wire_connection_get_queued (connection), <=, 2 + FLOW_WIRE_MAX_CONTROL);
  bump (self, &self->n_drained);
}

static void
pong_cb (FlowWireConnection *connection, guint64 round_trip_us, gpointer data)
{
  g_assert_cmpuint (round_trip_us, <, 60 * G_USEC_PER_SEC);
  hear (data, "pong");
}

static void
closed_cb (FlowWireConnection *connection, guint code, const char *reason, gpointer data)
{
  WireTest *self = data;

  hear (self, "closed %u %s", code, reason);
  bump (self, &self->n_closed);
}

static void
stopped_cb (gpointer data)
{
  WireTest *self = data;

  g_mutex_lock (&self->mutex);
  self->stopped = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

/* Hooks that a test wants to be others are set before; those that are not, are ours. */
void
wire_test_start (WireTest *self, const FlowWireLimits *limits)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) sockets = NULL;

  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->heard = g_string_new (NULL);
  self->plain = g_array_new (FALSE, FALSE, sizeof (int));
  self->limits = limits != NULL ? *limits : flow_wire_default_limits;
  self->hooks = (FlowWireHooks) { upgrade_cb, plain_cb, opened_cb, message_cb, overflow_cb,
                                  drained_cb, pong_cb,  closed_cb, stopped_cb };
  self->wire = flow_wire_new ("flow-wire", &self->limits, &self->hooks, self, &error);
  g_assert_no_error (error);
  sockets = flow_listen_loopback (0, &self->port, &error);
  g_assert_no_error (error);
  g_assert_true (flow_wire_listen (self->wire, DOORWAY, sockets));
}

void
wire_test_stop (WireTest *self)
{
  flow_wire_stop (self->wire);
  g_mutex_lock (&self->mutex);
  while (!self->stopped)
    g_cond_wait (&self->cond, &self->mutex);
  g_mutex_unlock (&self->mutex);
}

void
wire_test_free (WireTest *self)
{
  flow_wire_free (self->wire);
  g_assert_true (self->stopped);
  for (guint i = 0; i < self->plain->len; i++)
    g_close (g_array_index (self->plain, int, i), NULL);
  g_array_unref (self->plain);
  g_string_free (self->heard, TRUE);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
  *self = (WireTest) { 0 };
}

guint64
wire_test_get_connection (WireTest *self)
{
  guint64 connection;

  g_mutex_lock (&self->mutex);
  connection = self->connection;
  g_mutex_unlock (&self->mutex);
  return connection;
}

void
wire_test_wait (WireTest *self, const guint *counter, guint at_least)
{
  g_mutex_lock (&self->mutex);
  while (*counter < at_least)
    g_cond_wait (&self->cond, &self->mutex);
  g_mutex_unlock (&self->mutex);
}

/* Wait until a hook has heard of something, given as the begin of a line. */
void
wire_test_wait_for (WireTest *self, const char *line)
{
  g_autofree char *wanted = g_strconcat ("\n", line, NULL);

  g_mutex_lock (&self->mutex);
  while (!g_str_has_prefix (self->heard->str, line) && strstr (self->heard->str, wanted) == NULL)
    g_cond_wait (&self->cond, &self->mutex);
  g_mutex_unlock (&self->mutex);
}

void
wire_test_wait_for_stats (WireTest *self, gboolean (*is_so) (const FlowWireStats *stats))
{
  FlowWireStats stats;

  for (flow_wire_get_stats (self->wire, &stats); !is_so (&stats); flow_wire_get_stats (self->wire, &stats))
    g_thread_yield ();
}

/* The next socket that was handed over. */
int
wire_test_take_plain (WireTest *self)
{
  int fd;

  g_mutex_lock (&self->mutex);
  while (self->plain->len == 0)
    g_cond_wait (&self->cond, &self->mutex);
  fd = g_array_index (self->plain, int, 0);
  g_array_remove_index (self->plain, 0);
  g_mutex_unlock (&self->mutex);
  return fd;
}

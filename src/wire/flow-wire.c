/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-wire"

#include "wire/flow-wire-private.h"

#define MEBIBYTE (1024 * 1024)

const FlowWireLimits flow_wire_default_limits = {
  .connections = 10000,
  .reader = { .frame = 16 * MEBIBYTE, .message = 16 * MEBIBYTE, .fragments = 1024 },
  .head_bytes = 8 * 1024,
  .head_ms = 5 * 1000,
  .waiting = 8,
  .waiting_ms = 60 * 1000,
  .queue_bytes = 32 * MEBIBYTE,
  .queue_messages = 1024,
  .queued_bytes = 512 * MEBIBYTE,
  .held_bytes = 256 * MEBIBYTE,
  .ping_ms = 30 * 1000,
  .pong_ms = 15 * 1000,
  .close_ms = 5 * 1000,
  .posts = 65536,
  .post_bytes = 64 * MEBIBYTE,
};

/**
 * flow_wire_now:
 * @self: a wire
 *
 * Get the time as of the turn of the loop, in milliseconds. On the wire's thread.
 *
 * Returns: never 0
 */
gint64
flow_wire_now (FlowWire *self)
{
  return (gint64) uv_now (&self->loop) + 1;
}

static void
close_handles (FlowWire *self)
{
  self->ended = TRUE;
  /* Before the handle that wakes us goes. */
  flow_wire_posts_close (self);
  uv_close ((uv_handle_t *) &self->async, NULL);
  uv_close ((uv_handle_t *) &self->check, NULL);
  uv_close ((uv_handle_t *) &self->timer, NULL);
}

/* Hooks may send to, close and lose any connection, so it goes on until none does. */
static void
work_off (FlowWire *self)
{
  while (self->again->len > 0 || self->dirty->len > 0 || self->lost->len > 0)
    {
      for (guint i = 0; i < self->again->len; i++)
        flow_wire_connection_go_on (g_ptr_array_index (self->again, i));
      g_ptr_array_set_size (self->again, 0);
      for (guint i = 0; i < self->dirty->len; i++)
        flow_wire_connection_flush (g_ptr_array_index (self->dirty, i));
      g_ptr_array_set_size (self->dirty, 0);
      for (guint i = 0; i < self->lost->len; i++)
        flow_wire_connection_report (g_ptr_array_index (self->lost, i));
      g_ptr_array_set_size (self->lost, 0);
    }
}

/**
 * flow_wire_end_turn:
 * @self: a wire
 *
 * Send what was queued in this turn of the loop, one call to the kernel for each connection that something is
 * for, and report those that are gone.
 */
void
flow_wire_end_turn (FlowWire *self)
{
  work_off (self);
  if (self->stop_ms != 0 && self->stats.connections == 0 && !self->ended)
    close_handles (self);
}

static void
check_cb (uv_check_t *check)
{
  flow_wire_end_turn (check->data);
}

/**
 * flow_wire_stop_now:
 * @self: a wire
 *
 * Say farewell to everybody. On the wire's thread.
 */
void
flow_wire_stop_now (FlowWire *self)
{
  if (self->stop_ms != 0)
    return;
  self->stop_ms = flow_wire_now (self) + self->limits.close_ms;
  flow_wire_listeners_close (self);
  for (guint i = 0; i < self->slots->len; i++)
    {
      FlowWireConnection *connection = g_ptr_array_index (self->slots, i);

      if (connection == NULL)
        continue;
      if (connection->state == FLOW_WIRE_HEAD)
        flow_wire_connection_lose (connection, 1001, NULL);
      else if (connection->state == FLOW_WIRE_WAITING)
        flow_wire_handshake_refuse (connection, 503, "stopping", "the hub is stopping");
      else
        flow_wire_connection_close (connection, 1001, "going away");
    }
  flow_wire_due_arm (self);
}

static gpointer
wire_thread (gpointer data)
{
  FlowWire *self = data;

  uv_run (&self->loop, UV_RUN_DEFAULT);
  if (self->hooks.stopped != NULL)
    self->hooks.stopped (self->data);
  return NULL;
}

static gboolean
fail (int code, GError **error)
{
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, "the event loop cannot be made: %s", uv_strerror (code));
  return FALSE;
}

static gboolean
start_loop (FlowWire *self, GError **error)
{
  int code = uv_loop_init (&self->loop);

  if (code != 0)
    return fail (code, error);
  code = uv_async_init (&self->loop, &self->async, flow_wire_posts_cb);
  if (code != 0)
    {
      uv_loop_close (&self->loop);
      return fail (code, error);
    }
  uv_check_init (&self->loop, &self->check);
  uv_timer_init (&self->loop, &self->timer);
  self->async.data = self->check.data = self->timer.data = self;
  uv_check_start (&self->check, check_cb);
  /* The loop lives as long as it can be told something. */
  uv_unref ((uv_handle_t *) &self->check);
  return TRUE;
}

static void
free_all (FlowWire *self)
{
  g_mutex_clear (&self->mutex);
  g_array_unref (self->posts);
  g_array_unref (self->spare_posts);
  g_ptr_array_unref (self->listeners);
  g_ptr_array_unref (self->slots);
  g_array_unref (self->free_slots);
  g_ptr_array_unref (self->dirty);
  g_ptr_array_unref (self->again);
  g_ptr_array_unref (self->lost);
  flow_wire_pool_clear (&self->pool);
  g_free (self);
}

static GArray *
posts_new (void)
{
  GArray *posts = g_array_new (FALSE, FALSE, sizeof (FlowWirePost));

  g_array_set_clear_func (posts, flow_wire_post_clear);
  return posts;
}

/**
 * flow_wire_new:
 * @name: name of the thread, at most 15 bytes
 * @limits: the bounds, see %flow_wire_default_limits
 * @hooks: who hears what happens
 * @data: for the hooks
 * @error: return location
 *
 * Start a WebSocket engine (RFC 6455) in a thread of its own. It listens to nothing yet.
 *
 * Errors: %FLOW_ERROR_FAILED when there are no descriptors left.
 *
 * Returns: (transfer full): the wire
 */
FlowWire *
flow_wire_new (const char *name, const FlowWireLimits *limits, const FlowWireHooks *hooks, gpointer data,
               GError **error)
{
  FlowWire *self;

  g_return_val_if_fail (name != NULL && limits != NULL && hooks != NULL, NULL);
  g_return_val_if_fail (limits->pong_ms < limits->ping_ms && limits->head_bytes <= FLOW_WIRE_SCRATCH / 2, NULL);

  self = g_new0 (FlowWire, 1);
  self->limits = *limits;
  self->hooks = *hooks;
  self->data = data;
  g_mutex_init (&self->mutex);
  self->posts = posts_new ();
  self->spare_posts = posts_new ();
  self->listeners = g_ptr_array_new ();
  self->slots = g_ptr_array_new ();
  self->free_slots = g_array_new (FALSE, FALSE, sizeof (guint));
  self->dirty = g_ptr_array_new ();
  self->again = g_ptr_array_new ();
  self->lost = g_ptr_array_new ();
  flow_wire_pool_init (&self->pool);
  for (guint i = 0; i < FLOW_WIRE_N_DUE; i++)
    g_queue_init (&self->due[i]);
  if (!start_loop (self, error))
    {
      free_all (self);
      return NULL;
    }
  self->thread = g_thread_new (name, wire_thread, self);
  return self;
}

/**
 * flow_wire_free:
 * @self: a wire
 *
 * Stop the wire if need be, wait until it has, and free it. Not from its own thread, and not from one that a
 * hook waits for.
 */
void
flow_wire_free (FlowWire *self)
{
  g_return_if_fail (self != NULL && g_thread_self () != self->thread);

  flow_wire_stop (self);
  g_thread_join (self->thread);
  g_warn_if_fail (uv_loop_close (&self->loop) == 0);
  free_all (self);
}

/**
 * flow_wire_get_stats:
 * @self: a wire
 * @stats: where they go
 *
 * Get the counters. From any thread; each is right, but they need not be of one moment.
 */
void
flow_wire_get_stats (FlowWire *self, FlowWireStats *stats)
{
  const guint64 *from = (const guint64 *) &self->stats;
  guint64 *to = (guint64 *) stats;

  g_return_if_fail (self != NULL && stats != NULL);

  for (gsize i = 0; i < sizeof *stats / sizeof *to; i++)
    to[i] = __atomic_load_n (&from[i], __ATOMIC_RELAXED);
}

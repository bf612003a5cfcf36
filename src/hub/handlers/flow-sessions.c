/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sessions"

#include "hub/handlers/flow-sessions.h"

/* A cursor is passed on at most twenty times a second: eyes see no more. */
#define PAUSE_MS 50
/* More than anybody works with at once. */
#define MAX_SESSIONS 256
#define MAX_CHANNELS 256
#define MAX_CURSORS 1024

struct _FlowSessions
{
  FlowRouter *router;
  GHashTable *members; /* session -> set of channel names */
  GHashTable *cursors; /* session and user -> Cursor that waits */
  GSource *pause;      /* (nullable): running, nothing is passed on before it ends */
};

typedef struct
{
  char *session;
  FlowMessage *message;
} Cursor;

static void
cursor_free (gpointer data)
{
  Cursor *cursor = data;

  g_free (cursor->session);
  flow_message_unref (cursor->message);
  g_free (cursor);
}

/**
 * flow_sessions_new:
 * @router: passes things on
 *
 * Returns: (transfer full): sessions without anybody
 */
FlowSessions *
flow_sessions_new (FlowRouter *router)
{
  FlowSessions *self = g_new0 (FlowSessions, 1);

  self->router = router;
  self->members = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  self->cursors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, cursor_free);
  return self;
}

static void
end_pause (FlowSessions *self)
{
  if (self->pause == NULL)
    return;
  g_source_destroy (self->pause);
  g_clear_pointer (&self->pause, g_source_unref);
}

/**
 * flow_sessions_free:
 * @self: (transfer full): sessions
 *
 * Free them.
 */
void
flow_sessions_free (FlowSessions *self)
{
  end_pause (self);
  g_hash_table_unref (self->members);
  g_hash_table_unref (self->cursors);
  g_free (self);
}

/**
 * flow_sessions_join:
 * @self: sessions
 * @session: a session
 * @channel: full name of a channel
 *
 * Have a channel take part.
 *
 * Returns: %FALSE when there are too many sessions or channels
 */
gboolean
flow_sessions_join (FlowSessions *self, const char *session, const char *channel)
{
  GHashTable *channels = g_hash_table_lookup (self->members, session);

  if (channels == NULL)
    {
      if (g_hash_table_size (self->members) >= MAX_SESSIONS)
        return FALSE;
      channels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      g_hash_table_insert (self->members, g_strdup (session), channels);
    }
  if (!g_hash_table_contains (channels, channel) && g_hash_table_size (channels) >= MAX_CHANNELS)
    return FALSE;
  g_hash_table_add (channels, g_strdup (channel));
  return TRUE;
}

/**
 * flow_sessions_leave:
 * @self: sessions
 * @session: a session
 * @channel: full name of a channel
 *
 * Have a channel take part no longer.
 */
void
flow_sessions_leave (FlowSessions *self, const char *session, const char *channel)
{
  GHashTable *channels = g_hash_table_lookup (self->members, session);

  if (channels == NULL)
    return;
  g_hash_table_remove (channels, channel);
  if (g_hash_table_size (channels) == 0)
    g_hash_table_remove (self->members, session);
}

/**
 * flow_sessions_end:
 * @self: sessions
 * @session: a session
 *
 * Have nobody take part in a session any more.
 */
void
flow_sessions_end (FlowSessions *self, const char *session)
{
  g_hash_table_remove (self->members, session);
}

/**
 * flow_sessions_left:
 * @self: sessions
 * @channel: full name of a channel that is gone
 *
 * Have a channel take part in nothing any more.
 */
void
flow_sessions_left (FlowSessions *self, const char *channel)
{
  GHashTableIter iter;
  gpointer channels;

  g_hash_table_iter_init (&iter, self->members);
  while (g_hash_table_iter_next (&iter, NULL, &channels))
    {
      g_hash_table_remove (channels, channel);
      if (g_hash_table_size (channels) == 0)
        g_hash_table_iter_remove (&iter);
    }
}

static void
pass_on (FlowSessions *self, const char *session, FlowMessage *message)
{
  GHashTable *channels = g_hash_table_lookup (self->members, session);
  GHashTableIter iter;
  gpointer name;

  if (channels == NULL)
    return;
  g_hash_table_iter_init (&iter, channels);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    {
      FlowChannel *channel = flow_router_find (self->router, name);

      if (channel != NULL && g_strcmp0 (name, flow_message_get_source (message)) != 0)
        flow_channel_send (channel, flow_message_get_bytes (message), TRUE);
    }
}

static void flush (FlowSessions *self);

static gboolean
pause_ended_cb (gpointer data)
{
  FlowSessions *self = data;

  end_pause (self);
  flush (self);
  return G_SOURCE_REMOVE;
}

static void
flush (FlowSessions *self)
{
  GHashTableIter iter;
  gpointer cursor;

  if (self->pause != NULL || g_hash_table_size (self->cursors) == 0)
    return;
  self->pause = g_timeout_source_new (PAUSE_MS);
  g_source_set_name (self->pause, "flow-sessions-cursors");
  g_source_set_callback (self->pause, pause_ended_cb, self, NULL);
  g_source_attach (self->pause, g_main_context_get_thread_default ());
  g_hash_table_iter_init (&iter, self->cursors);
  while (g_hash_table_iter_next (&iter, NULL, &cursor))
    pass_on (self, ((Cursor *) cursor)->session, ((Cursor *) cursor)->message);
  g_hash_table_remove_all (self->cursors);
}

/**
 * flow_sessions_move:
 * @self: sessions
 * @session: a session
 * @user: whose cursor it is
 * @message: says where it is
 *
 * Tell the others of a session where a cursor is, soon: what was to be told before and was not is forgotten.
 */
void
flow_sessions_move (FlowSessions *self, const char *session, const char *user, FlowMessage *message)
{
  g_autofree char *key = g_strconcat (session, "\n", user, NULL);
  Cursor *cursor;

  if (!g_hash_table_contains (self->cursors, key) && g_hash_table_size (self->cursors) >= MAX_CURSORS)
    return;
  cursor = g_new (Cursor, 1);
  *cursor = (Cursor) { g_strdup (session), flow_message_ref (message) };
  g_hash_table_replace (self->cursors, g_steal_pointer (&key), cursor);
  flush (self);
}

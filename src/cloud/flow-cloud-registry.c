/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-registry.h"

#include <string.h>

/* What broke off in silence is given up by the wire before this; who is still there then lives. */
#define SURE_US (60 * G_USEC_PER_SEC)
/* Who has not asked for so long has gone away. */
#define FORGOTTEN_US (15 * 60 * G_USEC_PER_SEC)

/* A connection of a device. */
typedef struct _Member Member;

struct _Member
{
  Member *next; /* of the same user */
  guint64 connection;
  gint64 user;
  guint8 device[FLOW_CLOUD_ID_SIZE];
  char *instance;
  gint64 contested_us; /* since when another run has been asking for its place, 0: none has */
  gint64 asked_us;     /* when one did last */
};

/**
 * FlowCloudRegistry:
 *
 * The connections of this process by user, and the fan-out for a cloud that is one process: what is published goes to
 * the wire. For any thread.
 */
struct _FlowCloudRegistry
{
  FlowCloudFanout parent;
  FlowWire *wire; /* set before it listens */
  GMutex mutex;
  GHashTable *users;       /* user -> the first of its members */
  GHashTable *connections; /* connection -> member */
};

static void
member_free (gpointer data)
{
  Member *member = data;

  g_free (member->instance);
  g_free (member);
}

static gboolean
is_device (const Member *member, const guint8 *device)
{
  return memcmp (member->device, device, FLOW_CLOUD_ID_SIZE) == 0;
}

static void
deliver (FlowCloudRegistry *self, const Member *member, const FlowCloudNote *note)
{
  if ((note->to != NULL && !is_device (member, note->to)) || (note->except != NULL && is_device (member, note->except)))
    return;
  /* Who misses something because too much is under way comes back and asks for what it missed. */
  if (note->bytes != NULL &&
      !flow_wire_post_message (self->wire, member->connection, note->kind, note->bytes, FLOW_WIRE_SEND_NORMAL))
    flow_wire_post_close (self->wire, member->connection, 1013, "too much is under way");
  if (note->close != 0)
    flow_wire_post_close (self->wire, member->connection, note->close, note->reason);
}

static void
publish (FlowCloudFanout *fanout, const FlowCloudNote *note)
{
  FlowCloudRegistry *self = (FlowCloudRegistry *) fanout;

  g_mutex_lock (&self->mutex);
  for (const Member *member = g_hash_table_lookup (self->users, &note->user); member != NULL; member = member->next)
    deliver (self, member, note);
  g_mutex_unlock (&self->mutex);
}

static Member *
find_device (FlowCloudRegistry *self, gint64 user, const guint8 *device)
{
  for (Member *member = g_hash_table_lookup (self->users, &user); member != NULL; member = member->next)
    if (is_device (member, device))
      return member;
  return NULL;
}

static gboolean
is_connected (FlowCloudFanout *fanout, gint64 user, const guint8 *device)
{
  FlowCloudRegistry *self = (FlowCloudRegistry *) fanout;
  gboolean is;

  g_mutex_lock (&self->mutex);
  is = find_device (self, user, device) != NULL;
  g_mutex_unlock (&self->mutex);
  return is;
}

/* Somebody says that he is the device of a member. */
static FlowCloudOther
contest (Member *member, const char *instance, gint64 now_us)
{
  if (member == NULL || strcmp (member->instance, instance) == 0)
    return FLOW_CLOUD_OTHER_NONE;
  if (member->contested_us == 0 || now_us - member->asked_us > FORGOTTEN_US)
    member->contested_us = now_us;
  member->asked_us = now_us;
  return now_us - member->contested_us > SURE_US ? FLOW_CLOUD_OTHER_SURELY : FLOW_CLOUD_OTHER_PERHAPS;
}

static FlowCloudOther
find_other (FlowCloudFanout *fanout, gint64 user, const guint8 *device, const char *instance, gint64 now_us)
{
  FlowCloudRegistry *self = (FlowCloudRegistry *) fanout;
  FlowCloudOther other;

  g_mutex_lock (&self->mutex);
  other = contest (find_device (self, user, device), instance, now_us);
  g_mutex_unlock (&self->mutex);
  return other;
}

static void
free_fanout (FlowCloudFanout *fanout)
{
  flow_cloud_registry_free ((FlowCloudRegistry *) fanout);
}

/**
 * flow_cloud_registry_new:
 *
 * Returns: (transfer full): a registry without a connection
 */
FlowCloudRegistry *
flow_cloud_registry_new (void)
{
  static const FlowCloudFanoutClass klass = { publish, is_connected, find_other, free_fanout };
  FlowCloudRegistry *self = g_new0 (FlowCloudRegistry, 1);

  self->parent.klass = &klass;
  g_mutex_init (&self->mutex);
  self->users = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->connections = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, member_free);
  return self;
}

/** flow_cloud_registry_free: free it. */
void
flow_cloud_registry_free (FlowCloudRegistry *self)
{
  g_hash_table_unref (self->users);
  g_hash_table_unref (self->connections);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/** flow_cloud_registry_set_wire: on which the connections are; before there is one. */
void
flow_cloud_registry_set_wire (FlowCloudRegistry *self, FlowWire *wire)
{
  self->wire = wire;
}

/** flow_cloud_registry_get_fanout: what publishes to them; lives as long as the registry. */
FlowCloudFanout *
flow_cloud_registry_get_fanout (FlowCloudRegistry *self)
{
  return &self->parent;
}

/* The key is in the member, so that it goes with the first of them. */
static void
set_first (FlowCloudRegistry *self, gint64 user, Member *first)
{
  g_hash_table_remove (self->users, &user);
  if (first != NULL)
    g_hash_table_insert (self->users, &first->user, first);
}

static void
take_out (FlowCloudRegistry *self, Member *member)
{
  Member *first = g_hash_table_lookup (self->users, &member->user);
  Member *before = first;

  if (first == member)
    set_first (self, member->user, member->next);
  else
    {
      while (before->next != member)
        before = before->next;
      before->next = member->next;
    }
  g_hash_table_remove (self->connections, &member->connection);
}

static void
put_in (FlowCloudRegistry *self, guint64 connection, gint64 user, const guint8 *device, const char *instance)
{
  Member *member = g_new0 (Member, 1);

  member->connection = connection;
  member->user = user;
  memcpy (member->device, device, FLOW_CLOUD_ID_SIZE);
  member->instance = g_strdup (instance);
  member->next = g_hash_table_lookup (self->users, &user);
  set_first (self, user, member);
  g_hash_table_insert (self->connections, &member->connection, member);
}

/**
 * flow_cloud_registry_enter:
 * @self: a registry
 * @connection: a connection
 * @user: the number of its user
 * @device: the id of its device
 * @instance: which run of the device's program it is, "" when it does not say
 * @now_us: the monotonic time
 * @replaced: (out): the connection that is not among them any more
 *
 * Let a connection hear what is published. A device is there once: a newer connection of the same run takes the older
 * one's place, one of another run finds it taken, if whoever has it is still there a minute later.
 *
 * Returns: what became of it
 */
FlowCloudEntered
flow_cloud_registry_enter (FlowCloudRegistry *self, guint64 connection, gint64 user, const guint8 *device,
                           const char *instance, gint64 now_us, guint64 *replaced)
{
  FlowCloudEntered entered = FLOW_CLOUD_ENTERED;
  FlowCloudOther other;
  Member *member;

  g_mutex_lock (&self->mutex);
  member = find_device (self, user, device);
  other = contest (member, instance, now_us);
  if (other != FLOW_CLOUD_OTHER_NONE)
    entered = other == FLOW_CLOUD_OTHER_SURELY ? FLOW_CLOUD_NOT_ENTERED : FLOW_CLOUD_NOT_ENTERED_YET;
  else if (member != NULL)
    {
      *replaced = member->connection;
      entered = FLOW_CLOUD_ENTERED_INSTEAD;
      take_out (self, member);
    }
  if (other == FLOW_CLOUD_OTHER_NONE)
    put_in (self, connection, user, device, instance);
  g_mutex_unlock (&self->mutex);
  return entered;
}

/** flow_cloud_registry_leave: a connection is gone; nothing happens when it was not among them. */
void
flow_cloud_registry_leave (FlowCloudRegistry *self, guint64 connection)
{
  Member *member;

  g_mutex_lock (&self->mutex);
  member = g_hash_table_lookup (self->connections, &connection);
  if (member != NULL)
    take_out (self, member);
  g_mutex_unlock (&self->mutex);
}

/** flow_cloud_registry_get_size: how many connections hear. */
guint
flow_cloud_registry_get_size (FlowCloudRegistry *self)
{
  guint size;

  g_mutex_lock (&self->mutex);
  size = g_hash_table_size (self->connections);
  g_mutex_unlock (&self->mutex);
  return size;
}

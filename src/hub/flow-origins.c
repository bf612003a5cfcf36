/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-origins"

#include "hub/flow-origins.h"

#include "hub/flow-guard.h"

#define KEPT 32

typedef struct
{
  char *origin;
  guint64 count;
} Entry;

/**
 * FlowOrigins:
 *
 * Web origins that wanted in and about which nobody has decided: the newest 32 of this run, for `flowctl pair list`.
 * Those that are allowed or denied are in the settings. Belongs to the hub thread.
 */
struct _FlowOrigins
{
  GQueue entries; /* of Entry, newest last */
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->origin);
  g_free (entry);
}

static GList *
find (FlowOrigins *self, const char *origin)
{
  for (GList *link = self->entries.head; link != NULL; link = link->next)
    {
      if (g_str_equal (((Entry *) link->data)->origin, origin))
        return link;
    }
  return NULL;
}

static Entry *
touch (FlowOrigins *self, const char *origin)
{
  GList *link = find (self, origin);
  Entry *entry;

  if (link != NULL)
    {
      g_queue_unlink (&self->entries, link);
      g_queue_push_tail_link (&self->entries, link);
      return link->data;
    }
  if (self->entries.length >= KEPT)
    entry_free (g_queue_pop_head (&self->entries));
  entry = g_new0 (Entry, 1);
  entry->origin = g_strdup (origin);
  g_queue_push_tail (&self->entries, entry);
  return entry;
}

/**
 * flow_origins_new:
 *
 * Returns: (transfer full): an empty list
 */
FlowOrigins *
flow_origins_new (void)
{
  FlowOrigins *self = g_new0 (FlowOrigins, 1);

  g_queue_init (&self->entries);
  return self;
}

/**
 * flow_origins_free:
 * @self: the list
 *
 * Free the list.
 */
void
flow_origins_free (FlowOrigins *self)
{
  g_queue_clear_full (&self->entries, entry_free);
  g_free (self);
}

/**
 * flow_origins_asked:
 * @self: the list
 * @origin: an origin that was refused; what cannot be one is not kept
 *
 * Note that a page wanted in.
 *
 * Returns: whether it is the first time, as far as is known
 */
gboolean
flow_origins_asked (FlowOrigins *self, const char *origin)
{
  Entry *entry;

  if (!flow_guard_is_origin (origin) || strlen (origin) > 300)
    return FALSE;
  entry = touch (self, origin);
  return entry->count++ == 0;
}

/**
 * flow_origins_forget:
 * @self: the list
 * @origin: an origin
 *
 * Drop what is known of an origin.
 */
void
flow_origins_forget (FlowOrigins *self, const char *origin)
{
  GList *link = find (self, origin);

  if (link == NULL)
    return;
  entry_free (link->data);
  g_queue_delete_link (&self->entries, link);
}

static void
write_entry (FlowJsonWriter *writer, const char *origin, const char *state, guint64 count)
{
  flow_json_writer_begin_object (writer);
  flow_json_writer_key (writer, "origin");
  flow_json_writer_string (writer, origin, -1);
  flow_json_writer_key (writer, "state");
  flow_json_writer_string (writer, state, -1);
  flow_json_writer_key (writer, "count");
  flow_json_writer_uint64 (writer, count);
  flow_json_writer_end_object (writer);
}

/**
 * flow_origins_write:
 * @self: the list
 * @allowed: (array zero-terminated=1): the allowed ones
 * @denied: (array zero-terminated=1): the denied ones
 * @writer: where an array of `{origin, state, count}` goes; state is `allowed`, `denied` or `asked`
 *
 * Write the allowed and denied origins, and those that wanted in, newest first.
 */
void
flow_origins_write (FlowOrigins *self, const char *const *allowed, const char *const *denied, FlowJsonWriter *writer)
{
  flow_json_writer_begin_array (writer);
  for (gsize i = 0; allowed[i] != NULL; i++)
    write_entry (writer, allowed[i], "allowed", 0);
  for (gsize i = 0; denied[i] != NULL; i++)
    write_entry (writer, denied[i], "denied", 0);
  for (GList *link = self->entries.tail; link != NULL; link = link->prev)
    {
      const Entry *entry = link->data;

      if (!g_strv_contains (allowed, entry->origin) && !g_strv_contains (denied, entry->origin))
        write_entry (writer, entry->origin, "asked", entry->count);
    }
  flow_json_writer_end_array (writer);
}

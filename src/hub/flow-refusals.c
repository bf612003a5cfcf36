/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-refusals"

#include "hub/flow-refusals.h"

#include <string.h>

#define KEPT 50
#define MAX_TEXT 300
#define LOG_PER_WINDOW 20
#define LOG_WINDOW_US (60 * G_USEC_PER_SEC)

typedef struct
{
  gint64 when_ns;
  guint status;
  char *reason;
  char *method;
  char *path;
  char *message;
  char *agent;
  char *peer;
} Entry;

typedef struct
{
  guint status;
  char *reason;
  guint64 count;
} Counter;

/**
 * FlowRefusals:
 *
 * What became of the requests that were refused: counted by status and reason, the newest kept, logged at a
 * bounded rate. The sender's program often hides the answer, so this is where its developer finds it.
 * Belongs to the hub thread.
 */
struct _FlowRefusals
{
  const FlowClock *clock;
  Entry entries[KEPT];
  guint next;
  guint64 total;
  GArray *counters;
  gint64 window_us;
  guint logged;
  guint64 silent;
  void (*changed) (gpointer data); /* (nullable) */
  gpointer changed_data;
};

static void
entry_clear (Entry *entry)
{
  g_free (entry->reason);
  g_free (entry->method);
  g_free (entry->path);
  g_free (entry->message);
  g_free (entry->agent);
  g_free (entry->peer);
  memset (entry, 0, sizeof *entry);
}

static void
counter_clear (gpointer data)
{
  g_free (((Counter *) data)->reason);
}

/* Valid UTF-8 of a bounded length, whatever came. */
static char *
bounded (const char *text)
{
  return text != NULL ? g_utf8_make_valid (text, (gssize) strnlen (text, MAX_TEXT)) : NULL;
}

static void
count (FlowRefusals *self, const FlowRefusal *refusal)
{
  Counter counter = { refusal->status, NULL, 1 };

  for (guint i = 0; i < self->counters->len; i++)
    {
      Counter *known = &g_array_index (self->counters, Counter, i);

      if (known->status == refusal->status && g_strcmp0 (known->reason, refusal->reason) == 0)
        {
          known->count++;
          return;
        }
    }
  counter.reason = g_strdup (refusal->reason);
  g_array_append_val (self->counters, counter);
}

static void
write_log (FlowRefusals *self, const Entry *entry)
{
  gint64 now = flow_clock_monotonic_us (self->clock);
  g_autofree char *path = NULL;

  if (now - self->window_us >= LOG_WINDOW_US)
    {
      if (self->silent > 0)
        g_info ("%" G_GUINT64_FORMAT " further requests were refused", self->silent);
      self->window_us = now;
      self->logged = 0;
      self->silent = 0;
    }
  if (self->logged >= LOG_PER_WINDOW)
    {
      self->silent++;
      return;
    }
  self->logged++;
  path = g_strescape (entry->path != NULL ? entry->path : "?", NULL);
  g_info ("refused %s %s with %u (%s): %s", entry->method != NULL ? entry->method : "?", path, entry->status,
          entry->reason != NULL ? entry->reason : "-", entry->message != NULL ? entry->message : "-");
}

/**
 * flow_refusals_new:
 * @clock: what time it is
 *
 * Returns: (transfer full): an empty record
 */
FlowRefusals *
flow_refusals_new (const FlowClock *clock)
{
  FlowRefusals *self = g_new0 (FlowRefusals, 1);

  self->clock = clock;
  self->window_us = G_MININT64 / 2;
  self->counters = g_array_new (FALSE, FALSE, sizeof (Counter));
  g_array_set_clear_func (self->counters, counter_clear);
  return self;
}

/**
 * flow_refusals_free:
 * @self: a record
 *
 * Free the record.
 */
void
flow_refusals_free (FlowRefusals *self)
{
  for (guint i = 0; i < KEPT; i++)
    entry_clear (&self->entries[i]);
  g_array_unref (self->counters);
  g_free (self);
}

/**
 * flow_refusals_set_changed:
 * @self: the list
 * @changed: (nullable): called after each refusal
 * @data: for it
 *
 * Have somebody hear that there is one more.
 */
void
flow_refusals_set_changed (FlowRefusals *self, void (*changed) (gpointer data), gpointer data)
{
  self->changed = changed;
  self->changed_data = data;
}

/**
 * flow_refusals_add:
 * @self: a record
 * @refusal: what was refused; texts are copied, cut at 300 bytes and made valid UTF-8
 *
 * Count, keep and log a request that was refused.
 */
void
flow_refusals_add (FlowRefusals *self, const FlowRefusal *refusal)
{
  Entry *entry = &self->entries[self->next];

  entry_clear (entry);
  entry->when_ns = flow_clock_wall_ns (self->clock);
  entry->status = refusal->status;
  entry->reason = bounded (refusal->reason);
  entry->method = bounded (refusal->method);
  entry->path = bounded (refusal->path);
  entry->message = bounded (refusal->message);
  entry->agent = bounded (refusal->agent);
  entry->peer = bounded (refusal->peer);
  self->next = (self->next + 1) % KEPT;
  self->total++;
  count (self, refusal);
  write_log (self, entry);
  if (self->changed != NULL)
    self->changed (self->changed_data);
}

/**
 * flow_refusals_count:
 * @self: a record
 * @status: an HTTP status
 * @reason: (nullable): count only this reason
 *
 * Returns: how many requests were answered with the status
 */
guint64
flow_refusals_count (FlowRefusals *self, guint status, const char *reason)
{
  guint64 sum = 0;

  for (guint i = 0; i < self->counters->len; i++)
    {
      const Counter *counter = &g_array_index (self->counters, Counter, i);

      if (counter->status == status && (reason == NULL || g_strcmp0 (reason, counter->reason) == 0))
        sum += counter->count;
    }
  return sum;
}

/**
 * flow_refusals_total:
 * @self: a record
 *
 * Returns: how many requests were refused
 */
guint64
flow_refusals_total (FlowRefusals *self)
{
  return self->total;
}

/**
 * flow_refusals_write_by_status:
 * @self: a record
 * @writer: where an object of counts by status goes
 *
 * Write how many requests were refused with each status.
 */
void
flow_refusals_write_by_status (FlowRefusals *self, FlowJsonWriter *writer)
{
  flow_json_writer_begin_object (writer);
  for (guint status = 400; status < 600; status++)
    {
      guint64 sum = flow_refusals_count (self, status, NULL);
      char key[8];

      if (sum == 0)
        continue;
      g_snprintf (key, sizeof key, "%u", status);
      flow_json_writer_key (writer, key);
      flow_json_writer_uint64 (writer, sum);
    }
  flow_json_writer_end_object (writer);
}

/**
 * flow_refusals_write_counts:
 * @self: a record
 * @writer: where an array of `{status, reason, count}` goes
 *
 * Write the counters.
 */
void
flow_refusals_write_counts (FlowRefusals *self, FlowJsonWriter *writer)
{
  flow_json_writer_begin_array (writer);
  for (guint i = 0; i < self->counters->len; i++)
    {
      const Counter *counter = &g_array_index (self->counters, Counter, i);

      flow_json_writer_begin_object (writer);
      flow_json_writer_key (writer, "status");
      flow_json_writer_int64 (writer, counter->status);
      flow_json_writer_key (writer, "reason");
      flow_json_writer_string (writer, counter->reason != NULL ? counter->reason : "", -1);
      flow_json_writer_key (writer, "count");
      flow_json_writer_uint64 (writer, counter->count);
      flow_json_writer_end_object (writer);
    }
  flow_json_writer_end_array (writer);
}

static void
write_member (FlowJsonWriter *writer, const char *key, const char *value)
{
  flow_json_writer_key (writer, key);
  if (value != NULL)
    flow_json_writer_string (writer, value, -1);
  else
    flow_json_writer_null (writer);
}

/**
 * flow_refusals_write_recent:
 * @self: a record
 * @writer: where an array of `{when, status, reason, method, path, message, agent, peer}` goes
 *
 * Write the refusals that are kept, oldest first; `when` is nanoseconds since the epoch, as a decimal string.
 */
void
flow_refusals_write_recent (FlowRefusals *self, FlowJsonWriter *writer)
{
  guint kept = (guint) MIN (self->total, KEPT);

  flow_json_writer_begin_array (writer);
  for (guint i = kept; i > 0; i--)
    {
      const Entry *entry = &self->entries[(self->next + KEPT - i) % KEPT];

      flow_json_writer_begin_object (writer);
      flow_json_writer_key (writer, "when");
      flow_json_writer_int64_string (writer, entry->when_ns);
      flow_json_writer_key (writer, "status");
      flow_json_writer_int64 (writer, entry->status);
      write_member (writer, "reason", entry->reason);
      write_member (writer, "method", entry->method);
      write_member (writer, "path", entry->path);
      write_member (writer, "message", entry->message);
      write_member (writer, "agent", entry->agent);
      write_member (writer, "peer", entry->peer);
      flow_json_writer_end_object (writer);
    }
  flow_json_writer_end_array (writer);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "forest-test.h"

#include <string.h>

#define START_NS G_GUINT64_CONSTANT (1795165040235000000)

static const char *const names[] = { "GET /users", "SELECT users", "render", "", "redis GET" };
static const char *const services[] = { "web", "api", "db" };

static FlowString
string_of (const char *text)
{
  return (FlowString) { text, strlen (text) };
}

static void
update (Forest *self)
{
  self->trace.spans = (FlowTraceSpan *) self->spans->data;
  self->trace.n_spans = self->spans->len;
  self->trace.logs = (FlowTraceLog *) self->logs->data;
  self->trace.n_logs = self->logs->len;
}

void
forest_add_span (Forest *self, guint64 id, guint64 parent, guint64 start_ns, gint64 duration_ns, const char *name)
{
  FlowTraceSpan span = {
    .span_id = id,
    .parent_id = parent,
    .start_ns = START_NS + start_ns,
    .duration_ns = duration_ns,
    .name = string_of (name),
    .service = string_of (services[id % G_N_ELEMENTS (services)]),
    .flags = (guint8) ((id % 7 == 0 ? FLOW_SPAN_ERROR : 0) | (id % 3 == 0 ? FLOW_SPAN_LOCATION : 0)),
  };

  g_array_append_val (self->spans, span);
  update (self);
}

void
forest_add_log (Forest *self, guint64 span_id, guint64 time_ns, const char *body)
{
  FlowTraceLog record = {
    .span_id = span_id,
    .time_ns = START_NS + time_ns,
    .body = string_of (body),
    .service = string_of ("web"),
    .severity = time_ns % 5 == 0 ? 17 : 9,
  };

  g_array_append_val (self->logs, record);
  update (self);
}

static guint64
pick_parent (GRand *random, guint i, guint spans)
{
  switch (g_rand_int_range (random, 0, 20))
    {
    case 0:
      return 0;
    case 1:
      return 100000 + (guint64) g_rand_int_range (random, 0, 5); /* nobody's */
    case 2:
      return (guint64) g_rand_int_range (random, 1, (gint32) spans + 1); /* anybody's: leads in circles */
    default:
      return i > 0 ? (guint64) g_rand_int_range (random, MAX (1, (gint32) i - 20), (gint32) i + 1) : 0;
    }
}

void
forest_init (Forest *self, GRand *random, guint spans, guint logs)
{
  *self = (Forest) { 0 };
  self->spans = g_array_new (FALSE, FALSE, sizeof (FlowTraceSpan));
  self->logs = g_array_new (FALSE, FALSE, sizeof (FlowTraceLog));
  for (guint i = 0; i < spans; i++)
    {
      guint64 id = g_rand_int_range (random, 0, 60) == 0 && i > 0 ? i : i + 1;
      gint64 length = g_rand_int_range (random, 0, 10) == 0 ? 0 : g_rand_int_range (random, -50, 3000);

      forest_add_span (self, id, pick_parent (random, i, spans), (guint64) g_rand_int_range (random, 0, 10000), length,
                       names[g_rand_int_range (random, 0, G_N_ELEMENTS (names))]);
    }
  for (guint i = 0; i < logs; i++)
    forest_add_log (self, (guint64) g_rand_int_range (random, 0, (gint32) spans + 5),
                    (guint64) g_rand_int_range (random, 0, 12000), "a log record");
}

void
forest_clear (Forest *self)
{
  g_clear_pointer (&self->spans, g_array_unref);
  g_clear_pointer (&self->logs, g_array_unref);
}

FlowTrace
forest_part (const Forest *self, guint spans)
{
  FlowTrace part = self->trace;

  part.n_spans = MIN (spans, part.n_spans);
  return part;
}

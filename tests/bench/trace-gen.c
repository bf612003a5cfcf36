/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-bench"

#include "bench/trace-gen.h"

#include "trace/flow-otlp-wire.h"

#define START_NS G_GUINT64_CONSTANT (1795165040235000000)
#define FAN_OUT 5
#define SERVICES 12

static const char *const services[SERVICES] = { "web",     "api",    "users",  "orders",   "billing", "search",
                                                "catalog", "emails", "images", "sessions", "audit",   "reports" };
static const char *const names[] = { "GET /api/users/:id", "SELECT users",  "redis GET",  "serialize",
                                     "POST /orders",       "kafka publish", "auth.check", "render page" };

static guint64
mix (guint64 value)
{
  value += 0x9e3779b97f4a7c15u;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

/* Each span's children share its time: one after the other, with gaps, now and then overlapping. */
static void
place (TraceGen *self, guint span)
{
  guint parent = (span - 1) / FAN_OUT, nth = (span - 1) % FAN_OUT;
  guint64 part = self->lengths[parent] / FAN_OUT, noise = mix (span);

  self->lengths[span] = part * (noise % 100 < 10 ? 140 : 50 + noise % 45) / 100;
  self->starts[span] = self->starts[parent] + part * nth + (noise >> 32) % MAX (part / 10, 1);
}

/** trace_gen_init: a trace of about a millisecond for each span. */
void
trace_gen_init (TraceGen *self, guint spans)
{
  *self = (TraceGen) { .spans = spans };
  self->starts = g_new (guint64, spans);
  self->lengths = g_new (guint64, spans);
  self->starts[0] = START_NS;
  self->lengths[0] = (guint64) spans * 1000000;
  for (guint i = 1; i < spans; i++)
    place (self, i);
}

void
trace_gen_clear (TraceGen *self)
{
  g_clear_pointer (&self->starts, g_free);
  g_clear_pointer (&self->lengths, g_free);
}

/** trace_gen_id: the id of the trace with so many spans. */
void
trace_gen_id (guint8 id[16], guint spans)
{
  guint64 first = mix (spans) | 1, second = mix (spans + 1) | 1;

  memcpy (id, &first, 8);
  memcpy (id + 8, &second, 8);
}

static guint64
span_id (guint span)
{
  return mix (span + 1000) | 1;
}

static void
put_attribute (FlowBuffer *out, guint number, const char *key, const char *text, guint64 integer)
{
  gsize start = flow_wire_open (out, FLOW_WIRE_TAG (number, BYTES), 1), value;

  flow_wire_put_bytes (out, 1, key, strlen (key));
  value = flow_wire_open (out, FLOW_WIRE_TAG (2, BYTES), 1);
  if (text != NULL)
    flow_wire_put_bytes (out, 1, text, strlen (text));
  else
    flow_wire_put_varint (out, 3, integer);
  flow_wire_close (out, value, 1);
  flow_wire_close (out, start, 1);
}

static void
put_event (FlowBuffer *out, guint64 time, gboolean failed)
{
  gsize start = flow_wire_open (out, FLOW_WIRE_TAG (11, BYTES), 1);
  const char *name = failed ? "exception" : "cache.miss";

  flow_wire_put_fixed64 (out, 1, time);
  flow_wire_put_bytes (out, 2, name, strlen (name));
  if (failed)
    put_attribute (out, 3, "exception.message", "connection reset by peer", 0);
  flow_wire_close (out, start, 1);
}

static void
put_span (TraceGen *self, guint span, FlowBuffer *out)
{
  gsize start = flow_wire_open (out, FLOW_WIRE_TAG (2, BYTES), 2);
  guint64 id = span_id (span), parent = span_id (span > 0 ? (span - 1) / FAN_OUT : 0), noise = mix (span);
  const char *name = span == 0 ? "checkout" : names[noise % G_N_ELEMENTS (names)];
  gboolean failed = noise % 97 == 0;
  guint8 trace_id[16];
  char text[64];

  trace_gen_id (trace_id, self->spans);
  flow_wire_put_bytes (out, 1, trace_id, 16);
  flow_wire_put_bytes (out, 2, &id, 8);
  if (span > 0)
    flow_wire_put_bytes (out, 4, &parent, 8);
  flow_wire_put_bytes (out, 5, name, strlen (name));
  flow_wire_put_varint (out, 6, 1);
  flow_wire_put_fixed64 (out, 7, self->starts[span]);
  flow_wire_put_fixed64 (out, 8, self->starts[span] + self->lengths[span]);
  g_snprintf (text, sizeof text, "/api/users/%u", (guint) (noise % 5000));
  put_attribute (out, 9, "url.path", text, 0);
  put_attribute (out, 9, "http.request.method", "GET", 0);
  put_attribute (out, 9, "http.response.status_code", NULL, failed ? 500 : 200);
  put_attribute (out, 9, "server.address", "api.example.internal", 0);
  g_snprintf (text, sizeof text, "/home/dev/app/src/step%u.ts", (guint) (noise % 40));
  put_attribute (out, 9, "code.file.path", text, 0);
  put_attribute (out, 9, "code.line.number", NULL, 10 + noise % 300);
  if (failed || noise % 11 == 0)
    put_event (out, self->starts[span] + self->lengths[span] / 3, failed);
  if (failed)
    flow_wire_put_bytes (out, 15, "\x18\x02", 2);
  flow_wire_close (out, start, 2);
}

static guint
service_of (guint span)
{
  return span == 0 ? 0 : (guint) (mix (span) >> 40) % SERVICES;
}

static gsize
open_resource (FlowBuffer *out, guint service)
{
  gsize outer = flow_wire_open (out, FLOW_WIRE_TAG (1, BYTES), 4);
  gsize resource = flow_wire_open (out, FLOW_WIRE_TAG (1, BYTES), 1);

  put_attribute (out, 1, "service.name", services[service], 0);
  flow_wire_close (out, resource, 1);
  return outer;
}

/** trace_gen_next: empty @body and write a request with the next spans, the last ones first; %FALSE at the end. */
gboolean
trace_gen_next (TraceGen *self, guint most, FlowBuffer *body)
{
  guint end = self->spans - self->made, first = end > most ? end - most : 0;

  body->length = 0;
  for (guint service = 0; service < SERVICES && end > 0; service++)
    {
      gsize outer = open_resource (body, service), scope = flow_wire_open (body, FLOW_WIRE_TAG (2, BYTES), 4);

      for (guint i = end; i-- > first;)
        if (service_of (i) == service)
          put_span (self, i, body);
      flow_wire_close (body, scope, 4);
      flow_wire_close (body, outer, 4);
    }
  self->made += end - first;
  return end > 0;
}

/** trace_gen_roots: empty @body and write a request with traces of one span each, for a long list. */
void
trace_gen_roots (guint first, guint traces, FlowBuffer *body)
{
  gsize outer, scope;

  body->length = 0;
  outer = open_resource (body, first / 4096 % SERVICES);
  scope = flow_wire_open (body, FLOW_WIRE_TAG (2, BYTES), 4);
  for (guint i = first; i < first + traces; i++)
    {
      gsize span = flow_wire_open (body, FLOW_WIRE_TAG (2, BYTES), 2);
      const char *name = names[mix (i) % G_N_ELEMENTS (names)];
      guint64 id = span_id (i), start = START_NS + (guint64) i * 1000000;
      guint8 trace_id[16];

      trace_gen_id (trace_id, i);
      flow_wire_put_bytes (body, 1, trace_id, 16);
      flow_wire_put_bytes (body, 2, &id, 8);
      flow_wire_put_bytes (body, 5, name, strlen (name));
      flow_wire_put_fixed64 (body, 7, start);
      flow_wire_put_fixed64 (body, 8, start + mix (i + 7) % 90000000);
      if (mix (i) % 50 == 0)
        flow_wire_put_bytes (body, 15, "\x18\x02", 2);
      flow_wire_close (body, span, 2);
    }
  flow_wire_close (body, scope, 4);
  flow_wire_close (body, outer, 4);
}

/** trace_gen_logs: empty @body and write a request with log records of the trace's first spans. */
void
trace_gen_logs (TraceGen *self, guint logs, FlowBuffer *body)
{
  gsize outer, scope;
  guint8 trace_id[16];

  body->length = 0;
  trace_gen_id (trace_id, self->spans);
  outer = open_resource (body, 1);
  scope = flow_wire_open (body, FLOW_WIRE_TAG (2, BYTES), 4);
  for (guint i = 0; i < logs; i++)
    {
      gsize record = flow_wire_open (body, FLOW_WIRE_TAG (2, BYTES), 2), text;
      guint span = i % MIN (self->spans, 40);
      guint64 id = span_id (span);
      const char *words = i % 5 == 4 ? "retrying after a timeout" : "looked up the user in the cache";

      flow_wire_put_fixed64 (body, 1, self->starts[span] + self->lengths[span] * (i % 7 + 1) / 9);
      flow_wire_put_varint (body, 2, i % 5 == 4 ? 17 : 9);
      text = flow_wire_open (body, FLOW_WIRE_TAG (5, BYTES), 1);
      flow_wire_put_bytes (body, 1, words, strlen (words));
      flow_wire_close (body, text, 1);
      flow_wire_put_bytes (body, 9, trace_id, 16);
      flow_wire_put_bytes (body, 10, &id, 8);
      flow_wire_close (body, record, 2);
    }
  flow_wire_close (body, scope, 4);
  flow_wire_close (body, outer, 4);
}

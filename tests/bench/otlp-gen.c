/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-bench"

#include "bench/otlp-gen.h"

#include "trace/flow-otlp-wire.h"

#define N_ATTRIBUTES 10
#define START_NS G_GUINT64_CONSTANT (1795165040235000000)

/* One attribute: a string, or a number when @text is NULL. */
typedef struct
{
  const char *key;
  const char *text;
  guint number;
} Attribute;

typedef struct
{
  guint8 trace_id[16];
  guint8 span_id[8];
  guint8 parent_id[8];
  guint depth; /* 0: root */
  const char *name;
  guint64 start_ns, end_ns;
  Attribute attributes[N_ATTRIBUTES];
  char path[32], file[48], function[24], user[24], event_key[12];
  char unique[N_ATTRIBUTES][48];
} Span;

static const char *const names[] = {
  "GET /api/users/:id", "SELECT users",  "redis GET",  "serialize",
  "POST /orders",       "kafka publish", "auth.check", "render",
};

static guint64
mix (guint64 value)
{
  value += 0x9e3779b97f4a7c15u;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

static void
make_id (const OtlpGen *self, guint64 trace, guint salt, guint8 *id)
{
  guint64 value = mix (mix (self->seed ^ (guint64) salt << 56) + trace) | 1;

  memcpy (id, &value, 8);
}

static void
make_unique (guint64 trace, Span *span)
{
  for (guint i = 0; i < N_ATTRIBUTES; i++)
    {
      Attribute *attribute = &span->attributes[i];

      attribute->number += (guint) (trace * OTLP_GEN_TRACE + span->depth);
      if (attribute->text == NULL)
        continue;
      g_snprintf (span->unique[i], sizeof span->unique[i], "%" G_GUINT64_FORMAT ".%u %.20s", trace, span->depth,
                  attribute->text);
      attribute->text = span->unique[i];
    }
}

static void
make_span (const OtlpGen *self, guint64 trace, guint depth, Span *span)
{
  *span = (Span) { .depth = depth, .name = names[depth] };
  make_id (self, trace, 100, span->trace_id);
  make_id (self, trace, 101, span->trace_id + 8);
  make_id (self, trace, depth + 1, span->span_id);
  if (depth > 0)
    make_id (self, trace, depth, span->parent_id);
  span->start_ns = START_NS + trace * 1000000 + depth * 10000;
  span->end_ns = span->start_ns + 900000 - depth * 20000 + mix (trace + depth) % 10000;
  g_snprintf (span->path, sizeof span->path, "/api/users/%" G_GUINT64_FORMAT, trace);
  g_snprintf (span->file, sizeof span->file, "/home/dev/app/src/h%u.ts",
              self->files > 0 ? (guint) ((trace * OTLP_GEN_TRACE + depth) % self->files) : depth);
  g_snprintf (span->function, sizeof span->function, "handler.step%u", depth);
  g_snprintf (span->user, sizeof span->user, "user-%" G_GUINT64_FORMAT, trace % 5000);
  g_snprintf (span->event_key, sizeof span->event_key, "k%u", (guint) (trace % 64));
  span->attributes[0] = (Attribute) { "http.request.method", "GET", 0 };
  span->attributes[1] = (Attribute) { "http.response.status_code", NULL, 200 };
  span->attributes[2] = (Attribute) { "url.path", span->path, 0 };
  span->attributes[3] = (Attribute) { "server.address", "api.example.internal", 0 };
  span->attributes[4] = (Attribute) { "user_agent.original", "bench-client/1.0.0 x64", 0 };
  span->attributes[5] = (Attribute) { "code.file.path", span->file, 0 };
  span->attributes[6] = (Attribute) { "code.line.number", NULL, 10 + depth };
  span->attributes[7] = (Attribute) { "code.function.name", span->function, 0 };
  span->attributes[8] = (Attribute) { "enduser.id", span->user, 0 };
  span->attributes[9] = (Attribute) { "db.query.text", "SELECT * FROM t WHERE id = $1", 0 };
  if (self->unique)
    make_unique (trace, span);
}

static void
make_resource (const OtlpGen *self, Attribute attributes[4], char service[16])
{
  guint which = (guint) (self->body % 6);

  g_snprintf (service, 16, "svc-%u", which);
  attributes[0] = (Attribute) { "service.name", service, 0 };
  attributes[1] = (Attribute) { "service.version", "1.4.2", 0 };
  attributes[2] = (Attribute) { "host.name", "dev-box", 0 };
  attributes[3] = (Attribute) { "process.pid", NULL, 1234 + which };
}

static void
put_attribute (FlowBuffer *out, guint number, const Attribute *attribute)
{
  gsize start = flow_wire_open (out, FLOW_WIRE_TAG (number, BYTES), 1), value;

  flow_wire_put_bytes (out, 1, attribute->key, strlen (attribute->key));
  value = flow_wire_open (out, FLOW_WIRE_TAG (2, BYTES), 1);
  if (attribute->text != NULL)
    flow_wire_put_bytes (out, 1, attribute->text, strlen (attribute->text));
  else
    flow_wire_put_varint (out, 3, attribute->number);
  flow_wire_close (out, value, 1);
  flow_wire_close (out, start, 1);
}

static void
put_event (FlowBuffer *out, const Span *span)
{
  const Attribute attribute = { "key", span->event_key, 0 };
  gsize start = flow_wire_open (out, FLOW_WIRE_TAG (11, BYTES), 1);

  flow_wire_put_fixed64 (out, 1, span->start_ns + 5000);
  flow_wire_put_bytes (out, 2, "cache.miss", 10);
  put_attribute (out, 3, &attribute);
  flow_wire_put_varint (out, 4, 0);
  flow_wire_close (out, start, 1);
}

static void
put_span (FlowBuffer *out, const Span *span)
{
  gsize start = flow_wire_open (out, FLOW_WIRE_TAG (2, BYTES), 2);

  flow_wire_put_bytes (out, 1, span->trace_id, 16);
  flow_wire_put_bytes (out, 2, span->span_id, 8);
  if (span->depth > 0)
    flow_wire_put_bytes (out, 4, span->parent_id, 8);
  flow_wire_put_bytes (out, 5, span->name, strlen (span->name));
  flow_wire_put_varint (out, 6, span->depth == 0 ? 2 : 1);
  flow_wire_put_fixed64 (out, 7, span->start_ns);
  flow_wire_put_fixed64 (out, 8, span->end_ns);
  for (guint i = 0; i < N_ATTRIBUTES; i++)
    put_attribute (out, 9, &span->attributes[i]);
  flow_wire_put_varint (out, 10, 0);
  if (span->depth == 3)
    put_event (out, span);
  flow_wire_put_varint (out, 12, 0);
  flow_wire_put_varint (out, 14, 0);
  flow_wire_put_bytes (out, 15, "\x18\0", 2);
  flow_wire_put_fixed32 (out, 16, 0x101);
  flow_wire_close (out, start, 2);
}

/** otlp_gen_init: ids depend on @seed alone. */
void
otlp_gen_init (OtlpGen *self, guint64 seed)
{
  *self = (OtlpGen) { .seed = mix (seed) };
}

/** otlp_gen_protobuf: append an ExportTraceServiceRequest with the next @spans spans. */
void
otlp_gen_protobuf (OtlpGen *self, guint spans, FlowBuffer *out)
{
  gsize resource_spans = flow_wire_open (out, FLOW_WIRE_TAG (1, BYTES), 4), start;
  Attribute attributes[4];
  char service[16];

  start = flow_wire_open (out, FLOW_WIRE_TAG (1, BYTES), 1);
  make_resource (self, attributes, service);
  for (guint i = 0; i < G_N_ELEMENTS (attributes); i++)
    put_attribute (out, 1, &attributes[i]);
  flow_wire_put_varint (out, 2, 0);
  flow_wire_close (out, start, 1);
  start = flow_wire_open (out, FLOW_WIRE_TAG (2, BYTES), 4);
  flow_wire_put_bytes (out, 1,
                       "\x0a\x09"
                       "bench-lib"
                       "\x12\x05"
                       "1.0.0",
                       18);
  for (guint i = 0; i < spans; i++, self->span++)
    {
      Span span;

      make_span (self, self->span / OTLP_GEN_TRACE, OTLP_GEN_TRACE - 1 - self->span % OTLP_GEN_TRACE, &span);
      put_span (out, &span);
    }
  flow_wire_close (out, start, 4);
  flow_wire_close (out, resource_spans, 4);
  self->body++;
}

static void
json_attributes (GString *out, const Attribute *attributes, guint n)
{
  g_string_append (out, "\"attributes\":[");
  for (guint i = 0; i < n; i++)
    {
      g_string_append_printf (out, "%s{\"key\":\"%s\",\"value\":{", i > 0 ? "," : "", attributes[i].key);
      if (attributes[i].text != NULL)
        g_string_append_printf (out, "\"stringValue\":\"%s\"}}", attributes[i].text);
      else
        g_string_append_printf (out, "\"intValue\":%u}}", attributes[i].number);
    }
  g_string_append (out, "],");
}

static void
json_id (GString *out, const char *name, const guint8 *id, gsize n)
{
  g_string_append_printf (out, "\"%s\":\"", name);
  for (gsize i = 0; i < n; i++)
    g_string_append_printf (out, "%02x", id[i]);
  g_string_append (out, "\",");
}

static void
json_span (GString *out, const Span *span)
{
  const Attribute attribute = { "key", span->event_key, 0 };

  g_string_append_c (out, '{');
  json_id (out, "traceId", span->trace_id, 16);
  json_id (out, "spanId", span->span_id, 8);
  if (span->depth > 0)
    json_id (out, "parentSpanId", span->parent_id, 8);
  g_string_append_printf (out,
                          "\"name\":\"%s\",\"kind\":%u,\"startTimeUnixNano\":\"%" G_GUINT64_FORMAT
                          "\",\"endTimeUnixNano\":\"%" G_GUINT64_FORMAT "\",",
                          span->name, span->depth == 0 ? 2 : 1, span->start_ns, span->end_ns);
  json_attributes (out, span->attributes, N_ATTRIBUTES);
  g_string_append (out, "\"droppedAttributesCount\":0,\"events\":[");
  if (span->depth == 3)
    {
      g_string_append_c (out, '{');
      json_attributes (out, &attribute, 1);
      g_string_append_printf (
          out, "\"name\":\"cache.miss\",\"timeUnixNano\":\"%" G_GUINT64_FORMAT "\",\"droppedAttributesCount\":0}",
          span->start_ns + 5000);
    }
  g_string_append (out, "],\"droppedEventsCount\":0,\"status\":{\"code\":0},\"links\":[],"
                        "\"droppedLinksCount\":0,\"flags\":257}");
}

/** otlp_gen_json: append what otlp_gen_protobuf() would, as OTLP JSON. */
void
otlp_gen_json (OtlpGen *self, guint spans, GString *out)
{
  Attribute attributes[4];
  char service[16];

  make_resource (self, attributes, service);
  g_string_append (out, "{\"resourceSpans\":[{\"resource\":{");
  json_attributes (out, attributes, G_N_ELEMENTS (attributes));
  g_string_append (out, "\"droppedAttributesCount\":0},\"scopeSpans\":[{\"scope\":{\"name\":\"bench-lib\","
                        "\"version\":\"1.0.0\"},\"spans\":[");
  for (guint i = 0; i < spans; i++, self->span++)
    {
      Span span;

      if (i > 0)
        g_string_append_c (out, ',');
      make_span (self, self->span / OTLP_GEN_TRACE, OTLP_GEN_TRACE - 1 - self->span % OTLP_GEN_TRACE, &span);
      json_span (out, &span);
    }
  g_string_append (out, "]}]}]}");
  self->body++;
}

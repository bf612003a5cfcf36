/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-detail-builder"

#include "app/code/flow-detail-builder.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/flow-id.h"
#include "hub/flow-json-read.h"
#include "launch/flow-stack-frame.h"
#include "trace/flow-extra-lookup.h"
#include "trace/flow-self-time.h"
#include "trace/flow-time-text.h"
#include "trace/flow-value-json.h"

/* Nobody reads more of them here; the trace has them all. */
#define MAX_EVENTS 300
#define MAX_LOGS 300
/* A filter for longer values would not be read. */
#define MAX_FILTER 200

typedef struct
{
  const FlowTrace *trace;
  const FlowTraceSpan *span; /* NULL: the trace as a whole */
  GPtrArray *items;          /* FlowDetailItem */
  guint count;               /* events or logs so far */
} Builder;

static FlowDetailItem *
add (Builder *self, FlowDetailKind kind, const char *key, char *value)
{
  FlowDetailItem *item = flow_detail_item_new (kind, key, value);

  g_ptr_array_add (self->items, item);
  return item;
}

static char *
string_dup (FlowString string)
{
  return g_strndup (string.data, string.length);
}

/* --- Filters ------------------------------------------------------------------------------------------------ */

static gboolean
is_bare (const char *text)
{
  for (; *text != '\0'; text++)
    if (g_ascii_isspace (*text) || *text == '"' || *text == '\\')
      return FALSE;
  return TRUE;
}

static void
append_quoted (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (; *text != '\0'; text++)
    {
      if (*text == '"' || *text == '\\')
        g_string_append_c (out, '\\');
      g_string_append_c (out, *text);
    }
  g_string_append_c (out, '"');
}

static char *
make_filter (const char *head, const char *value)
{
  GString *out = g_string_new (head);

  if (is_bare (value) && value[0] != '\0')
    g_string_append (out, value);
  else
    append_quoted (out, value);
  return g_string_free (out, FALSE);
}

/**
 * flow_detail_filter_for:
 * @key: an attribute's key
 * @value: its value as text
 *
 * Write the filter for spans that have the same value, as the filter entries read it.
 *
 * Returns: (transfer full) (nullable): %NULL when it cannot be filtered by
 */
char *
flow_detail_filter_for (const char *key, const char *value)
{
  g_autofree char *head = NULL;

  if (!is_bare (key) || key[0] == '\0' || key[0] == '-' || strchr (key, '=') != NULL || strlen (value) > MAX_FILTER ||
      strchr (value, '\n') != NULL)
    return NULL;
  head = g_strconcat (key, "=", NULL);
  return make_filter (head, value);
}

/* --- Values ------------------------------------------------------------------------------------------------- */

static FlowDetailItem *
add_value (Builder *self, guint depth, const char *key, char *value)
{
  FlowDetailItem *item;
  char *filter = flow_detail_filter_for (key, value);

  item = add (self, FLOW_DETAIL_VALUE, key, value);
  flow_detail_item_set_filter (item, filter);
  flow_detail_item_set_depth (item, depth);
  return item;
}

typedef struct
{
  char *key;
  char *value;
} Pair;

static void
pair_free (gpointer data)
{
  Pair *pair = data;

  g_free (pair->key);
  g_free (pair->value);
  g_free (pair);
}

static void
add_pair (GPtrArray *pairs, char *key, char *value)
{
  Pair *pair = g_new (Pair, 1);

  *pair = (Pair) { key, value };
  g_ptr_array_add (pairs, pair);
}

static GPtrArray *
read_attributes (const FlowExtra *extra, const FlowAttribute *attributes, guint n)
{
  GPtrArray *pairs = g_ptr_array_new_with_free_func (pair_free);

  for (guint i = 0; i < n; i++)
    add_pair (pairs, string_dup (flow_extra_string (extra, attributes[i].key)),
              flow_value_to_text (extra->strings, &attributes[i]));
  return pairs;
}

/* Members of a resource or scope as JSON. */
static GPtrArray *
read_members (JsonObject *object)
{
  GPtrArray *pairs = g_ptr_array_new_with_free_func (pair_free);
  JsonObjectIter iter;
  const char *key;
  JsonNode *node;

  if (object == NULL)
    return pairs;
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &key, &node))
    {
      const char *text = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;

      add_pair (pairs, g_strdup (key), text != NULL ? g_strdup (text) : json_to_string (node, FALSE));
    }
  return pairs;
}

/* "http" of "http.route". */
static char *
group_of (const Pair *pair)
{
  const char *dot = strchr (pair->key, '.');

  return g_strndup (pair->key, dot != NULL ? (gsize) (dot - pair->key) : 0);
}

/* What begins alike, by its beginning; @names gets these in the order of the first of each. */
static GHashTable *
find_groups (GPtrArray *pairs, GPtrArray *names)
{
  GHashTable *groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);

  for (guint i = 0; i < pairs->len; i++)
    {
      g_autofree char *name = group_of (pairs->pdata[i]);
      GPtrArray *members = g_hash_table_lookup (groups, name);

      if (members == NULL)
        {
          members = g_ptr_array_new ();
          g_hash_table_insert (groups, g_strdup (name), members);
          g_ptr_array_add (names, g_strdup (name));
        }
      g_ptr_array_add (members, pairs->pdata[i]);
    }
  return groups;
}

static gboolean
is_group (GHashTable *groups, const char *name)
{
  return name[0] != '\0' && ((GPtrArray *) g_hash_table_lookup (groups, name))->len > 1;
}

/* Under one heading what begins alike; first what stands alone. */
static void
add_grouped (Builder *self, GPtrArray *pairs)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) groups = find_groups (pairs, names);

  for (guint i = 0; i < pairs->len; i++)
    {
      Pair *pair = pairs->pdata[i];
      g_autofree char *name = group_of (pair);

      if (!is_group (groups, name))
        add_value (self, 0, pair->key, g_steal_pointer (&pair->value));
    }
  for (guint i = 0; i < names->len; i++)
    {
      GPtrArray *members = g_hash_table_lookup (groups, names->pdata[i]);

      if (!is_group (groups, names->pdata[i]))
        continue;
      add (self, FLOW_DETAIL_GROUP, names->pdata[i], NULL);
      for (guint j = 0; j < members->len; j++)
        {
          Pair *pair = members->pdata[j];

          add_value (self, 0, pair->key, g_steal_pointer (&pair->value));
        }
    }
}

static void
add_section (Builder *self, const char *title, guint count)
{
  add (self, FLOW_DETAIL_SECTION, title, count > 0 ? g_strdup_printf ("%u", count) : NULL);
}

static void
add_attributes (Builder *self, const FlowExtra *extra)
{
  g_autoptr (GArray) attributes = flow_extra_get_attributes (extra);
  g_autoptr (GPtrArray) pairs = read_attributes (extra, (const FlowAttribute *) (void *) attributes->data,
                                                 attributes->len);

  if (pairs->len == 0)
    return;
  add_section (self, _ ("Attributes"), pairs->len);
  add_grouped (self, pairs);
}

/* --- Stack traces ------------------------------------------------------------------------------------------- */

static void
add_place (Builder *self, guint depth, const char *key, const char *file, guint line, guint column)
{
  g_autofree char *place = line > 0 ? g_strdup_printf ("%s:%u", file, line) : g_strdup (file);
  FlowDetailItem *item = add (self, FLOW_DETAIL_PLACE, key, g_steal_pointer (&place));

  flow_detail_item_set_place (item, file, line, column);
  flow_detail_item_set_depth (item, depth);
}

static void
add_frames (Builder *self, guint depth, const char *stack)
{
  g_autoptr (GPtrArray) frames = flow_stack_frames_parse (stack, strlen (stack));

  for (guint i = 0; i < frames->len; i++)
    {
      const FlowStackFrame *frame = frames->pdata[i];

      add_place (self, depth, i == 0 ? _ ("Called from") : "", frame->file, frame->line, frame->column);
    }
}

static gboolean
is_stack (const char *key)
{
  return g_str_equal (key, "exception.stacktrace") || g_str_equal (key, "code.stacktrace");
}

/* Attributes of an event, log record or link below it. */
static void
add_below (Builder *self, const FlowExtra *extra, const FlowAttribute *attributes, guint n)
{
  g_autoptr (GPtrArray) pairs = read_attributes (extra, attributes, n);

  for (guint i = 0; i < pairs->len; i++)
    {
      Pair *pair = pairs->pdata[i];

      if (is_stack (pair->key))
        add_frames (self, 1, pair->value);
      add_value (self, 1, pair->key, g_steal_pointer (&pair->value));
    }
}

/* --- Events, logs and links --------------------------------------------------------------------------------- */

static char *
offset_text (const Builder *self, guint64 time_ns)
{
  gint64 offset = (gint64) (time_ns - (guint64) self->trace->info->start_ns);
  g_autofree char *text = flow_duration_format (ABS (offset));

  return g_strconcat (offset < 0 ? "−" : "+", text, NULL);
}

static void
count_cb (const FlowExtra *extra, const FlowExtraItem *item, const FlowAttribute *attributes, guint n, gpointer data)
{
  ++*(guint *) data;
}

static void
add_event_cb (const FlowExtra *extra, const FlowExtraItem *item, const FlowAttribute *attributes, guint n,
              gpointer data)
{
  Builder *self = data;
  g_autofree char *name = string_dup (flow_extra_string (extra, item->name));
  g_autofree char *offset = offset_text (self, self->span->start_ns + item->number);
  gboolean failed = g_str_equal (name, "exception");

  if (self->count++ >= MAX_EVENTS)
    return;
  add (self, failed ? FLOW_DETAIL_ERROR : FLOW_DETAIL_VALUE, offset, g_steal_pointer (&name));
  add_below (self, extra, attributes, n);
}

static void
add_more (Builder *self, guint count, guint shown)
{
  if (count > shown)
    add (self, FLOW_DETAIL_VALUE, "",
         g_strdup_printf (ngettext ("and %u more", "and %u more", count - shown), count - shown));
}

static void
add_events (Builder *self, const FlowExtra *extra)
{
  guint count = 0;

  flow_extra_walk_fields (extra, FLOW_FIELD_EVENT, count_cb, &count);
  if (count == 0)
    return;
  add_section (self, _ ("Events"), count);
  self->count = 0;
  flow_extra_walk_fields (extra, FLOW_FIELD_EVENT, add_event_cb, self);
  add_more (self, count, MAX_EVENTS);
}

static void
body_cb (const FlowExtra *extra, const FlowExtraItem *item, const FlowAttribute *attributes, guint n, gpointer data)
{
  char **text = data;

  if (n > 0 && *text == NULL)
    *text = flow_value_to_text (extra->strings, &attributes[0]);
}

static const char *
severity_name (guint severity)
{
  static const char *const names[] = { "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL" };

  return severity >= 1 && severity <= 24 ? names[(severity - 1) / 4] : "";
}

static void
add_log (Builder *self, const FlowTraceLog *record)
{
  FlowExtra extra = flow_extra_of_log (record);
  g_autoptr (GArray) attributes = flow_extra_get_attributes (&extra);
  g_autofree char *offset = offset_text (self, record->time_ns);
  g_autofree char *key = g_strjoin (" ", offset, severity_name (record->severity), NULL);
  g_autofree char *file = string_dup (record->file);
  char *body = record->body.length > 0 ? string_dup (record->body) : NULL;

  if (body == NULL)
    flow_extra_walk_fields (&extra, FLOW_FIELD_BODY, body_cb, &body);
  add (self, (record->flags & FLOW_SPAN_ERROR) != 0 || record->severity >= 17 ? FLOW_DETAIL_ERROR : FLOW_DETAIL_VALUE,
       key, body != NULL ? body : string_dup (flow_extra_find_field_string (&extra, FLOW_FIELD_EVENT_NAME)));
  if (file[0] != '\0')
    add_place (self, 1, _ ("Written in"), file, record->line, flow_extra_find_number (&extra, "code.column.number"));
  add_below (self, &extra, (const FlowAttribute *) (void *) attributes->data, attributes->len);
}

static void
add_logs (Builder *self)
{
  guint count = 0, shown = 0;

  for (gsize i = 0; i < self->trace->n_logs; i++)
    count += self->trace->logs[i].span_id == self->span->span_id;
  if (count == 0)
    return;
  add_section (self, _ ("Logs"), count);
  for (gsize i = 0; i < self->trace->n_logs && shown < MAX_LOGS; i++)
    if (self->trace->logs[i].span_id == self->span->span_id)
      {
        add_log (self, &self->trace->logs[i]);
        shown++;
      }
  add_more (self, count, MAX_LOGS);
}

static void
add_link_cb (const FlowExtra *extra, const FlowExtraItem *item, const FlowAttribute *attributes, guint n, gpointer data)
{
  Builder *self = data;
  char trace[33], span[17];
  FlowDetailItem *line;

  if (self->count++ >= MAX_EVENTS)
    return;
  flow_id_to_hex (item->ids, 16, trace);
  flow_id_to_hex (item->ids + 16, 8, span);
  if (memcmp (item->ids, self->trace->info->trace_id, 16) == 0)
    {
      guint64 span_id;

      memcpy (&span_id, item->ids + 16, sizeof span_id);
      line = add (self, FLOW_DETAIL_SPAN, _ ("Span of this trace"), g_strdup (span));
      flow_detail_item_set_span_id (line, span_id);
    }
  else
    {
      line = add (self, FLOW_DETAIL_LINK, _ ("Trace"), g_strdup (trace));
      flow_detail_item_set_target (line, g_strconcat (trace, "/", span, NULL));
    }
  add_below (self, extra, attributes, n);
}

static void
add_links (Builder *self, const FlowExtra *extra)
{
  guint count = 0;

  flow_extra_walk_fields (extra, FLOW_FIELD_LINK, count_cb, &count);
  if (count == 0)
    return;
  add_section (self, _ ("Links"), count);
  self->count = 0;
  flow_extra_walk_fields (extra, FLOW_FIELD_LINK, add_link_cb, self);
  add_more (self, count, MAX_EVENTS);
}

/* --- Resource and scope ------------------------------------------------------------------------------------- */

typedef void (*WriteHeader) (FlowJsonWriter *writer, gconstpointer header, gsize length);

static JsonObject *
read_header (FlowString header, WriteHeader write)
{
  g_autoptr (GString) text = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, text);
  write (&writer, header.data, header.length);
  return flow_json_read_object (text->str, text->len, NULL);
}

static void
add_resource (Builder *self)
{
  g_autoptr (JsonObject) resource = read_header (self->span->resource, flow_resource_write_json);
  g_autoptr (GPtrArray) pairs = read_members (resource);

  if (pairs->len == 0)
    return;
  add_section (self, _ ("Resource"), pairs->len);
  add_grouped (self, pairs);
}

static void
add_scope (Builder *self)
{
  g_autoptr (JsonObject) scope = read_header (self->span->scope, flow_scope_write_json);
  const char *name = scope != NULL ? flow_json_get_string (scope, "name") : NULL;
  const char *version = scope != NULL ? flow_json_get_string (scope, "version") : NULL;
  g_autoptr (GPtrArray) pairs = read_members (scope != NULL ? flow_json_get_object (scope, "attributes") : NULL);

  if ((name == NULL || name[0] == '\0') && pairs->len == 0)
    return;
  add_section (self, _ ("Scope"), 0);
  if (name != NULL && name[0] != '\0')
    add (self, FLOW_DETAIL_VALUE, _ ("Name"), g_strdup (name));
  if (version != NULL && version[0] != '\0')
    add (self, FLOW_DETAIL_VALUE, _ ("Version"), g_strdup (version));
  add_grouped (self, pairs);
}

/* --- What every span has ------------------------------------------------------------------------------------ */

static const char *
kind_name (guint kind)
{
  static const char *const names[] = {
    "", N_ ("internal"), N_ ("server"), N_ ("client"), N_ ("producer"), N_ ("consumer")
  };

  return kind > 0 && kind < G_N_ELEMENTS (names) ? _ (names[kind]) : "";
}

static void
add_status (Builder *self, const FlowExtra *extra)
{
  FlowString message = flow_extra_find_field_string (extra, FLOW_FIELD_STATUS_MESSAGE);
  gboolean failed = (self->span->flags & FLOW_SPAN_ERROR) != 0 || self->span->status == 2;

  if (failed)
    {
      FlowDetailItem *item = add (self, FLOW_DETAIL_ERROR, _ ("Status"),
                                  message.length > 0 ? string_dup (message) : g_strdup (_ ("error")));

      flow_detail_item_set_filter (item, g_strdup ("status:error"));
    }
  else if (self->span->status == 1)
    {
      add (self, FLOW_DETAIL_VALUE, _ ("Status"), g_strdup (_ ("ok")));
    }
}

static void
add_times (Builder *self, guint span)
{
  g_autofree char *start = flow_time_format ((gint64) self->span->start_ns, 0);
  g_autofree char *offset = offset_text (self, self->span->start_ns);
  gint64 duration = self->span->duration_ns;
  gint64 own = flow_trace_self_time (self->trace, span);

  add (self, FLOW_DETAIL_VALUE, _ ("Start"), g_strdup_printf ("%s (%s)", start, offset));
  if (duration < 0)
    {
      g_autofree char *text = flow_duration_format (-duration);

      add (self, FLOW_DETAIL_ERROR, _ ("Duration"), g_strdup_printf (_ ("ends %s before it starts"), text));
      return;
    }
  add (self, FLOW_DETAIL_VALUE, _ ("Duration"), flow_duration_format (duration));
  if (own != duration)
    {
      g_autofree char *text = flow_duration_format (own);

      add (self, FLOW_DETAIL_VALUE, _ ("Self time"),
           g_strdup_printf ("%s (%.0f %%)", text, duration > 0 ? 100.0 * (double) own / (double) duration : 0));
    }
}

static const FlowTraceSpan *
find_span (const FlowTrace *trace, guint64 span_id)
{
  for (gsize i = 0; i < trace->n_spans; i++)
    if (trace->spans[i].span_id == span_id)
      return &trace->spans[i];
  return NULL;
}

static void
add_ids (Builder *self, const FlowExtra *extra)
{
  const FlowTraceSpan *parent = self->span->parent_id != 0 ? find_span (self->trace, self->span->parent_id) : NULL;
  FlowString state = flow_extra_find_field_string (extra, FLOW_FIELD_TRACE_STATE);
  char hex[17];

  if (parent != NULL)
    {
      FlowDetailItem *item = add (self, FLOW_DETAIL_SPAN, _ ("Parent"), string_dup (parent->name));

      flow_detail_item_set_span_id (item, self->span->parent_id);
    }
  else if (self->span->parent_id != 0)
    {
      flow_id_to_hex ((const guint8 *) &self->span->parent_id, 8, hex);
      add (self, FLOW_DETAIL_VALUE, _ ("Parent, not received"), g_strdup (hex));
    }
  flow_id_to_hex ((const guint8 *) &self->span->span_id, 8, hex);
  add (self, FLOW_DETAIL_VALUE, _ ("Span id"), g_strdup (hex));
  if ((self->span->flags & FLOW_SPAN_SHARED_ID) != 0)
    add (self, FLOW_DETAIL_ERROR, _ ("Span id"), g_strdup (_ ("another span has the same one")));
  if (state.length > 0)
    add (self, FLOW_DETAIL_VALUE, _ ("Trace state"), string_dup (state));
}

static void
add_code (Builder *self, const FlowExtra *extra)
{
  g_autofree char *function = flow_extra_find_function (extra);
  guint column = flow_extra_find_number (extra, "code.column.number");
  g_autofree char *file = string_dup (self->span->file);
  const char *key = function[0] != '\0' ? function : _ ("Code");

  if (column == 0)
    column = flow_extra_find_number (extra, "code.column");
  if (file[0] != '\0')
    add_place (self, 0, key, file, self->span->line, column);
  else
    add (self, FLOW_DETAIL_FIND, key, g_strdup (_ ("Find the code")));
}

static void
add_service (Builder *self)
{
  FlowDetailItem *item;
  char *service;

  if (self->span->service.length == 0)
    return;
  service = string_dup (self->span->service);
  item = add (self, FLOW_DETAIL_VALUE, _ ("Service"), service);
  flow_detail_item_set_filter (item, make_filter ("service:", service));
}

static void
add_dropped_cb (const FlowExtra *extra, const FlowExtraItem *item, const FlowAttribute *attributes, guint n,
                gpointer data)
{
  const char *key = item->field == FLOW_FIELD_DROPPED_ATTRIBUTES ? _ ("Attributes left out by the program")
                    : item->field == FLOW_FIELD_DROPPED_EVENTS   ? _ ("Events left out by the program")
                                                                 : _ ("Links left out by the program");

  add (data, FLOW_DETAIL_VALUE, key, g_strdup_printf ("%" G_GUINT64_FORMAT, item->number));
}

static void
add_head (Builder *self, const FlowExtra *extra, guint span)
{
  add (self, FLOW_DETAIL_TITLE, "", string_dup (self->span->name));
  add_status (self, extra);
  add_code (self, extra);
  add_service (self);
  if (kind_name (self->span->kind)[0] != '\0')
    add (self, FLOW_DETAIL_VALUE, _ ("Kind"), g_strdup (kind_name (self->span->kind)));
  add_times (self, span);
  add_ids (self, extra);
  flow_extra_walk_fields (extra, FLOW_FIELD_DROPPED_ATTRIBUTES, add_dropped_cb, self);
  flow_extra_walk_fields (extra, FLOW_FIELD_DROPPED_EVENTS, add_dropped_cb, self);
  flow_extra_walk_fields (extra, FLOW_FIELD_DROPPED_LINKS, add_dropped_cb, self);
}

/**
 * flow_detail_build_span:
 * @trace: a trace
 * @span: which of its spans
 *
 * Make the lines that show all there is about a span. Reads every span and log record of the trace, so a large one
 * wants a thread.
 *
 * Returns: (transfer full) (element-type FlowDetailItem): the lines
 */
GPtrArray *
flow_detail_build_span (const FlowTrace *trace, guint span)
{
  Builder self = { .trace = trace, .span = &trace->spans[span] };
  FlowExtra extra = flow_extra_of_span (self.span);

  self.items = g_ptr_array_new_with_free_func (g_object_unref);
  add_head (&self, &extra, span);
  add_events (&self, &extra);
  add_attributes (&self, &extra);
  add_logs (&self);
  add_links (&self, &extra);
  add_resource (&self);
  add_scope (&self);
  return self.items;
}

static void
add_services (Builder *self)
{
  char **services = self->trace->info->services;

  if (services[0] == NULL)
    return;
  add_section (self, _ ("Services"), g_strv_length (services));
  for (; *services != NULL; services++)
    {
      FlowDetailItem *item = add (self, FLOW_DETAIL_VALUE, "", g_strdup (*services));

      flow_detail_item_set_filter (item, make_filter ("service:", *services));
    }
}

/**
 * flow_detail_build_trace:
 * @trace: a trace
 *
 * Make the lines that show a trace as a whole.
 *
 * Returns: (transfer full) (element-type FlowDetailItem): the lines
 */
GPtrArray *
flow_detail_build_trace (const FlowTrace *trace)
{
  const FlowTraceInfo *info = trace->info;
  Builder self = { .trace = trace };
  FlowDetailItem *item;
  char hex[33];

  self.items = g_ptr_array_new_with_free_func (g_object_unref);
  flow_id_to_hex (info->trace_id, 16, hex);
  add (&self, FLOW_DETAIL_VALUE, _ ("Name"), g_strdup (info->name));
  add (&self, FLOW_DETAIL_VALUE, _ ("Trace id"), g_strdup (hex));
  add (&self, FLOW_DETAIL_VALUE, _ ("Link"), g_strconcat ("flowscope://trace/", hex, NULL));
  add (&self, FLOW_DETAIL_VALUE, _ ("Start"), flow_time_format (info->start_ns, 0));
  add (&self, FLOW_DETAIL_VALUE, _ ("Duration"), flow_duration_format (info->end_ns - info->start_ns));
  add (&self, FLOW_DETAIL_VALUE, _ ("Spans"), g_strdup_printf ("%u", info->spans));
  if (info->errors > 0)
    {
      item = add (&self, FLOW_DETAIL_ERROR, _ ("Errors"), g_strdup_printf ("%u", info->errors));
      flow_detail_item_set_filter (item, g_strdup ("status:error"));
    }
  if (info->logs > 0)
    add (&self, FLOW_DETAIL_VALUE, _ ("Log records"), g_strdup_printf ("%u", info->logs));
  add_services (&self);
  return self.items;
}

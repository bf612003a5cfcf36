/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-outline-builder"

#include "trace/flow-outline-builder.h"

#include <stdlib.h>
#include <string.h>

#include "trace/flow-extra-lookup.h"
#include "trace/flow-id-table.h"
#include "trace/flow-span-batch.h"
#include "trace/flow-value-json.h"

#define NONE FLOW_OUTLINE_NONE
/* What is kept of a name: more than any row shows. */
#define MAX_NAME 512
/* Times beyond are cut, so that sums of two never overflow. */
#define MAX_NS (G_MAXINT64 / 4)
#define RECENT_BITS 10
#define ERROR_SEVERITY 17
#define MAX_SERVICES G_MAXUINT16

/* A node before the tree is known. */
typedef struct
{
  guint64 id;
  guint64 start_ns;
  gint64 duration_ns;
  guint32 parent; /* item; NONE: top */
  guint32 first_child;
  guint32 last_child;
  guint32 next_sibling;
  guint32 name;
  guint32 source;
  guint16 service;
  guint8 kind;
  guint8 flags;
} Item;

struct _FlowOutlineBuilder
{
  GArray *items;
  GArray *parent_ids; /* guint64, of the items */
  GPtrArray *names;
  GPtrArray *services;
  GStringChunk *strings;
  GHashTable *name_ids;
  GHashTable *service_ids;
  /* Strings of a segment are the same pointer: most names are found without hashing them. */
  struct
  {
    const char *data;
    guint32 id;
  } recent[1 << RECENT_BITS];
};

static guint32
intern (FlowOutlineBuilder *self, GHashTable *ids, GPtrArray *array, FlowString string, gsize limit)
{
  char buffer[MAX_NAME + 1];
  gsize length = MIN (string.length, MAX_NAME);
  gpointer found;
  const char *end, *kept;

  if (length > 0)
    memcpy (buffer, string.data, length);
  buffer[length] = '\0';
  if (!g_utf8_validate (buffer, (gssize) length, &end))
    buffer[end - buffer] = '\0';
  if (g_hash_table_lookup_extended (ids, buffer, NULL, &found))
    return GPOINTER_TO_UINT (found);
  if (array->len >= limit)
    return 0;
  kept = g_string_chunk_insert (self->strings, buffer);
  g_hash_table_insert (ids, (gpointer) kept, GUINT_TO_POINTER (array->len));
  g_ptr_array_add (array, (gpointer) kept);
  return array->len - 1;
}

static guint32
intern_name (FlowOutlineBuilder *self, FlowString name)
{
  guintptr key = (guintptr) name.data;
  guint slot = (guint) ((key >> 4 ^ key >> 14) & ((1 << RECENT_BITS) - 1));

  if (self->recent[slot].data != name.data || name.data == NULL)
    {
      self->recent[slot].id = intern (self, self->name_ids, self->names, name, NONE);
      self->recent[slot].data = name.data;
    }
  return self->recent[slot].id;
}

static guint16
intern_service (FlowOutlineBuilder *self, FlowString name)
{
  return (guint16) intern (self, self->service_ids, self->services, name, MAX_SERVICES);
}

/**
 * flow_outline_builder_new:
 * @expected: how many spans will come, about
 *
 * Returns: (transfer full): an empty builder
 */
FlowOutlineBuilder *
flow_outline_builder_new (gsize expected)
{
  FlowOutlineBuilder *self = g_new0 (FlowOutlineBuilder, 1);

  self->items = g_array_sized_new (FALSE, FALSE, sizeof (Item), (guint) expected);
  self->parent_ids = g_array_sized_new (FALSE, FALSE, sizeof (guint64), (guint) expected);
  self->names = g_ptr_array_new ();
  self->services = g_ptr_array_new ();
  self->strings = g_string_chunk_new (4096);
  self->name_ids = g_hash_table_new (g_str_hash, g_str_equal);
  self->service_ids = g_hash_table_new (g_str_hash, g_str_equal);
  intern_name (self, (FlowString) { "", 0 });
  intern_service (self, (FlowString) { "", 0 });
  return self;
}

void
flow_outline_builder_free (FlowOutlineBuilder *self)
{
  g_clear_pointer (&self->items, g_array_unref);
  g_clear_pointer (&self->parent_ids, g_array_unref);
  g_clear_pointer (&self->names, g_ptr_array_unref);
  g_clear_pointer (&self->services, g_ptr_array_unref);
  g_clear_pointer (&self->strings, g_string_chunk_free);
  g_clear_pointer (&self->name_ids, g_hash_table_unref);
  g_clear_pointer (&self->service_ids, g_hash_table_unref);
  g_free (self);
}

static void
add_item (FlowOutlineBuilder *self, const Item *item, guint64 parent_id)
{
  g_array_append_val (self->items, *item);
  g_array_append_val (self->parent_ids, parent_id);
}

static void
add_events (FlowOutlineBuilder *self, const FlowTraceSpan *span, guint16 service, Item *owner)
{
  FlowExtraReader reader;
  FlowExtraItem field;
  FlowAttribute attribute;
  guint64 attributes;
  guint nth = 0;

  if (span->extra_length == 0 || !flow_extra_reader_init (&reader, span->extra, span->extra_length, &attributes))
    return;
  for (; attributes > 0; attributes--)
    if (!flow_extra_reader_attribute (&reader, &attribute))
      return;
  while (flow_extra_reader_field (&reader, &field))
    {
      FlowString name = { "", 0 };

      for (guint64 i = 0; i < field.count; i++)
        if (!flow_extra_reader_attribute (&reader, &attribute))
          return;
      if (field.field != FLOW_FIELD_EVENT)
        continue;
      name.data = flow_dictionary_get (span->strings, field.name, &name.length);
      add_item (self,
                &(Item) {
                    .id = span->span_id,
                    .start_ns = span->start_ns + field.number,
                    .name = intern_name (self, name),
                    .source = nth++,
                    .service = service,
                    .kind = FLOW_NODE_EVENT,
                    .flags = name.length == 9 && memcmp (name.data, "exception", 9) == 0 ? FLOW_NODE_ERROR : 0,
                },
                span->span_id);
      owner->flags |= FLOW_NODE_EVENTS;
    }
}

/**
 * flow_outline_builder_add_span:
 * @self: a builder
 * @span: a span; its strings are copied
 * @source: for [struct@FlowOutlineNode]
 *
 * Add a span and its events.
 */
void
flow_outline_builder_add_span (FlowOutlineBuilder *self, const FlowTraceSpan *span, guint source)
{
  Item item = {
    .id = span->span_id,
    .start_ns = span->start_ns,
    .duration_ns = span->duration_ns,
    .name = intern_name (self, span->name),
    .source = source,
    .service = intern_service (self, span->service),
    .kind = FLOW_NODE_SPAN,
  };

  item.flags |= span->flags & FLOW_SPAN_ERROR ? FLOW_NODE_ERROR : 0;
  item.flags |= span->flags & FLOW_SPAN_LOCATION ? FLOW_NODE_LOCATION : 0;
  item.flags |= span->duration_ns < 0 ? FLOW_NODE_NEGATIVE : 0;
  add_events (self, span, item.service, &item);
  add_item (self, &item, span->parent_id);
}

static void
body_cb (const FlowExtra *extra, const FlowExtraItem *item, const FlowAttribute *attributes, guint n_attributes,
         gpointer data)
{
  char **text = data;

  if (n_attributes > 0 && *text == NULL)
    *text = flow_value_to_text (extra->strings, &attributes[0]);
}

/* A body that is no string is written as JSON, unless the record says what kind of event it is. */
static guint32
intern_log (FlowOutlineBuilder *self, const FlowTraceLog *record)
{
  FlowExtra extra = flow_extra_of_log (record);
  FlowString name = record->body;
  g_autofree char *text = NULL;

  if (name.length == 0)
    name = flow_extra_find_field_string (&extra, FLOW_FIELD_EVENT_NAME);
  if (name.length == 0)
    flow_extra_walk_fields (&extra, FLOW_FIELD_BODY, body_cb, &text);
  if (text == NULL)
    return intern_name (self, name);
  return intern (self, self->name_ids, self->names, (FlowString) { text, strlen (text) }, NONE);
}

/**
 * flow_outline_builder_add_log:
 * @self: a builder
 * @record: a log record; its strings are copied
 * @source: for [struct@FlowOutlineNode]
 *
 * Add a log record, which will stand below its span.
 */
void
flow_outline_builder_add_log (FlowOutlineBuilder *self, const FlowTraceLog *record, guint source)
{
  add_item (self,
            &(Item) {
                .id = record->span_id,
                .start_ns = record->time_ns,
                .name = intern_log (self, record),
                .source = source,
                .service = intern_service (self, record->service),
                .kind = FLOW_NODE_LOG,
                .flags = (record->severity >= ERROR_SEVERITY ? FLOW_NODE_ERROR : 0) |
                         (record->flags & FLOW_SPAN_LOCATION ? FLOW_NODE_LOCATION : 0),
            },
            record->span_id);
}

/**
 * flow_outline_builder_forget_strings:
 * @self: a builder
 *
 * To be called before strings that were given go away: others may come to lie in their place.
 */
void
flow_outline_builder_forget_strings (FlowOutlineBuilder *self)
{
  memset (self->recent, 0, sizeof self->recent);
}

/* Of spans with the same id the earliest one is the parent. */
static void
index_spans (FlowOutlineBuilder *self, FlowIdTable *spans)
{
  const Item *items = (const Item *) self->items->data;

  for (guint i = 0; i < self->items->len; i++)
    {
      guint other;

      if (items[i].kind != FLOW_NODE_SPAN)
        continue;
      other = flow_id_table_add (spans, items[i].id, i);
      if (items[i].start_ns < items[other].start_ns)
        flow_id_table_set (spans, items[i].id, i);
    }
}

/* Spans that wait for the same parent stand together under a node in its place. */
static guint32
find_missing (FlowOutlineBuilder *self, FlowIdTable *missing, guint child, guint64 id)
{
  guint32 found = flow_id_table_lookup (missing, id);
  Item item;

  if (found != NONE)
    return found;
  item = g_array_index (self->items, Item, child);
  item.id = id;
  item.kind = FLOW_NODE_MISSING;
  item.flags = 0;
  item.name = 0;
  item.source = 0;
  item.parent = NONE;
  add_item (self, &item, 0);
  flow_id_table_set (missing, id, self->items->len - 1);
  return self->items->len - 1;
}

static void
widen (Item *missing, const Item *child)
{
  guint64 end = child->start_ns + (guint64) CLAMP (child->duration_ns, 0, MAX_NS);
  guint64 own = missing->start_ns + (guint64) CLAMP (missing->duration_ns, 0, MAX_NS);

  missing->start_ns = MIN (missing->start_ns, child->start_ns);
  missing->duration_ns = (gint64) (MAX (own, end) - missing->start_ns);
}

static void
resolve_parents (FlowOutlineBuilder *self)
{
  g_auto (FlowIdTable) spans = { 0 };
  g_auto (FlowIdTable) missing = { 0 };
  guint given = self->items->len;

  flow_id_table_init (&spans, given);
  flow_id_table_init (&missing, 0);
  index_spans (self, &spans);
  for (guint i = 0; i < given; i++)
    {
      guint64 id = g_array_index (self->parent_ids, guint64, i);
      guint32 parent = id != 0 ? flow_id_table_lookup (&spans, id) : NONE;

      if (parent == NONE && id != 0)
        {
          parent = find_missing (self, &missing, i, id);
          widen (&g_array_index (self->items, Item, parent), &g_array_index (self->items, Item, i));
        }
      g_array_index (self->items, Item, i).parent = parent;
    }
  for (guint i = given; i < self->items->len; i++)
    g_array_index (self->items, Item, i).parent = NONE;
}

/* A log or event whose time nobody said would stretch the trace back to 1970. */
static void
date_undated (Item *items, guint n)
{
  for (guint i = 0; i < n; i++)
    if (items[i].start_ns == 0 && items[i].parent != NONE &&
        (items[i].kind == FLOW_NODE_LOG || items[i].kind == FLOW_NODE_EVENT))
      items[i].start_ns = items[items[i].parent].start_ns;
}

/* Follows parents from each item once. Where the way comes back to itself, the earliest of the circle goes on top. */
static void
break_cycles (Item *items, guint n)
{
  g_autofree guint32 *seen = g_new0 (guint32, MAX (n, 1)); /* 0: not yet, else the walk that came by */

  for (guint i = 0; i < n; i++)
    {
      guint at = i, first;

      while (at != NONE && seen[at] == 0)
        {
          seen[at] = i + 1;
          at = items[at].parent;
        }
      if (at == NONE || seen[at] != i + 1)
        continue;
      first = at;
      for (guint other = items[at].parent; other != at; other = items[other].parent)
        if (items[other].start_ns < items[first].start_ns ||
            (items[other].start_ns == items[first].start_ns && items[other].id < items[first].id))
          first = other;
      items[first].parent = NONE;
      items[first].flags |= FLOW_NODE_CYCLE;
    }
}

typedef struct
{
  guint64 start_ns;
  gint64 duration_ns;
  guint32 item;
} Place;

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const Place *left = a, *right = b;

  if (left->start_ns != right->start_ns)
    return left->start_ns < right->start_ns ? -1 : 1;
  if (left->duration_ns != right->duration_ns)
    return left->duration_ns > right->duration_ns ? -1 : 1;
  return left->item < right->item ? -1 : left->item > right->item;
}

/* Siblings in the order of their start. Returns the first root. */
static guint32
link_siblings (Item *items, guint n)
{
  g_autofree Place *places = g_new (Place, MAX (n, 1));
  guint32 first_root = NONE, last_root = NONE;
  gboolean sorted = TRUE;

  for (guint i = 0; i < n; i++)
    {
      places[i] = (Place) { items[i].start_ns, items[i].duration_ns, i };
      items[i].first_child = items[i].last_child = items[i].next_sibling = NONE;
      sorted = sorted && (i == 0 || compare_places (&places[i - 1], &places[i]) < 0);
    }
  if (!sorted)
    qsort (places, n, sizeof *places, compare_places);
  for (guint i = 0; i < n; i++)
    {
      guint32 item = places[i].item, parent = items[item].parent;
      guint32 *last = parent == NONE ? &last_root : &items[parent].last_child;

      if (*last != NONE)
        items[*last].next_sibling = item;
      else if (parent == NONE)
        first_root = item;
      else
        items[parent].first_child = item;
      *last = item;
    }
  return first_root;
}

static void
fill_node (FlowOutlineNode *node, const Item *item, guint64 zero)
{
  *node = (FlowOutlineNode) {
    .id = item->id,
    .start_ns = (gint64) MIN (item->start_ns - zero, (guint64) MAX_NS),
    .length_ns = CLAMP (item->duration_ns, 0, MAX_NS),
    .name = item->name,
    .service = item->service,
    .kind = item->kind,
    .flags = item->flags,
  };
}

/* Walks the forest without a stack: a trace may be as deep as it has spans. */
static void
lay_out (FlowTraceOutline *outline, Item *items, guint32 root)
{
  FlowOutlineNode *nodes = outline->nodes;
  guint32 at = root, parent = NONE, depth = 0;
  guint n = 0;

  while (at != NONE)
    {
      guint32 node = n++;

      fill_node (&nodes[node], &items[at], outline->start_ns);
      nodes[node].parent = parent;
      outline->depths[node] = depth;
      if (outline->sources != NULL)
        outline->sources[node] = items[at].source;
      items[at].last_child = node; /* from here on: where it was put */
      if (items[at].first_child != NONE)
        {
          at = items[at].first_child;
          parent = node;
          depth++;
          continue;
        }
      nodes[node].end = n;
      while (items[at].next_sibling == NONE && items[at].parent != NONE)
        {
          at = items[at].parent;
          nodes[items[at].last_child].end = n;
          depth--;
        }
      parent = items[at].parent == NONE ? NONE : items[items[at].parent].last_child;
      at = items[at].next_sibling;
    }
  outline->n_nodes = n;
}

static void
count_node (FlowTraceOutline *outline, const FlowOutlineNode *node)
{
  switch ((FlowNodeKind) node->kind)
    {
    case FLOW_NODE_SPAN:
      outline->n_spans++;
      outline->n_errors += (node->flags & FLOW_NODE_ERROR) != 0;
      break;
    case FLOW_NODE_LOG:
      outline->n_logs++;
      break;
    case FLOW_NODE_EVENT:
      outline->n_events++;
      break;
    case FLOW_NODE_MISSING:
    default:
      outline->n_missing++;
      break;
    }
}

/* From the last node to the first, so that what is below comes before what is above. */
static void
settle (FlowTraceOutline *outline)
{
  for (guint i = outline->n_nodes; i-- > 0;)
    {
      FlowOutlineNode *node = &outline->nodes[i];
      FlowOutlineNode *parent = node->parent != NONE ? &outline->nodes[node->parent] : NULL;

      outline->length_ns = MAX (outline->length_ns, flow_outline_node_end_ns (node));
      count_node (outline, node);
      if (parent == NULL)
        continue;
      if (node->flags & (FLOW_NODE_ERROR | FLOW_NODE_ERROR_BELOW))
        parent->flags |= FLOW_NODE_ERROR_BELOW;
      if (node->kind == FLOW_NODE_LOG)
        parent->flags |= FLOW_NODE_EVENTS;
      if (node->kind == FLOW_NODE_SPAN && parent->kind == FLOW_NODE_SPAN && node->start_ns < parent->start_ns)
        node->flags |= FLOW_NODE_SKEW;
    }
}

static int
compare_marks (gconstpointer a, gconstpointer b, gpointer data)
{
  const FlowOutlineNode *nodes = data;
  guint32 left = *(const guint32 *) a, right = *(const guint32 *) b;

  if (nodes[left].parent != nodes[right].parent)
    return nodes[left].parent < nodes[right].parent ? -1 : 1;
  return left < right ? -1 : left > right;
}

static void
collect_marks (FlowTraceOutline *outline)
{
  outline->marks = g_new (guint32, MAX (outline->n_logs + outline->n_events, 1));
  for (guint i = 0; i < outline->n_nodes; i++)
    if ((outline->nodes[i].kind == FLOW_NODE_LOG || outline->nodes[i].kind == FLOW_NODE_EVENT) &&
        outline->nodes[i].parent != NONE)
      outline->marks[outline->n_marks++] = i;
  qsort_r (outline->marks, outline->n_marks, sizeof *outline->marks, compare_marks, outline->nodes);
}

static guint64
find_start (const Item *items, guint n)
{
  guint64 start = G_MAXUINT64;

  for (guint i = 0; i < n; i++)
    start = MIN (start, items[i].start_ns);
  return n > 0 ? start : 0;
}

/**
 * flow_outline_builder_finish:
 * @self: a builder, which is empty afterwards and can only be freed
 * @sources: whether to keep what was given as @source
 *
 * Find the tree.
 *
 * Returns: (transfer full): the outline
 */
FlowTraceOutline *
flow_outline_builder_finish (FlowOutlineBuilder *self, gboolean sources)
{
  FlowTraceOutline *outline = g_new0 (FlowTraceOutline, 1);
  Item *items;
  guint n;

  g_atomic_ref_count_init (&outline->references);
  resolve_parents (self);
  g_clear_pointer (&self->parent_ids, g_array_unref);
  items = (Item *) self->items->data;
  n = self->items->len;
  date_undated (items, n);
  break_cycles (items, n);
  outline->start_ns = find_start (items, n);
  outline->nodes = g_new (FlowOutlineNode, MAX (n, 1));
  outline->depths = g_new (guint32, MAX (n, 1));
  outline->sources = sources ? g_new (guint32, MAX (n, 1)) : NULL;
  lay_out (outline, items, link_siblings (items, n));
  g_clear_pointer (&self->items, g_array_unref);
  settle (outline);
  collect_marks (outline);
  outline->names = g_steal_pointer (&self->names);
  outline->services = g_steal_pointer (&self->services);
  outline->strings = g_steal_pointer (&self->strings);
  return outline;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-detail-item"

#include "app/code/flow-detail-item.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* What a folded value shows. */
#define FOLDED_BYTES 320
#define FOLDED_LINES 6
/* A label with more than that takes seconds to lay out; copying takes all of it. */
#define UNFOLDED_BYTES 40000
/* More than that is not read as JSON to be shown. */
#define JSON_BYTES (256 * 1024)
#define JSON_DEPTH 64

/**
 * FlowDetailItem:
 *
 * One line of the details: a value with its key, a heading, or a way to somewhere else.
 */
struct _FlowDetailItem
{
  GObject parent_instance;

  FlowDetailKind kind;
  char *key;
  char *value;
  char *filter;
  char *file;
  char *target;
  guint64 span_id;
  guint line;
  guint column;
  guint depth;
  gboolean unfolded;
};

G_DEFINE_FINAL_TYPE (FlowDetailItem, flow_detail_item, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_UNFOLDED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
flow_detail_item_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_UNFOLDED)
    g_value_set_boolean (value, FLOW_DETAIL_ITEM (object)->unfolded);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
flow_detail_item_finalize (GObject *object)
{
  FlowDetailItem *self = FLOW_DETAIL_ITEM (object);

  g_free (self->key);
  g_free (self->value);
  g_free (self->filter);
  g_free (self->file);
  g_free (self->target);

  G_OBJECT_CLASS (flow_detail_item_parent_class)->finalize (object);
}

static void
flow_detail_item_class_init (FlowDetailItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = flow_detail_item_get_property;
  object_class->finalize = flow_detail_item_finalize;

  /**
   * FlowDetailItem:unfolded:
   *
   * Whether all of a long value is shown.
   */
  properties[PROP_UNFOLDED] = g_param_spec_boolean (
      "unfolded", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
flow_detail_item_init (FlowDetailItem *self)
{
}

/* Labels take UTF-8 without NULs alone; what came from outside may be anything. */
static char *
take_text (char *text)
{
  char *valid;

  if (text == NULL || g_utf8_validate (text, -1, NULL))
    return text;
  valid = g_utf8_make_valid (text, -1);
  g_free (text);
  return valid;
}

/**
 * flow_detail_item_new:
 * @kind: what it is
 * @key: (nullable): its key or heading
 * @value: (nullable) (transfer full): its value
 *
 * Returns: (transfer full): a line
 */
FlowDetailItem *
flow_detail_item_new (FlowDetailKind kind, const char *key, char *value)
{
  FlowDetailItem *self = g_object_new (FLOW_TYPE_DETAIL_ITEM, NULL);

  self->kind = kind;
  self->key = take_text (g_strdup (key));
  self->value = take_text (value);
  return self;
}

/**
 * flow_detail_item_get_kind:
 * @self: a line
 *
 * Returns: what it is
 */
FlowDetailKind
flow_detail_item_get_kind (FlowDetailItem *self)
{
  return self->kind;
}

/**
 * flow_detail_item_get_key:
 * @self: a line
 *
 * Returns: (transfer none): its key or heading, empty when it has none
 */
const char *
flow_detail_item_get_key (FlowDetailItem *self)
{
  return self->key != NULL ? self->key : "";
}

/**
 * flow_detail_item_get_value:
 * @self: a line
 *
 * Returns: (transfer none): the whole value
 */
const char *
flow_detail_item_get_value (FlowDetailItem *self)
{
  return self->value != NULL ? self->value : "";
}

/**
 * flow_detail_item_set_depth:
 * @self: a line
 * @depth: how far it is moved in, 0 for not at all
 *
 * Make it belong to the line above.
 */
void
flow_detail_item_set_depth (FlowDetailItem *self, guint depth)
{
  self->depth = depth;
}

/**
 * flow_detail_item_get_depth:
 * @self: a line
 *
 * Returns: how far it is moved in
 */
guint
flow_detail_item_get_depth (FlowDetailItem *self)
{
  return self->depth;
}

/**
 * flow_detail_item_set_filter:
 * @self: a line
 * @filter: (nullable) (transfer full): a filter for what has the same value
 *
 * Make it one that can be filtered by.
 */
void
flow_detail_item_set_filter (FlowDetailItem *self, char *filter)
{
  g_free (self->filter);
  self->filter = filter;
}

/**
 * flow_detail_item_get_filter:
 * @self: a line
 *
 * Returns: (transfer none) (nullable): a filter for what has the same value
 */
const char *
flow_detail_item_get_filter (FlowDetailItem *self)
{
  return self->filter;
}

/**
 * flow_detail_item_set_place:
 * @self: a line
 * @file: what the program said
 * @line: 1-based, 0 when unknown
 * @column: 1-based, 0 when unknown
 *
 * Make it one that leads to the editor.
 */
void
flow_detail_item_set_place (FlowDetailItem *self, const char *file, guint line, guint column)
{
  g_free (self->file);
  self->file = g_strdup (file);
  self->line = line;
  self->column = column;
}

/**
 * flow_detail_item_get_place:
 * @self: a line
 * @line: (out): 1-based, 0 when unknown
 * @column: (out): 1-based, 0 when unknown
 *
 * Returns: (transfer none) (nullable): what the program said
 */
const char *
flow_detail_item_get_place (FlowDetailItem *self, guint *line, guint *column)
{
  *line = self->line;
  *column = self->column;
  return self->file;
}

/**
 * flow_detail_item_set_target:
 * @self: a line
 * @target: (transfer full): a trace's id in hexadecimal digits, perhaps with "/" and a span's
 *
 * Make it one that leads to another trace.
 */
void
flow_detail_item_set_target (FlowDetailItem *self, char *target)
{
  g_free (self->target);
  self->target = target;
}

/**
 * flow_detail_item_get_target:
 * @self: a line
 *
 * Returns: (transfer none) (nullable): another trace
 */
const char *
flow_detail_item_get_target (FlowDetailItem *self)
{
  return self->target;
}

/**
 * flow_detail_item_set_span_id:
 * @self: a line
 * @span_id: a span of the same trace, 8 bytes in memory order
 *
 * Make it one that leads to another span.
 */
void
flow_detail_item_set_span_id (FlowDetailItem *self, guint64 span_id)
{
  self->span_id = span_id;
}

/**
 * flow_detail_item_get_span_id:
 * @self: a line
 *
 * Returns: a span of the same trace, 0 for none
 */
guint64
flow_detail_item_get_span_id (FlowDetailItem *self)
{
  return self->span_id;
}

/* json-glib goes down by recursion. */
static gboolean
is_json (const char *text, gsize length)
{
  guint depth = 0, most = 0;

  if (length > JSON_BYTES || (text[0] != '{' && text[0] != '['))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      if (text[i] == '{' || text[i] == '[')
        most = MAX (most, ++depth);
      else if ((text[i] == '}' || text[i] == ']') && depth > 0)
        depth--;
    }
  return most <= JSON_DEPTH;
}

static gsize
end_of_line (const char *text, guint lines)
{
  const char *at = text;

  while (lines > 0 && (at = strchr (at, '\n')) != NULL)
    {
      at++;
      lines--;
    }
  return at != NULL ? (gsize) (at - text) : strlen (text);
}

/**
 * flow_detail_item_is_long:
 * @self: a line
 *
 * Returns: %TRUE when there is more to show than a folded line does
 */
gboolean
flow_detail_item_is_long (FlowDetailItem *self)
{
  const char *value = flow_detail_item_get_value (self);
  gsize length = strlen (value);

  return length > FOLDED_BYTES || end_of_line (value, FOLDED_LINES) < length ||
         (length > 2 && is_json (value, length) && strpbrk (value, ",:") != NULL);
}

/**
 * flow_detail_item_get_unfolded:
 * @self: a line
 *
 * Returns: whether all of a long value is shown
 */
gboolean
flow_detail_item_get_unfolded (FlowDetailItem *self)
{
  return self->unfolded;
}

/**
 * flow_detail_item_set_unfolded:
 * @self: a line
 * @unfolded: whether to show all of it
 *
 * Fold a long value or unfold it.
 */
void
flow_detail_item_set_unfolded (FlowDetailItem *self, gboolean unfolded)
{
  if (self->unfolded == unfolded)
    return;
  self->unfolded = unfolded;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_UNFOLDED]);
}

static char *
cut (const char *text, gsize max)
{
  gsize length = strlen (text);

  if (length <= max)
    return g_strdup (text);
  while (max > 0 && (text[max] & 0xc0) == 0x80)
    max--;
  return g_strdup_printf ("%.*s…", (int) max, text);
}

static char *
pretty (const char *text)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (JsonGenerator) generator = NULL;

  if (!is_json (text, strlen (text)) || !json_parser_load_from_data (parser, text, -1, NULL))
    return NULL;
  generator = json_generator_new ();
  json_generator_set_root (generator, json_parser_get_root (parser));
  json_generator_set_pretty (generator, TRUE);
  return json_generator_to_data (generator, NULL);
}

/**
 * flow_detail_item_get_text:
 * @self: a line
 *
 * Get what to show of the value: its beginning, or unfolded all of it, JSON with one member a line.
 *
 * Returns: (transfer full): the text
 */
char *
flow_detail_item_get_text (FlowDetailItem *self)
{
  const char *value = flow_detail_item_get_value (self);
  g_autofree char *json = NULL;
  gsize lines;

  if (self->unfolded)
    {
      json = pretty (value);
      return cut (json != NULL ? json : value, UNFOLDED_BYTES);
    }
  lines = end_of_line (value, FOLDED_LINES);
  return cut (value, MIN (FOLDED_BYTES, lines));
}

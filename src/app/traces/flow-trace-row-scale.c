/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-row-scale"

#include "app/traces/flow-trace-row-scale.h"

/* Texts kept: rows say the same again and again, and a window shows some hundred. */
#define MAX_LAYOUTS 512
/* More than any row shows: to lay out ten thousand letters takes longer than a frame may. */
#define MAX_LETTERS 512

/**
 * FlowTraceRowScale:
 *
 * What the rows of a list have in common: the duration that fills a bar, the time that ages are counted from, and
 * texts that are laid out.
 */
struct _FlowTraceRowScale
{
  GObject parent_instance;

  gint64 longest_ns;
  gint64 now_ns;
  GHashTable *layouts; /* text -> PangoLayout */
};

G_DEFINE_FINAL_TYPE (FlowTraceRowScale, flow_trace_row_scale, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
flow_trace_row_scale_finalize (GObject *object)
{
  g_hash_table_unref (FLOW_TRACE_ROW_SCALE (object)->layouts);

  G_OBJECT_CLASS (flow_trace_row_scale_parent_class)->finalize (object);
}

static void
flow_trace_row_scale_class_init (FlowTraceRowScaleClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = flow_trace_row_scale_finalize;

  /**
   * FlowTraceRowScale::changed:
   * @self: the scale
   *
   * Emitted when rows look otherwise.
   */
  signals[CHANGED] = g_signal_new ("changed", FLOW_TYPE_TRACE_ROW_SCALE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
flow_trace_row_scale_init (FlowTraceRowScale *self)
{
  self->now_ns = g_get_real_time () * 1000;
  self->layouts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}

/**
 * flow_trace_row_scale_new:
 *
 * Returns: (transfer full): a scale of now, that nothing fills yet
 */
FlowTraceRowScale *
flow_trace_row_scale_new (void)
{
  return g_object_new (FLOW_TYPE_TRACE_ROW_SCALE, NULL);
}

/**
 * flow_trace_row_scale_get_longest:
 * @self: the scale
 *
 * Returns: the duration that fills a bar, in ns
 */
gint64
flow_trace_row_scale_get_longest (FlowTraceRowScale *self)
{
  return self->longest_ns;
}

/**
 * flow_trace_row_scale_get_now:
 * @self: the scale
 *
 * Returns: the time that ages are counted from, ns since 1970
 */
gint64
flow_trace_row_scale_get_now (FlowTraceRowScale *self)
{
  return self->now_ns;
}

/**
 * flow_trace_row_scale_set_longest:
 * @self: the scale
 * @longest_ns: the duration that fills a bar, in ns
 *
 * Draw bars by it.
 */
void
flow_trace_row_scale_set_longest (FlowTraceRowScale *self, gint64 longest_ns)
{
  if (longest_ns == self->longest_ns)
    return;
  self->longest_ns = longest_ns;
  g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * flow_trace_row_scale_set_now:
 * @self: the scale
 * @now_ns: the time, ns since 1970
 *
 * Count ages from it.
 */
void
flow_trace_row_scale_set_now (FlowTraceRowScale *self, gint64 now_ns)
{
  if (now_ns == self->now_ns)
    return;
  self->now_ns = now_ns;
  g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * flow_trace_row_scale_get_layout:
 * @self: the scale
 * @widget: a row of the list
 * @text: what it says
 *
 * Lay out a text in one line, or take it from another row that says the same: that costs more than to draw it. Its
 * width is whatever a row set last.
 *
 * Returns: (transfer full): the text, cut where no row shows it
 */
PangoLayout *
flow_trace_row_scale_get_layout (FlowTraceRowScale *self, GtkWidget *widget, const char *text)
{
  PangoLayout *layout = g_hash_table_lookup (self->layouts, text);
  g_autofree char *cut = NULL;

  if (layout != NULL)
    return g_object_ref (layout);
  if (g_utf8_strlen (text, -1) > MAX_LETTERS)
    cut = g_utf8_substring (text, 0, MAX_LETTERS);
  layout = gtk_widget_create_pango_layout (widget, cut != NULL ? cut : text);
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  /* A text so long is its row's own. */
  if (cut != NULL)
    return layout;
  if (g_hash_table_size (self->layouts) >= MAX_LAYOUTS)
    g_hash_table_remove_all (self->layouts);
  g_hash_table_insert (self->layouts, g_strdup (text), g_object_ref (layout));
  return layout;
}

/**
 * flow_trace_row_scale_forget_layouts:
 * @self: the scale
 *
 * Lay out texts anew: letters look otherwise now.
 */
void
flow_trace_row_scale_forget_layouts (FlowTraceRowScale *self)
{
  g_hash_table_remove_all (self->layouts);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-overview-marks"

#include "app/traces/flow-overview-marks.h"

typedef struct
{
  gint64 time_ns;
  FlowOverviewMarkKind kind;
  char *text;
} Mark;

struct _FlowOverviewMarks
{
  gatomicrefcount references;
  GArray *marks; /* of Mark */
};

static void
mark_clear (gpointer data)
{
  g_free (((Mark *) data)->text);
}

/**
 * flow_overview_marks_new:
 *
 * Returns: (transfer full): no marks yet
 */
FlowOverviewMarks *
flow_overview_marks_new (void)
{
  FlowOverviewMarks *self = g_new0 (FlowOverviewMarks, 1);

  g_atomic_ref_count_init (&self->references);
  self->marks = g_array_new (FALSE, FALSE, sizeof (Mark));
  g_array_set_clear_func (self->marks, mark_clear);
  return self;
}

/**
 * flow_overview_marks_ref:
 * @self: marks
 *
 * Returns: (transfer full): the same marks
 */
FlowOverviewMarks *
flow_overview_marks_ref (FlowOverviewMarks *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

/**
 * flow_overview_marks_unref:
 * @self: (transfer full): marks
 *
 * Give them back.
 */
void
flow_overview_marks_unref (FlowOverviewMarks *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_array_unref (self->marks);
  g_free (self);
}

/**
 * flow_overview_marks_add:
 * @self: marks that nobody else has yet
 * @time_ns: when it happened, ns since 1970
 * @kind: how it went
 * @text: what it was
 *
 * Add a mark.
 */
void
flow_overview_marks_add (FlowOverviewMarks *self, gint64 time_ns, FlowOverviewMarkKind kind, const char *text)
{
  Mark mark = { time_ns, kind, g_strdup (text) };

  g_array_append_val (self->marks, mark);
}

/**
 * flow_overview_marks_count:
 * @self: marks
 * @since_ns: start of a range, ns since 1970
 * @until_ns: its end
 *
 * Returns: how many are in the range
 */
guint
flow_overview_marks_count (FlowOverviewMarks *self, gint64 since_ns, gint64 until_ns)
{
  guint n = 0;

  for (guint i = 0; i < self->marks->len; i++)
    {
      const Mark *mark = &g_array_index (self->marks, Mark, i);

      n += mark->time_ns >= since_ns && mark->time_ns <= until_ns ? 1 : 0;
    }
  return n;
}

/**
 * flow_overview_marks_find:
 * @self: marks
 * @since_ns: start of a range, ns since 1970
 * @until_ns: its end
 *
 * Find out what happened. Of several the one that needs the user most is told.
 *
 * Returns: (transfer none) (nullable): what it was
 */
const char *
flow_overview_marks_find (FlowOverviewMarks *self, gint64 since_ns, gint64 until_ns)
{
  const Mark *found = NULL;

  for (guint i = 0; i < self->marks->len; i++)
    {
      const Mark *mark = &g_array_index (self->marks, Mark, i);

      if (mark->time_ns >= since_ns && mark->time_ns <= until_ns && (found == NULL || mark->kind > found->kind))
        found = mark;
    }
  return found != NULL ? found->text : NULL;
}

/* What went well is there, what did not is seen. */
static void
get_colour (GtkWidget *widget, FlowOverviewMarkKind kind, GdkRGBA *colour)
{
  GtkStyleContext *style = gtk_widget_get_style_context (widget);

  gtk_style_context_get_color (style, colour);
  if (kind == FLOW_OVERVIEW_MARK_FAILED)
    gtk_style_context_lookup_color (style, "error_color", colour);
  else if (kind == FLOW_OVERVIEW_MARK_ASKS)
    gtk_style_context_lookup_color (style, "warning_color", colour);
  else
    colour->alpha *= 0.6f;
}

/* A square on its corner: no bar looks like it, so that it needs no colour to be told. */
static void
draw_mark (GtkWidget *widget, GtkSnapshot *snapshot, FlowOverviewMarkKind kind, double x)
{
  float half = FLOW_OVERVIEW_MARK_SIZE / 2.0f;
  GdkRGBA colour;

  get_colour (widget, kind, &colour);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) x, half + 1));
  gtk_snapshot_rotate (snapshot, 45);
  gtk_snapshot_append_color (
      snapshot, &colour,
      &GRAPHENE_RECT_INIT (-half * 0.8f, -half * 0.8f, FLOW_OVERVIEW_MARK_SIZE * 0.8f, FLOW_OVERVIEW_MARK_SIZE * 0.8f));
  gtk_snapshot_restore (snapshot);
}

/**
 * flow_overview_marks_draw:
 * @self: marks
 * @widget: what draws them
 * @snapshot: where to
 * @since_ns: the time at the start of the widget, ns since 1970
 * @until_ns: the time at its end
 *
 * Draw those that are in the range, at the top. Where many are one beside the other each pixel has one.
 */
void
flow_overview_marks_draw (FlowOverviewMarks *self, GtkWidget *widget, GtkSnapshot *snapshot, gint64 since_ns,
                          gint64 until_ns)
{
  double width = gtk_widget_get_width (widget), length = (double) MAX (until_ns - since_ns, 1);
  gboolean mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int last = -1;

  for (guint i = 0; i < self->marks->len; i++)
    {
      const Mark *mark = &g_array_index (self->marks, Mark, i);
      double x = (double) (mark->time_ns - since_ns) / length * width;

      if (mark->time_ns < since_ns || mark->time_ns > until_ns)
        continue;
      if (mark->kind == FLOW_OVERVIEW_MARK_DONE && (int) x == last)
        continue;
      last = (int) x;
      draw_mark (widget, snapshot, mark->kind, mirrored ? width - x : x);
    }
}

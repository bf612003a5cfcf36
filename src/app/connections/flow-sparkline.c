/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sparkline"

#include "app/connections/flow-sparkline.h"

#define WIDTH 64
#define HEIGHT 20
#define LINE 1.5

/**
 * FlowSparkline:
 *
 * How a number went lately: a line without axes, from zero at the bottom to the highest value at the top, in the
 * colour of the text around it. What it says in words is its label.
 */
struct _FlowSparkline
{
  GtkWidget parent_instance;

  double values[FLOW_SPARKLINE_POINTS];
  gsize n_values;
};

G_DEFINE_FINAL_TYPE (FlowSparkline, flow_sparkline, GTK_TYPE_WIDGET)

static void
flow_sparkline_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                        int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH : HEIGHT;
}

static double
highest (FlowSparkline *self)
{
  double most = 0;

  for (gsize i = 0; i < self->n_values; i++)
    most = MAX (most, self->values[i]);
  return most > 0 ? most : 1;
}

static void
flow_sparkline_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  FlowSparkline *self = FLOW_SPARKLINE (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  double top = highest (self), room = height - 2 * LINE;
  gboolean mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  GdkRGBA colour;
  cairo_t *cr;

  if (self->n_values == 0)
    return;
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &colour);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_set_line_width (cr, LINE);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  for (gsize i = 0; i < self->n_values; i++)
    {
      double step = (width - 2 * LINE) / (FLOW_SPARKLINE_POINTS - 1);
      /* The newest is at the end, however many there are. */
      double x = width - LINE - step * (double) (self->n_values - 1 - i);
      double y = LINE + room * (1 - self->values[i] / top);

      cairo_line_to (cr, mirrored ? width - x : x, y);
      /* One value alone is a dot. */
      if (self->n_values == 1)
        cairo_close_path (cr);
    }
  cairo_stroke (cr);
  cairo_destroy (cr);
}

static void
flow_sparkline_class_init (FlowSparklineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->measure = flow_sparkline_measure;
  widget_class->snapshot = flow_sparkline_snapshot;
  gtk_widget_class_set_css_name (widget_class, "sparkline");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
flow_sparkline_init (FlowSparkline *self)
{
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (GTK_WIDGET (self), "accent");
}

/**
 * flow_sparkline_new:
 *
 * Returns: (transfer floating): an empty line
 */
GtkWidget *
flow_sparkline_new (void)
{
  return g_object_new (FLOW_TYPE_SPARKLINE, NULL);
}

/**
 * flow_sparkline_set_values:
 * @self: the line
 * @values: (array length=n_values): the numbers, oldest first, none below zero
 * @n_values: how many; of more than %FLOW_SPARKLINE_POINTS the last ones are drawn
 *
 * Draw other numbers.
 */
void
flow_sparkline_set_values (FlowSparkline *self, const double *values, gsize n_values)
{
  gsize skipped = n_values > FLOW_SPARKLINE_POINTS ? n_values - FLOW_SPARKLINE_POINTS : 0;

  g_return_if_fail (FLOW_IS_SPARKLINE (self));

  self->n_values = n_values - skipped;
  for (gsize i = 0; i < self->n_values; i++)
    self->values[i] = MAX (values[skipped + i], 0);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * flow_sparkline_set_label:
 * @self: the line
 * @label: what it shows, in words
 *
 * Say what is drawn: as a tooltip, and to who does not see it.
 */
void
flow_sparkline_set_label (FlowSparkline *self, const char *label)
{
  g_return_if_fail (FLOW_IS_SPARKLINE (self));

  gtk_widget_set_tooltip_text (GTK_WIDGET (self), label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

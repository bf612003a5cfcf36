/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-side-pane"

#include "app/traces/flow-side-pane.h"

/* A part of the width, within bounds. */
#define SIDE_PART 3
#define SIDE_LEAST 320
#define SIDE_MOST 480

/**
 * FlowSidePane:
 *
 * Something with more about it at its side, which can be shown and hidden. Where there is no room for both, the side
 * takes the place of the content.
 */
struct _FlowSidePane
{
  GtkWidget parent_instance;

  GtkWidget *content;
  GtkWidget *separator;
  GtkWidget *side;
  gboolean show_side;
};

enum
{
  PROP_0,
  PROP_CONTENT,
  PROP_SHOW_SIDE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (FlowSidePane, flow_side_pane, GTK_TYPE_WIDGET)

static gboolean
shows_side (FlowSidePane *self)
{
  return self->show_side && self->side != NULL;
}

static void
flow_side_pane_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                        int *minimum_baseline, int *natural_baseline)
{
  FlowSidePane *self = FLOW_SIDE_PANE (widget);
  int side_minimum = 0, side_natural = 0;

  *minimum = *natural = 0;
  *minimum_baseline = *natural_baseline = -1;
  /* Heights are asked for without a width: which one it will be depends on what there is room for. */
  if (self->content != NULL)
    gtk_widget_measure (self->content, orientation, -1, minimum, natural, NULL, NULL);
  if (shows_side (self))
    gtk_widget_measure (self->side, orientation, -1, &side_minimum, &side_natural, NULL, NULL);
  *minimum = MAX (*minimum, side_minimum);
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? *natural + side_natural : MAX (*natural, side_natural);
}

static void
place (GtkWidget *widget, int x, int width, int height)
{
  int least;

  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  gtk_widget_size_allocate (widget, &(GtkAllocation) { x, 0, MAX (width, least), height }, -1);
}

static void
flow_side_pane_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  FlowSidePane *self = FLOW_SIDE_PANE (widget);
  int side = CLAMP (width / SIDE_PART, SIDE_LEAST, SIDE_MOST), least = 0, line;
  gboolean both;

  if (self->content != NULL)
    gtk_widget_measure (self->content, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  gtk_widget_measure (self->separator, GTK_ORIENTATION_HORIZONTAL, -1, &line, NULL, NULL, NULL);
  both = shows_side (self) && least + line + side <= width;
  if (self->content != NULL)
    gtk_widget_set_child_visible (self->content, both || !shows_side (self));
  gtk_widget_set_child_visible (self->separator, both);
  if (self->side != NULL)
    gtk_widget_set_child_visible (self->side, shows_side (self));
  if (!both)
    side = width;
  if (self->content != NULL && gtk_widget_get_child_visible (self->content))
    place (self->content, 0, both ? width - side - line : width, height);
  if (both)
    place (self->separator, width - side - line, line, height);
  if (shows_side (self))
    place (self->side, width - side, side, height);
}

static void
flow_side_pane_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  FlowSidePane *self = FLOW_SIDE_PANE (object);

  if (id == PROP_CONTENT)
    g_value_set_object (value, self->content);
  else if (id == PROP_SHOW_SIDE)
    g_value_set_boolean (value, self->show_side);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
flow_side_pane_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  FlowSidePane *self = FLOW_SIDE_PANE (object);

  if (id == PROP_CONTENT)
    flow_side_pane_set_content (self, g_value_get_object (value));
  else if (id == PROP_SHOW_SIDE)
    flow_side_pane_set_show_side (self, g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
flow_side_pane_dispose (GObject *object)
{
  FlowSidePane *self = FLOW_SIDE_PANE (object);

  g_clear_pointer (&self->content, gtk_widget_unparent);
  g_clear_pointer (&self->separator, gtk_widget_unparent);
  g_clear_pointer (&self->side, gtk_widget_unparent);

  G_OBJECT_CLASS (flow_side_pane_parent_class)->dispose (object);
}

static void
flow_side_pane_class_init (FlowSidePaneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = flow_side_pane_dispose;
  object_class->get_property = flow_side_pane_get_property;
  object_class->set_property = flow_side_pane_set_property;
  widget_class->measure = flow_side_pane_measure;
  widget_class->size_allocate = flow_side_pane_size_allocate;

  properties[PROP_CONTENT] = g_param_spec_object ("content", NULL, NULL, GTK_TYPE_WIDGET,
                                                  G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SHOW_SIDE] = g_param_spec_boolean (
      "show-side", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
flow_side_pane_init (FlowSidePane *self)
{
  self->separator = gtk_separator_new (GTK_ORIENTATION_VERTICAL);
  gtk_widget_set_parent (self->separator, GTK_WIDGET (self));
}

static void
replace (FlowSidePane *self, GtkWidget **place_of, GtkWidget *widget)
{
  g_clear_pointer (place_of, gtk_widget_unparent);
  *place_of = widget;
  if (widget != NULL)
    gtk_widget_set_parent (widget, GTK_WIDGET (self));
}

/**
 * flow_side_pane_set_content:
 * @self: the pane
 * @content: (nullable): what is seen most of the time
 */
void
flow_side_pane_set_content (FlowSidePane *self, GtkWidget *content)
{
  if (self->content == content)
    return;
  replace (self, &self->content, content);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CONTENT]);
}

/**
 * flow_side_pane_set_side:
 * @self: the pane
 * @side: (nullable): what is at its side
 */
void
flow_side_pane_set_side (FlowSidePane *self, GtkWidget *side)
{
  if (self->side == side)
    return;
  replace (self, &self->side, side);
  if (side != NULL)
    gtk_widget_set_visible (side, self->show_side);
}

/**
 * flow_side_pane_set_show_side:
 * @self: the pane
 * @show: whether the side is shown
 */
void
flow_side_pane_set_show_side (FlowSidePane *self, gboolean show)
{
  if (self->show_side == show)
    return;
  self->show_side = show;
  if (self->side != NULL)
    gtk_widget_set_visible (self->side, show);
  gtk_widget_queue_resize (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHOW_SIDE]);
}

/**
 * flow_side_pane_get_show_side:
 * @self: the pane
 *
 * Returns: whether the side is shown
 */
gboolean
flow_side_pane_get_show_side (FlowSidePane *self)
{
  return self->show_side;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-button-flow"

#include "app/shell/flow-button-flow.h"

#define SPACING 6
/* What is not longer has room everywhere. */
#define SHORT 20

/**
 * FlowButtonFlow:
 *
 * Buttons beside each other that go on below where there is no room beside: with large text, in a language of long
 * words, in a narrow window.
 */
struct _FlowButtonFlow
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (FlowButtonFlow, flow_button_flow, GTK_TYPE_WIDGET)

/* One line of buttons: from a child to the one before @next, %NULL at the end. */
typedef struct
{
  GtkWidget *next;
  int width;
  int height;
} Line;

/* The first button that is shown, from @child on. */
static GtkWidget *
skip_hidden (GtkWidget *child)
{
  while (child != NULL && !gtk_widget_should_layout (child))
    child = gtk_widget_get_next_sibling (child);
  return child;
}

static GtkWidget *
first_shown (GtkWidget *widget)
{
  return skip_hidden (gtk_widget_get_first_child (widget));
}

static GtkWidget *
next_shown (GtkWidget *child)
{
  return skip_hidden (gtk_widget_get_next_sibling (child));
}

static int
measure_child (GtkWidget *child, GtkOrientation orientation, int for_size, gboolean minimum)
{
  int least, natural;

  gtk_widget_measure (child, orientation, for_size, &least, &natural, NULL, NULL);
  return minimum ? least : natural;
}

/* As many buttons as @width has room for, at least one. */
static Line
take_line (GtkWidget *first, int width)
{
  Line line = { .next = first };

  for (; line.next != NULL; line.next = next_shown (line.next))
    {
      int natural = measure_child (line.next, GTK_ORIENTATION_HORIZONTAL, -1, FALSE);
      int with = line.width + (line.width > 0 ? SPACING : 0) + natural;

      if (line.next != first && with > width)
        return line;
      line.width = with;
      line.height = MAX (line.height, measure_child (line.next, GTK_ORIENTATION_VERTICAL, -1, FALSE));
    }
  return line;
}

static int
height_for (GtkWidget *widget, int width)
{
  GtkWidget *child = first_shown (widget);
  int height = 0;

  while (child != NULL)
    {
      Line line = take_line (child, width);

      height += line.height + (height > 0 ? SPACING : 0);
      child = line.next;
    }
  return height;
}

static void
flow_button_flow_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                          int *minimum_baseline, int *natural_baseline)
{
  Line whole = take_line (first_shown (widget), G_MAXINT);

  if (orientation == GTK_ORIENTATION_VERTICAL)
    {
      *minimum = *natural = height_for (widget, for_size < 0 ? G_MAXINT : for_size);
      return;
    }
  *minimum = 0;
  for (GtkWidget *child = first_shown (widget); child != NULL; child = next_shown (child))
    *minimum = MAX (*minimum, measure_child (child, orientation, -1, TRUE));
  *natural = MAX (whole.width, *minimum);
}

static void
place (GtkWidget *widget, GtkWidget *child, int x, int y, int room, const Line *line)
{
  int width = gtk_widget_get_width (widget);
  gboolean mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;

  gtk_widget_size_allocate (child, &(GtkAllocation) { mirrored ? width - x - room : x, y, room, line->height }, -1);
}

static void
flow_button_flow_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  GtkWidget *child = first_shown (widget);
  int y = 0;

  while (child != NULL)
    {
      Line line = take_line (child, width);
      int x = 0;

      for (; child != line.next; child = next_shown (child))
        {
          int natural = measure_child (child, GTK_ORIENTATION_HORIZONTAL, -1, FALSE);

          place (widget, child, x, y, MIN (natural, width), &line);
          x += natural + SPACING;
        }
      y += line.height + SPACING;
    }
}

static GtkSizeRequestMode
flow_button_flow_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
flow_button_flow_dispose (GObject *object)
{
  flow_button_flow_clear (FLOW_BUTTON_FLOW (object));

  G_OBJECT_CLASS (flow_button_flow_parent_class)->dispose (object);
}

static void
flow_button_flow_class_init (FlowButtonFlowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_button_flow_dispose;
  widget_class->measure = flow_button_flow_measure;
  widget_class->size_allocate = flow_button_flow_size_allocate;
  widget_class->get_request_mode = flow_button_flow_get_request_mode;
}

static void
flow_button_flow_init (FlowButtonFlow *self)
{
}

/**
 * flow_button_flow_new:
 *
 * Returns: (transfer floating): a place for buttons, without one
 */
GtkWidget *
flow_button_flow_new (void)
{
  return g_object_new (FLOW_TYPE_BUTTON_FLOW, NULL);
}

/**
 * flow_button_flow_add:
 * @self: the buttons
 * @button: another one
 *
 * Add a button at the end.
 */
void
flow_button_flow_add (FlowButtonFlow *self, GtkWidget *button)
{
  g_return_if_fail (FLOW_IS_BUTTON_FLOW (self));
  g_return_if_fail (GTK_IS_WIDGET (button));

  gtk_widget_set_parent (button, GTK_WIDGET (self));
}

/**
 * flow_button_flow_clear:
 * @self: the buttons
 *
 * Remove all buttons.
 */
void
flow_button_flow_clear (FlowButtonFlow *self)
{
  GtkWidget *child;

  g_return_if_fail (FLOW_IS_BUTTON_FLOW (self));

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
}

/**
 * flow_button_flow_make_button:
 * @label: what it does; names of others may be in it
 *
 * Returns: (transfer floating): a button that also a narrow window has room for
 */
GtkWidget *
flow_button_flow_make_button (const char *label)
{
  GtkWidget *button = gtk_button_new (), *child = gtk_label_new (label);

  gtk_label_set_ellipsize (GTK_LABEL (child), PANGO_ELLIPSIZE_END);
  gtk_button_set_child (GTK_BUTTON (button), child);
  if (g_utf8_strlen (label, -1) > SHORT)
    gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  return button;
}

/**
 * flow_button_flow_let_shrink:
 * @button: a button with a label
 *
 * Let the label end in dots where there is no room for all of it.
 */
void
flow_button_flow_let_shrink (GtkWidget *button)
{
  GtkWidget *child = gtk_button_get_child (GTK_BUTTON (button));

  if (GTK_IS_LABEL (child))
    gtk_label_set_ellipsize (GTK_LABEL (child), PANGO_ELLIPSIZE_END);
}

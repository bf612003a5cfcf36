/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-cell"

#include "app/traces/flow-trace-cell.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#include "app/traces/flow-service-colour.h"
#include "app/traces/flow-trace-cell-text.h"
#include "trace/flow-time-text.h"

/* Below so many letters a row has three lines instead of columns. */
#define WIDE_LETTERS 84
#define PAD 10
#define GAP 12
#define DOT 8
#define MAX_SERVICES 8

typedef enum
{
  TEXT_NAME,
  TEXT_AGE,
  TEXT_DURATION,
  TEXT_SPANS,
  TEXT_ERRORS,
  N_TEXTS
} Text;

/**
 * FlowTraceCell:
 *
 * A row of the list of traces, drawn whole: a list of a million of them shows forty, and each is one widget. In a wide
 * list the parts stand in columns, in a narrow one below each other.
 */
struct _FlowTraceCell
{
  GtkWidget parent_instance;

  FlowTraceRowScale *scale;
  FlowTraceItem *item;
  PangoLayout *texts[N_TEXTS];
  PangoLayout *services[MAX_SERVICES]; /* the last one may say how many more */
  guint n_services;
  char *age;
  gint64 drawn_longest;
  int line;   /* height of a line, 0: not known */
  int letter; /* width of a letter */
};

G_DEFINE_FINAL_TYPE (FlowTraceCell, flow_trace_cell, GTK_TYPE_WIDGET)

static void
forget_texts (FlowTraceCell *self)
{
  for (guint i = 0; i < N_TEXTS; i++)
    g_clear_object (&self->texts[i]);
  for (guint i = 0; i < MAX_SERVICES; i++)
    g_clear_object (&self->services[i]);
  self->n_services = 0;
  g_clear_pointer (&self->age, g_free);
}

/* The row may not have its scale yet. */
static void
forget_font (FlowTraceCell *self)
{
  forget_texts (self);
  if (self->scale != NULL)
    flow_trace_row_scale_forget_layouts (self->scale);
  self->line = 0;
}

static void
measure_font (FlowTraceCell *self)
{
  g_autoptr (PangoLayout) layout = NULL;
  PangoFontMetrics *metrics;

  if (self->line > 0)
    return;
  layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), "Xg");
  pango_layout_get_pixel_size (layout, NULL, &self->line);
  metrics = pango_context_get_metrics (gtk_widget_get_pango_context (GTK_WIDGET (self)), NULL, NULL);
  self->letter = MAX (1, PANGO_PIXELS (pango_font_metrics_get_approximate_char_width (metrics)));
  pango_font_metrics_unref (metrics);
}

static PangoLayout *
make_text (FlowTraceCell *self, const char *text)
{
  return flow_trace_row_scale_get_layout (self->scale, GTK_WIDGET (self), text);
}

static void
make_services (FlowTraceCell *self, const FlowTraceInfo *info)
{
  guint count = g_strv_length (info->services);

  self->n_services = MIN (count, MAX_SERVICES);
  for (guint i = 0; i < self->n_services; i++)
    {
      g_autofree char *more = NULL;

      if (i == MAX_SERVICES - 1 && count > MAX_SERVICES)
        more = g_strdup_printf (_ ("%u more"), count - i);
      self->services[i] = make_text (self, more != NULL ? more : info->services[i]);
    }
}

static void
make_age (FlowTraceCell *self, const FlowTraceInfo *info)
{
  g_autofree char *age = flow_trace_cell_text_age (info->start_ns, flow_trace_row_scale_get_now (self->scale));

  if (g_strcmp0 (age, self->age) == 0)
    return;
  g_clear_object (&self->texts[TEXT_AGE]);
  self->texts[TEXT_AGE] = make_text (self, age);
  g_free (self->age);
  self->age = g_steal_pointer (&age);
}

/* Layouts are made once for what they say, not for each frame. */
static void
make_texts (FlowTraceCell *self, const FlowTraceInfo *info)
{
  g_autofree char *duration = NULL;
  g_autofree char *spans = NULL;
  g_autofree char *errors = NULL;

  if (self->texts[TEXT_NAME] != NULL)
    return;
  duration = flow_duration_format (info->end_ns - info->start_ns);
  spans = flow_trace_cell_text_spans (info);
  errors = flow_trace_cell_text_errors (info);
  self->texts[TEXT_NAME] = make_text (self, flow_trace_info_get_title (info));
  self->texts[TEXT_DURATION] = make_text (self, duration);
  self->texts[TEXT_SPANS] = make_text (self, spans);
  if (errors != NULL)
    self->texts[TEXT_ERRORS] = make_text (self, errors);
  make_services (self, info);
  make_age (self, info);
}

/* Where things go in a row of a width; mirrored when text runs from right to left. */
typedef struct
{
  GtkSnapshot *snapshot;
  GdkRGBA text;
  GdkRGBA dim;
  GdkRGBA error;
  gboolean dark;
  gboolean mirrored;
  int width;
} Drawing;

static void
find_colours (FlowTraceCell *self, Drawing *drawing)
{
  GtkStyleContext *context = gtk_widget_get_style_context (GTK_WIDGET (self));

  gtk_style_context_get_color (context, &drawing->text);
  drawing->dim = drawing->text;
  /* As faint as text may be and still be read: 4.5 to 1 on the page. */
  if (!adw_style_manager_get_high_contrast (adw_style_manager_get_default ()))
    drawing->dim.alpha *= 0.72f;
  if (!gtk_style_context_lookup_color (context, "error_color", &drawing->error))
    drawing->error = drawing->text;
  drawing->dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  drawing->mirrored = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
}

static float
mirror (const Drawing *drawing, float x, float width)
{
  return drawing->mirrored ? (float) drawing->width - x - width : x;
}

/* Returns: how much of @room the text takes. At its end rather than its start with @end. */
static int
draw_text (const Drawing *drawing, PangoLayout *layout, int x, int y, int room, gboolean end, const GdkRGBA *colour)
{
  int width, height;

  if (layout == NULL || room <= 0)
    return 0;
  pango_layout_set_width (layout, -1);
  pango_layout_get_pixel_size (layout, &width, &height);
  if (width > room)
    {
      pango_layout_set_width (layout, room * PANGO_SCALE);
      pango_layout_get_pixel_size (layout, &width, &height);
    }
  if (end)
    x += room - width;
  gtk_snapshot_save (drawing->snapshot);
  gtk_snapshot_translate (drawing->snapshot,
                          &GRAPHENE_POINT_INIT (mirror (drawing, (float) x, (float) width), (float) y));
  gtk_snapshot_append_layout (drawing->snapshot, layout, colour);
  gtk_snapshot_restore (drawing->snapshot);
  return width;
}

static void
draw_box (const Drawing *drawing, float x, float y, float width, float height, float radius, const GdkRGBA *colour)
{
  GskRoundedRect box;

  gsk_rounded_rect_init_from_rect (&box, &GRAPHENE_RECT_INIT (mirror (drawing, x, width), y, width, height), radius);
  gtk_snapshot_push_rounded_clip (drawing->snapshot, &box);
  gtk_snapshot_append_color (drawing->snapshot, colour, &box.bounds);
  gtk_snapshot_pop (drawing->snapshot);
}

static void
draw_services (FlowTraceCell *self, const Drawing *drawing, const FlowTraceInfo *info, int x, int y, int room)
{
  int end = x + room;

  for (guint i = 0; i < self->n_services; i++)
    {
      const char *name = info->services[i];
      int left = end - x - DOT - 6;
      GdkRGBA colour;

      if (left < self->letter * 3)
        break;
      if (i < MAX_SERVICES - 1 || info->services[MAX_SERVICES] == NULL)
        {
          flow_service_colour (name, strlen (name), drawing->dark, &colour);
          draw_box (drawing, (float) x, (float) (y + (self->line - DOT) / 2), DOT, DOT, DOT / 2.0f, &colour);
          x += DOT + 6;
        }
      x += draw_text (drawing, self->services[i], x, y, left, FALSE, &drawing->dim) + GAP;
    }
}

static void
add_facts (GString *marks, const FlowTraceFacts *facts)
{
  if (facts->pinned)
    g_string_append (marks, "\xe2\x98\x85 ");
  if (facts->note[0] != '\0')
    g_string_append (marks, "\xe2\x9c\x8e ");
  for (char **tag = facts->tags; *tag != NULL; tag++)
    g_string_append_printf (marks, "#%s ", *tag);
}

/* Where the trace is, and what the user said about it, behind its name. */
static void
draw_marks (FlowTraceCell *self, const Drawing *drawing, const FlowTraceInfo *info, int x, int y, int room)
{
  g_autoptr (GString) marks = g_string_new (NULL);
  g_autofree char *where = flow_trace_cell_text_where (info);
  g_autoptr (PangoLayout) layout = NULL;

  if (where != NULL)
    g_string_append_printf (marks, "\xe2\x86\x97 %s ", where);
  if (info->facts != NULL)
    add_facts (marks, info->facts);
  if (marks->len == 0)
    return;
  layout = make_text (self, marks->str);
  draw_text (drawing, layout, x, y, room, FALSE, &drawing->dim);
}

static void
draw_name (FlowTraceCell *self, const Drawing *drawing, const FlowTraceInfo *info, int x, int y, int room)
{
  int for_marks = info->facts != NULL || info->elsewhere ? MIN (room / 3, self->letter * 24) : 0;
  int used = draw_text (drawing, self->texts[TEXT_NAME], x, y, room - for_marks, FALSE, &drawing->text);

  draw_marks (self, drawing, info, x + used + GAP, y, room - used - GAP);
}

static void
draw_bar (FlowTraceCell *self, const Drawing *drawing, const FlowTraceInfo *info, int x, int y, int room, int height)
{
  double longest = (double) MAX (flow_trace_row_scale_get_longest (self->scale), 1);
  double share = CLAMP ((double) (info->end_ns - info->start_ns) / longest, 0, 1);
  const char *service = info->services[0] != NULL ? info->services[0] : "";
  GdkRGBA track = drawing->text, colour;

  track.alpha *= 0.08f;
  draw_box (drawing, (float) x, (float) y, (float) room, (float) height, (float) height / 2.0f, &track);
  flow_service_colour (service, strlen (service), drawing->dark, &colour);
  draw_box (drawing, (float) x, (float) y, (float) MAX (share * room, 3), (float) height, (float) height / 2.0f,
            &colour);
}

static void
draw_wide (FlowTraceCell *self, const Drawing *drawing, const FlowTraceInfo *info)
{
  int letter = self->letter, middle = PAD + self->line / 2, end = drawing->width - GAP;
  int bar = CLAMP (drawing->width / 5, 80, 320);

  end -= letter * 12;
  draw_text (drawing, self->texts[TEXT_AGE], end, middle, letter * 12, TRUE, &drawing->dim);
  end -= letter * 11 + GAP;
  draw_text (drawing, self->texts[TEXT_ERRORS], end, middle, letter * 11, TRUE, &drawing->error);
  end -= letter * 12 + GAP;
  draw_text (drawing, self->texts[TEXT_SPANS], end, middle, letter * 12, TRUE, &drawing->dim);
  end -= letter * 10 + GAP;
  draw_text (drawing, self->texts[TEXT_DURATION], end, middle, letter * 10, TRUE, &drawing->text);
  end -= bar + GAP;
  draw_bar (self, drawing, info, end, PAD + self->line - 4, bar, 8);
  end -= GAP * 2;
  draw_name (self, drawing, info, GAP, PAD, end);
  draw_services (self, drawing, info, GAP, PAD + self->line + 2, end);
}

static void
draw_narrow (FlowTraceCell *self, const Drawing *drawing, const FlowTraceInfo *info)
{
  int width = drawing->width - 2 * GAP, y = PAD, used;

  used = draw_text (drawing, self->texts[TEXT_AGE], GAP + width / 2, y, width / 2, TRUE, &drawing->dim);
  draw_name (self, drawing, info, GAP, y, width - used - GAP);
  y += self->line + 2;
  used = draw_text (drawing, self->texts[TEXT_DURATION], GAP + width / 2, y, width / 2, TRUE, &drawing->text);
  draw_services (self, drawing, info, GAP, y, width - used - GAP);
  y += self->line + 2;
  used = draw_text (drawing, self->texts[TEXT_SPANS], GAP + width / 2, y, width / 2, TRUE, &drawing->dim);
  used += GAP + draw_text (drawing, self->texts[TEXT_ERRORS], GAP, y, width - used - GAP, TRUE, &drawing->error);
  draw_bar (self, drawing, info, GAP, y + self->line / 2 - 3, width - used - GAP, 6);
}

static gboolean
is_wide (FlowTraceCell *self, int width)
{
  measure_font (self);
  return width < 0 || width >= self->letter * WIDE_LETTERS;
}

static void
flow_trace_cell_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  FlowTraceCell *self = FLOW_TRACE_CELL (widget);
  const FlowTraceInfo *info = self->item != NULL ? flow_trace_item_get_info (self->item) : NULL;
  Drawing drawing = { .snapshot = snapshot, .width = gtk_widget_get_width (widget) };

  if (info == NULL)
    return;
  measure_font (self);
  make_texts (self, info);
  find_colours (self, &drawing);
  self->drawn_longest = flow_trace_row_scale_get_longest (self->scale);
  if (is_wide (self, drawing.width))
    draw_wide (self, &drawing, info);
  else
    draw_narrow (self, &drawing, info);
}

static GtkSizeRequestMode
flow_trace_cell_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
flow_trace_cell_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                         int *minimum_baseline, int *natural_baseline)
{
  FlowTraceCell *self = FLOW_TRACE_CELL (widget);
  int lines;

  measure_font (self);
  lines = is_wide (self, for_size) ? 2 : 3;
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = self->letter * 20;
      *natural = self->letter * WIDE_LETTERS;
    }
  else
    *minimum = *natural = 2 * PAD + lines * self->line + (lines - 1) * 2;
}

/* The row that a screen reader stops at is the list's own widget around this one. */
static void
say_row (FlowTraceCell *self)
{
  const FlowTraceInfo *info = self->item != NULL ? flow_trace_item_get_info (self->item) : NULL;
  GtkWidget *row = gtk_widget_get_parent (GTK_WIDGET (self));
  g_autofree char *text = NULL;

  text = info != NULL ? flow_trace_cell_text_spoken (info, flow_trace_row_scale_get_now (self->scale))
                      : g_strdup (_ ("Loading"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  if (row != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void
info_changed_cb (FlowTraceCell *self)
{
  forget_texts (self);
  say_row (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
scale_changed_cb (FlowTraceCell *self)
{
  const FlowTraceInfo *info = self->item != NULL ? flow_trace_item_get_info (self->item) : NULL;
  g_autofree char *before = g_strdup (self->age);

  if (info == NULL || self->texts[TEXT_NAME] == NULL)
    return;
  make_age (self, info);
  if (g_strcmp0 (before, self->age) != 0 || self->drawn_longest != flow_trace_row_scale_get_longest (self->scale))
    gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
flow_trace_cell_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  FlowTraceCell *self = FLOW_TRACE_CELL (widget);

  GTK_WIDGET_CLASS (flow_trace_cell_parent_class)->css_changed (widget, change);
  forget_font (self);
  gtk_widget_queue_resize (widget);
}

static void
flow_trace_cell_system_setting_changed (GtkWidget *widget, GtkSystemSetting setting)
{
  FlowTraceCell *self = FLOW_TRACE_CELL (widget);

  GTK_WIDGET_CLASS (flow_trace_cell_parent_class)->system_setting_changed (widget, setting);
  forget_font (self);
  gtk_widget_queue_resize (widget);
}

static void
flow_trace_cell_dispose (GObject *object)
{
  FlowTraceCell *self = FLOW_TRACE_CELL (object);

  flow_trace_cell_set_item (self, NULL);
  forget_texts (self);
  g_clear_object (&self->scale);

  G_OBJECT_CLASS (flow_trace_cell_parent_class)->dispose (object);
}

static void
flow_trace_cell_class_init (FlowTraceCellClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_trace_cell_dispose;
  widget_class->snapshot = flow_trace_cell_snapshot;
  widget_class->measure = flow_trace_cell_measure;
  widget_class->get_request_mode = flow_trace_cell_get_request_mode;
  widget_class->css_changed = flow_trace_cell_css_changed;
  widget_class->system_setting_changed = flow_trace_cell_system_setting_changed;
  gtk_widget_class_set_css_name (widget_class, "flowtracecell");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LABEL);
}

static void
flow_trace_cell_init (FlowTraceCell *self)
{
}

/**
 * flow_trace_cell_new:
 * @scale: what the rows of the list have in common
 *
 * Returns: (transfer floating): a row of nothing
 */
GtkWidget *
flow_trace_cell_new (FlowTraceRowScale *scale)
{
  FlowTraceCell *self = g_object_new (FLOW_TYPE_TRACE_CELL, NULL);

  self->scale = g_object_ref (scale);
  g_signal_connect_object (scale, "changed", G_CALLBACK (scale_changed_cb), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

/**
 * flow_trace_cell_set_item:
 * @self: a row
 * @item: (nullable): the trace that it shows
 *
 * Show a trace, now and whenever it changes.
 */
void
flow_trace_cell_set_item (FlowTraceCell *self, FlowTraceItem *item)
{
  if (self->item == item)
    return;
  if (self->item != NULL)
    g_signal_handlers_disconnect_by_func (self->item, info_changed_cb, self);
  g_set_object (&self->item, item);
  if (item == NULL)
    {
      forget_texts (self);
      return;
    }
  g_signal_connect_object (item, "notify::info", G_CALLBACK (info_changed_cb), self, G_CONNECT_SWAPPED);
  info_changed_cb (self);
}

/**
 * flow_trace_cell_get_item:
 * @self: a row
 *
 * Returns: (transfer none) (nullable): the trace that it shows
 */
FlowTraceItem *
flow_trace_cell_get_item (FlowTraceCell *self)
{
  return self->item;
}

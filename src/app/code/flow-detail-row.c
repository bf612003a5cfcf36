/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-detail-row"

#include "app/code/flow-detail-row.h"

#include <glib/gi18n.h>

#define INDENT 18

/**
 * FlowDetailRow:
 *
 * Draws one #FlowDetailItem. Its buttons are actions of #FlowSpanDetails.
 */
struct _FlowDetailRow
{
  AdwBin parent_instance;

  FlowDetailItem *item;
  gulong unfolded_handler;

  GtkWidget *box;
  GtkLabel *heading;
  GtkWidget *field;
  GtkWidget *head;
  GtkLabel *key;
  GtkLabel *value;
  GtkButton *link;
  GtkLabel *link_label;
  GtkButton *filter_button;
  GtkButton *copy_button;
  GtkButton *fold_button;
};

G_DEFINE_FINAL_TYPE (FlowDetailRow, flow_detail_row, ADW_TYPE_BIN)

static void
toggle_fold_cb (FlowDetailRow *self)
{
  flow_detail_item_set_unfolded (self->item, !flow_detail_item_get_unfolded (self->item));
}

static void
flow_detail_row_dispose (GObject *object)
{
  flow_detail_row_set_item (FLOW_DETAIL_ROW (object), NULL);

  G_OBJECT_CLASS (flow_detail_row_parent_class)->dispose (object);
}

static void
flow_detail_row_class_init (FlowDetailRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_detail_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/code/flow-detail-row.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowDetailRow, box);
  gtk_widget_class_bind_template_child (widget_class, FlowDetailRow, heading);
  gtk_widget_class_bind_template_child (widget_class, FlowDetailRow, field);
  gtk_widget_class_bind_template_child (widget_class, FlowDetailRow, head);
  gtk_widget_class_bind_template_child (widget_class, FlowDetailRow, key);
  gtk_widget_class_bind_template_child (widget_class, FlowDetailRow, value);
  gtk_widget_class_bind_template_child (widget_class, FlowDetailRow, link);
  gtk_widget_class_bind_template_child (widget_class, FlowDetailRow, link_label);
  gtk_widget_class_bind_template_child (widget_class, FlowDetailRow, filter_button);
  gtk_widget_class_bind_template_child (widget_class, FlowDetailRow, copy_button);
  gtk_widget_class_bind_template_child (widget_class, FlowDetailRow, fold_button);
  gtk_widget_class_bind_template_callback (widget_class, toggle_fold_cb);
}

static void
flow_detail_row_init (FlowDetailRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * flow_detail_row_new:
 *
 * Returns: (transfer floating): a row without an item
 */
GtkWidget *
flow_detail_row_new (void)
{
  return g_object_new (FLOW_TYPE_DETAIL_ROW, NULL);
}

static void
set_class (GtkWidget *widget, const char *name, gboolean set)
{
  if (set)
    gtk_widget_add_css_class (widget, name);
  else
    gtk_widget_remove_css_class (widget, name);
}

static void
show_heading (FlowDetailRow *self)
{
  FlowDetailKind kind = flow_detail_item_get_kind (self->item);
  const char *value = flow_detail_item_get_value (self->item);
  const char *key = flow_detail_item_get_key (self->item);
  g_autofree char *counted = kind == FLOW_DETAIL_SECTION && value[0] != '\0' ? g_strdup_printf ("%s (%s)", key, value)
                                                                             : g_strdup (key);
  g_autofree char *title = kind == FLOW_DETAIL_TITLE ? flow_detail_item_get_text (self->item) : NULL;

  gtk_label_set_text (self->heading, title != NULL ? title : counted);
  gtk_label_set_selectable (self->heading, kind == FLOW_DETAIL_TITLE);
  set_class (GTK_WIDGET (self->heading), "title-4", kind == FLOW_DETAIL_TITLE);
  set_class (GTK_WIDGET (self->heading), "heading", kind == FLOW_DETAIL_SECTION);
  set_class (GTK_WIDGET (self->heading), "caption-heading", kind == FLOW_DETAIL_GROUP);
  gtk_widget_set_margin_top (GTK_WIDGET (self->heading), kind == FLOW_DETAIL_SECTION ? 18 : 6);
}

static gboolean
is_link (FlowDetailKind kind)
{
  return kind == FLOW_DETAIL_PLACE || kind == FLOW_DETAIL_FIND || kind == FLOW_DETAIL_LINK || kind == FLOW_DETAIL_SPAN;
}

/* A target of another type than the action's is complained of, so the name comes last. */
static void
set_action (GtkButton *button, const char *action, GVariant *target)
{
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), NULL);
  gtk_actionable_set_action_target_value (GTK_ACTIONABLE (button), target);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
}

static void
set_link_action (FlowDetailRow *self)
{
  const char *file;
  guint line, column;

  switch (flow_detail_item_get_kind (self->item))
    {
    case FLOW_DETAIL_PLACE:
      file = flow_detail_item_get_place (self->item, &line, &column);
      set_action (self->link, "details.open-place", g_variant_new ("(suu)", file, line, column));
      break;
    case FLOW_DETAIL_LINK:
      set_action (self->link, "details.open-trace", g_variant_new_string (flow_detail_item_get_target (self->item)));
      break;
    case FLOW_DETAIL_SPAN:
      set_action (self->link, "details.open-span", g_variant_new_uint64 (flow_detail_item_get_span_id (self->item)));
      break;
    case FLOW_DETAIL_FIND:
    case FLOW_DETAIL_TITLE:
    case FLOW_DETAIL_SECTION:
    case FLOW_DETAIL_GROUP:
    case FLOW_DETAIL_VALUE:
    case FLOW_DETAIL_ERROR:
    default:
      set_action (self->link, "details.open-code", NULL);
    }
}

static void
name_button (GtkButton *button, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
show_buttons (FlowDetailRow *self)
{
  const char *filter = flow_detail_item_get_filter (self->item);
  const char *key = flow_detail_item_get_key (self->item);
  const char *value = flow_detail_item_get_value (self->item);
  g_autofree char *filter_name = NULL;
  g_autofree char *copy_name = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->filter_button), filter != NULL);
  if (filter != NULL)
    set_action (self->filter_button, "details.filter", g_variant_new_string (filter));
  gtk_widget_set_visible (GTK_WIDGET (self->copy_button), value[0] != '\0');
  set_action (self->copy_button, "details.copy", g_variant_new_string (value));
  filter_name = g_strdup_printf (_ ("Filter by %s"), key[0] != '\0' ? key : value);
  copy_name = g_strdup_printf (_ ("Copy %s"), key[0] != '\0' ? key : value);
  name_button (self->filter_button, filter_name);
  name_button (self->copy_button, copy_name);
}

static void
show_text (FlowDetailRow *self)
{
  gboolean unfolded = flow_detail_item_get_unfolded (self->item);
  gboolean folds = flow_detail_item_is_long (self->item);
  g_autofree char *text = flow_detail_item_get_text (self->item);

  gtk_label_set_text (self->value, text[0] != '\0' ? text : "—");
  gtk_label_set_text (self->link_label, text);
  gtk_widget_set_visible (GTK_WIDGET (self->fold_button), folds);
  gtk_button_set_label (self->fold_button, unfolded ? _ ("Show Less") : _ ("Show All"));
  set_class (GTK_WIDGET (self->value), "monospace", unfolded);
}

static void
show_field (FlowDetailRow *self)
{
  FlowDetailKind kind = flow_detail_item_get_kind (self->item);
  const char *key = flow_detail_item_get_key (self->item);

  gtk_label_set_text (self->key, key);
  /* A frame below another one needs no line of its own for its button. */
  gtk_widget_set_visible (self->head, key[0] != '\0' || !is_link (kind));
  gtk_widget_set_visible (GTK_WIDGET (self->link), is_link (kind));
  gtk_widget_set_visible (GTK_WIDGET (self->value), !is_link (kind));
  set_class (GTK_WIDGET (self->value), "error", kind == FLOW_DETAIL_ERROR);
  show_text (self);
  show_buttons (self);
  if (is_link (kind))
    set_link_action (self);
}

static void
show_item (FlowDetailRow *self)
{
  FlowDetailKind kind = flow_detail_item_get_kind (self->item);
  gboolean heading = kind == FLOW_DETAIL_TITLE || kind == FLOW_DETAIL_SECTION || kind == FLOW_DETAIL_GROUP;
  g_autofree char *name = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->heading), heading);
  gtk_widget_set_visible (self->field, !heading);
  gtk_widget_set_margin_start (self->box, 6 + (int) flow_detail_item_get_depth (self->item) * INDENT);
  if (heading)
    show_heading (self);
  else
    show_field (self);
  name = heading ? g_strdup (gtk_label_get_text (self->heading))
                 : g_strdup_printf ("%s: %s", gtk_label_get_text (self->key), gtk_label_get_text (self->link_label));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

/**
 * flow_detail_row_set_item:
 * @self: a row
 * @item: (nullable): what to draw
 *
 * Draw another line.
 */
void
flow_detail_row_set_item (FlowDetailRow *self, FlowDetailItem *item)
{
  if (self->item != NULL)
    g_clear_signal_handler (&self->unfolded_handler, self->item);
  g_set_object (&self->item, item);
  if (item == NULL)
    return;
  self->unfolded_handler = g_signal_connect_swapped (item, "notify::unfolded", G_CALLBACK (show_text), self);
  show_item (self);
}

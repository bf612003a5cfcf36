/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-filter-saved"

#include "app/traces/flow-filter-saved.h"

#include <glib/gi18n.h>

#include "app/shell/flow-toast.h"

#define KEY "ui.saved-filters"

/**
 * FlowFilterSaved:
 *
 * Filters that were given a name: use one, delete one, save the one in use.
 */
struct _FlowFilterSaved
{
  GtkPopover parent_instance;

  GtkListBox *list;
  GtkEntry *name;
  GtkButton *save;

  FlowSettings *settings;
  FlowFilterBar *bar; /* which this belongs to */
};

G_DEFINE_FINAL_TYPE (FlowFilterSaved, flow_filter_saved, GTK_TYPE_POPOVER)

/* The saved filters, but for one of a name, which is put in its place or at the end where there is a text for it. */
static GVariant *
changed_filters (GVariant *filters, const char *name, const char *text)
{
  GVariantBuilder builder;
  GVariantIter iter;
  const char *there, *value;
  gboolean done = text == NULL;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ss)"));
  g_variant_iter_init (&iter, filters);
  while (g_variant_iter_next (&iter, "(&s&s)", &there, &value))
    if (!g_str_equal (there, name))
      g_variant_builder_add (&builder, "(ss)", there, value);
    else
      {
        if (text != NULL)
          g_variant_builder_add (&builder, "(ss)", name, text);
        done = TRUE;
      }
  if (!done)
    g_variant_builder_add (&builder, "(ss)", name, text);
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/* Returns: whether it could be written. */
static gboolean
write_filters (FlowSettings *settings, GtkWidget *from, GVariant *filters)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (flow_settings_set (settings, KEY, filters, &error))
    return TRUE;
  text = g_strdup_printf (_ ("The filters could not be saved: %s"), error->message);
  flow_toast (from, text);
  return FALSE;
}

/* The filters before one was deleted or written over, to be put back. */
typedef struct
{
  FlowSettings *settings;
  GtkWidget *from;
  GVariant *before;
} Change;

static void
change_free (gpointer data)
{
  Change *self = data;

  g_object_unref (self->settings);
  g_object_unref (self->from);
  g_variant_unref (self->before);
  g_free (self);
}

static void
take_back (Change *self)
{
  write_filters (self->settings, self->from, self->before);
}

static void
offer_undo (FlowFilterSaved *self, const char *text, GVariant *before)
{
  Change *change = g_new (Change, 1);

  *change = (Change) { g_object_ref (self->settings), g_object_ref (GTK_WIDGET (self->bar)), g_variant_ref (before) };
  gtk_popover_popdown (GTK_POPOVER (self));
  flow_toast_undo (change->from, text, G_CALLBACK (take_back), NULL, change, change_free);
}

static void
delete_cb (GtkButton *button, FlowFilterSaved *self)
{
  const char *name = g_object_get_data (G_OBJECT (button), "flow-name");
  g_autofree char *text = g_strdup_printf (_ ("“%s” deleted"), name);
  g_autoptr (GVariant) before = flow_settings_get (self->settings, KEY, NULL);
  g_autoptr (GVariant) after = NULL;

  if (before == NULL)
    return;
  after = changed_filters (before, name, NULL);
  if (write_filters (self->settings, GTK_WIDGET (self->bar), after))
    offer_undo (self, text, before);
}

static GtkWidget *
make_row (FlowFilterSaved *self, const char *name, const char *text)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *title = gtk_label_new (name);
  GtkWidget *subtitle = gtk_label_new (text), *button = gtk_button_new_from_icon_name ("user-trash-symbolic");
  g_autofree char *delete = g_strdup_printf (_ ("Delete “%s”"), name);

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (subtitle), 0);
  gtk_label_set_ellipsize (GTK_LABEL (subtitle), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (subtitle, "dim-label");
  gtk_widget_add_css_class (subtitle, "caption");
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_box_append (GTK_BOX (texts), title);
  gtk_box_append (GTK_BOX (texts), subtitle);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, delete);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, delete, -1);
  g_object_set_data_full (G_OBJECT (button), "flow-name", g_strdup (name), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (delete_cb), self, 0);
  gtk_box_append (GTK_BOX (box), texts);
  gtk_box_append (GTK_BOX (box), button);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data_full (G_OBJECT (row), "flow-text", g_strdup (text), g_free);
  return row;
}

static void
fill_list (FlowFilterSaved *self)
{
  g_autoptr (GVariant) filters = flow_settings_get (self->settings, KEY, NULL);
  GtkListBoxRow *row;
  GVariantIter iter;
  const char *name, *text;

  while ((row = gtk_list_box_get_row_at_index (self->list, 0)) != NULL)
    gtk_list_box_remove (self->list, GTK_WIDGET (row));
  if (filters == NULL)
    return;
  g_variant_iter_init (&iter, filters);
  while (g_variant_iter_next (&iter, "(&s&s)", &name, &text))
    gtk_list_box_append (self->list, make_row (self, name, text));
}

static void
row_activated_cb (GtkListBox *list, GtkListBoxRow *row, FlowFilterSaved *self)
{
  flow_filter_bar_set_text (self->bar, g_object_get_data (G_OBJECT (row), "flow-text"));
  gtk_popover_popdown (GTK_POPOVER (self));
}

static void
update_save_cb (FlowFilterSaved *self)
{
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name))));

  gtk_widget_set_sensitive (GTK_WIDGET (self->save), *name != '\0' && *flow_filter_bar_get_text (self->bar) != '\0');
}

/* With a filter in use there is something to save; else one of the saved ones is wanted. */
static void
shown_cb (FlowFilterSaved *self)
{
  update_save_cb (self);
  if (*flow_filter_bar_get_text (self->bar) != '\0')
    gtk_widget_grab_focus (GTK_WIDGET (self->name));
}

static void
save_cb (FlowFilterSaved *self)
{
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name))));
  g_autoptr (GVariant) before = flow_settings_get (self->settings, KEY, NULL);
  g_autoptr (GVariant) after = NULL;
  g_autofree char *text = g_strdup_printf (_ ("“%s” replaced"), name);

  if (before == NULL || !gtk_widget_get_sensitive (GTK_WIDGET (self->save)))
    return;
  after = changed_filters (before, name, flow_filter_bar_get_text (self->bar));
  if (!write_filters (self->settings, GTK_WIDGET (self->bar), after))
    return;
  gtk_editable_set_text (GTK_EDITABLE (self->name), "");
  /* One of the same name has gone for it. */
  if (g_variant_n_children (after) == g_variant_n_children (before) && !g_variant_equal (after, before))
    offer_undo (self, text, before);
}

static void
flow_filter_saved_dispose (GObject *object)
{
  FlowFilterSaved *self = FLOW_FILTER_SAVED (object);

  g_clear_object (&self->settings);

  G_OBJECT_CLASS (flow_filter_saved_parent_class)->dispose (object);
}

static void
flow_filter_saved_class_init (FlowFilterSavedClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_filter_saved_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/traces/flow-filter-saved.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowFilterSaved, list);
  gtk_widget_class_bind_template_child (widget_class, FlowFilterSaved, name);
  gtk_widget_class_bind_template_child (widget_class, FlowFilterSaved, save);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, save_cb);
  gtk_widget_class_bind_template_callback (widget_class, update_save_cb);
}

static void
flow_filter_saved_init (FlowFilterSaved *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * flow_filter_saved_new:
 * @services: what the page works with
 * @bar: (unowned): the bar that this belongs to, and which outlives it
 *
 * Returns: (transfer floating): the saved filters
 */
GtkWidget *
flow_filter_saved_new (FlowServices *services, FlowFilterBar *bar)
{
  FlowFilterSaved *self = g_object_new (FLOW_TYPE_FILTER_SAVED, NULL);

  self->settings = g_object_ref (flow_services_get_settings (services));
  self->bar = bar;
  fill_list (self);
  g_signal_connect_object (self->settings, "changed::" KEY, G_CALLBACK (fill_list), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self, "show", G_CALLBACK (shown_cb), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

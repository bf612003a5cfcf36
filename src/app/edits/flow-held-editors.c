/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-held-editors"

#include "app/edits/flow-held-editors.h"

#include <glib/gi18n.h>

#include "app/shell/flow-toast.h"
#include "app/sync/flow-sync-board.h"
#include "hub/flow-json-read.h"

#define BY_SITE "edit.editors-by-site"
#define BY_TYPE "edit.editors-by-type"

/**
 * FlowHeldEditors:
 *
 * The command lines that another device of the account chose as editors, which are not run here before the user has
 * seen them and said so. Hidden when there are none.
 */
struct _FlowHeldEditors
{
  AdwPreferencesGroup parent_instance;

  FlowServices *services;
  GPtrArray *rows; /* of GtkWidget */
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (FlowHeldEditors, flow_held_editors, ADW_TYPE_PREFERENCES_GROUP)

/* What one row is about. */
typedef struct
{
  const char *key; /* of the setting; a literal */
  char *subject;
  char *command;
} Held;

static void
held_free (gpointer data)
{
  Held *held = data;

  g_free (held->subject);
  g_free (held->command);
  g_free (held);
}

/* The rules as they are, with this one in its place, or at the end. */
static GVariant *
make_rules (FlowSettings *settings, const Held *held)
{
  g_autoptr (GVariant) rules = flow_settings_get (settings, held->key, NULL);
  gboolean is_there = FALSE;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ss)"));
  for (gsize i = 0; rules != NULL && i < g_variant_n_children (rules); i++)
    {
      const char *subject, *choice;
      gboolean is_it;

      g_variant_get_child (rules, i, "(&s&s)", &subject, &choice);
      is_it = g_str_equal (subject, held->subject);
      is_there |= is_it;
      g_variant_builder_add (&builder, "(ss)", subject, is_it ? held->command : choice);
    }
  if (!is_there)
    g_variant_builder_add (&builder, "(ss)", held->subject, held->command);
  return g_variant_builder_end (&builder);
}

static void
remove_row (FlowHeldEditors *self, GtkWidget *row)
{
  g_ptr_array_remove (self->rows, row);
  adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self), row);
  gtk_widget_set_visible (GTK_WIDGET (self), self->rows->len > 0);
}

static void
use_cb (GtkWidget *button, FlowHeldEditors *self)
{
  GtkWidget *row = gtk_widget_get_ancestor (button, ADW_TYPE_ACTION_ROW);
  const Held *held = g_object_get_data (G_OBJECT (row), "flow-held");
  FlowSettings *settings = flow_services_get_settings (self->services);
  g_autoptr (GVariant) rules = g_variant_ref_sink (make_rules (settings, held));
  g_autoptr (GError) error = NULL;

  if (!flow_settings_set (settings, held->key, rules, &error))
    {
      flow_toast (button, error->message);
      return;
    }
  flow_toast (GTK_WIDGET (self), _ ("It is used here from now on"));
  remove_row (self, row);
}

static void
add_row (FlowHeldEditors *self, const char *kind, const char *subject, const char *command)
{
  gboolean site = g_strcmp0 (kind, "site") == 0;
  GtkWidget *row = adw_action_row_new (), *button = gtk_button_new_with_mnemonic (_ ("_Use Here"));
  g_autofree char *title = g_strdup_printf (site ? _ ("Pages of %s") : _ ("Texts of the type %s"), subject);
  g_autofree char *name = g_strdup_printf (_ ("Use “%s” here for %s"), command, subject);
  Held *held = g_new (Held, 1);

  *held = (Held) { site ? BY_SITE : BY_TYPE, g_strdup (subject), g_strdup (command) };
  g_object_set_data_full (G_OBJECT (row), "flow-held", held, held_free);
  /* Somebody else wrote both: they are shown as they are, and as a whole. */
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), command);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_object (button, "clicked", G_CALLBACK (use_cb), self, 0);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
  g_ptr_array_add (self->rows, row);
}

static gboolean
is_shown (FlowHeldEditors *self, guint i, JsonObject *editor)
{
  const Held *held = i < self->rows->len ? g_object_get_data (self->rows->pdata[i], "flow-held") : NULL;

  return held != NULL && g_strcmp0 (held->subject, flow_json_get_string (editor, "subject")) == 0 &&
         g_strcmp0 (held->command, flow_json_get_string (editor, "command")) == 0;
}

/* Rows that are right stay, and with them the focus. */
static gboolean
is_same (FlowHeldEditors *self, JsonArray *editors)
{
  guint n = editors != NULL ? json_array_get_length (editors) : 0;

  for (guint i = 0; i < n; i++)
    if (!is_shown (self, i, json_array_get_object_element (editors, i)))
      return FALSE;
  return n == self->rows->len;
}

static void
show (FlowHeldEditors *self, JsonArray *editors)
{
  if (is_same (self, editors))
    return;
  while (self->rows->len > 0)
    remove_row (self, self->rows->pdata[self->rows->len - 1]);
  for (guint i = 0; editors != NULL && i < json_array_get_length (editors); i++)
    {
      JsonObject *editor = json_array_get_object_element (editors, i);

      add_row (self, flow_json_get_string (editor, "kind"), flow_json_get_string (editor, "subject"),
               flow_json_get_string (editor, "command"));
    }
  gtk_widget_set_visible (GTK_WIDGET (self), self->rows->len > 0);
}

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (FlowHeldEditors) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = flow_board_ask_finish (FLOW_BOARD (source), result, &error);

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  show (self, answer != NULL ? flow_json_get_array (answer, "editors") : NULL);
}

static void
ask (FlowHeldEditors *self)
{
  flow_board_ask_async (FLOW_BOARD (flow_services_get_sync (self->services)), "sync-editors", NULL, self->cancellable,
                        asked_cb, g_object_ref (self));
}

static void
flow_held_editors_dispose (GObject *object)
{
  FlowHeldEditors *self = FLOW_HELD_EDITORS (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->services);

  G_OBJECT_CLASS (flow_held_editors_parent_class)->dispose (object);
}

static void
flow_held_editors_finalize (GObject *object)
{
  FlowHeldEditors *self = FLOW_HELD_EDITORS (object);

  g_ptr_array_unref (self->rows);
  g_object_unref (self->cancellable);

  G_OBJECT_CLASS (flow_held_editors_parent_class)->finalize (object);
}

static void
flow_held_editors_class_init (FlowHeldEditorsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_held_editors_dispose;
  G_OBJECT_CLASS (klass)->finalize = flow_held_editors_finalize;
}

static void
flow_held_editors_init (FlowHeldEditors *self)
{
  self->rows = g_ptr_array_new ();
  self->cancellable = g_cancellable_new ();
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), _ ("Chosen on Another Device"));
  adw_preferences_group_set_description (
      ADW_PREFERENCES_GROUP (self), _ ("A command line may do anything, so it is run here only when you say so here."));
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

/**
 * flow_held_editors_new:
 * @services: the settings and the hub
 *
 * Returns: (transfer floating): a group of the preferences
 */
GtkWidget *
flow_held_editors_new (FlowServices *services)
{
  FlowHeldEditors *self = g_object_new (FLOW_TYPE_HELD_EDITORS, NULL);

  self->services = g_object_ref (services);
  g_signal_connect_object (flow_services_get_sync (services), "changed", G_CALLBACK (ask), self, G_CONNECT_SWAPPED);
  ask (self);
  return GTK_WIDGET (self);
}

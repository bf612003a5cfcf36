/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-actions"

#include "app/edits/flow-edit-actions.h"

#include <glib/gi18n.h>

#include "app/edits/flow-edit-acts.h"
#include "app/edits/flow-edit-chooser.h"
#include "app/shell/flow-toast.h"

#define SERVICES "flow-edit-services"

/* The main window is one of several and may not be in front; it is the one that has the action. */
static GtkWidget *
activate_in_window (GtkApplication *application, const char *action, const char *target)
{
  g_action_group_activate_action (G_ACTION_GROUP (application), "raise", NULL);
  for (GList *l = gtk_application_get_windows (application); l != NULL; l = l->next)
    {
      if (gtk_widget_activate_action (l->data, action, "s", target))
        return l->data;
    }
  return NULL;
}

static GtkWidget *
show_edit (GtkApplication *application, const char *id)
{
  return *id != '\0' ? activate_in_window (application, "win.edit", id)
                     : activate_in_window (application, "win.page", "edits");
}

static FlowServices *
get_services (GtkApplication *application)
{
  return g_object_get_data (G_OBJECT (application), SERVICES);
}

static void
show_cb (GSimpleAction *action, GVariant *id, gpointer application)
{
  show_edit (application, g_variant_get_string (id, NULL));
}

/* An edit whose editor is to be chosen as soon as the board has it. */
typedef struct
{
  GtkApplication *application;
  GtkWidget *window; /* weak */
  char *id;
} Choosing;

static void
choosing_free (gpointer data, GClosure *closure)
{
  Choosing *self = data;

  g_clear_weak_pointer (&self->window);
  g_free (self->id);
  g_free (self);
}

static gboolean
choose (GtkApplication *application, GtkWidget *window, FlowEditBoard *board, const char *id)
{
  g_autoptr (FlowEntry) edit = flow_board_find (FLOW_BOARD (board), id);

  if (edit == NULL && !flow_board_is_current (FLOW_BOARD (board)))
    return FALSE;
  if (edit != NULL && window != NULL)
    flow_edit_chooser_show (window, board, edit);
  else
    g_action_group_activate_action (G_ACTION_GROUP (application), "preferences", g_variant_new_string ("editing"));
  return TRUE;
}

static void
board_changed_cb (FlowEditBoard *board, Choosing *self)
{
  if (choose (self->application, self->window, board, self->id))
    g_signal_handlers_disconnect_by_func (board, board_changed_cb, self);
}

static void
choose_cb (GSimpleAction *action, GVariant *id, gpointer application)
{
  FlowEditBoard *board = flow_services_get_edits (get_services (application));
  GtkWidget *window = show_edit (application, g_variant_get_string (id, NULL));
  Choosing *choosing;

  if (choose (application, window, board, g_variant_get_string (id, NULL)))
    return;
  choosing = g_new (Choosing, 1);
  *choosing = (Choosing) { application, NULL, g_variant_dup_string (id, NULL) };
  g_set_weak_pointer (&choosing->window, window);
  g_signal_connect_data (board, "changed", G_CALLBACK (board_changed_cb), choosing, choosing_free, 0);
}

static void
default_cb (GSimpleAction *action, GVariant *id, gpointer application)
{
  flow_edit_acts_use_default (flow_services_get_edits (get_services (application)), g_variant_get_string (id, NULL));
}

static void
demo_cb (GSimpleAction *action, GVariant *parameter, gpointer application)
{
  g_autofree char *url = flow_edit_actions_get_demo (get_services (application));
  GtkWindow *window = gtk_application_get_active_window (application);

  if (url != NULL)
    gtk_show_uri (window, url, GDK_CURRENT_TIME);
  else
    flow_toast (NULL, _ ("The hub is starting"));
}

/**
 * flow_edit_actions_add:
 * @application: the program, which has the actions `raise` and `preferences`
 * @services: the edits and the hub
 *
 * Add the actions about edits to the program: `show-edit` and `choose-edit-editor`, of an edit's id, where none is the
 * page of all, `use-default-editor` of an edit's id, and `edit-demo`.
 */
void
flow_edit_actions_add (GtkApplication *application, FlowServices *services)
{
  static const GActionEntry entries[] = {
    { "show-edit", show_cb, "s", NULL, NULL, { 0 } },
    { "choose-edit-editor", choose_cb, "s", NULL, NULL, { 0 } },
    { "use-default-editor", default_cb, "s", NULL, NULL, { 0 } },
    { "edit-demo", demo_cb, NULL, NULL, NULL, { 0 } },
  };

  g_object_set_data_full (G_OBJECT (application), SERVICES, g_object_ref (services), g_object_unref);
  g_action_map_add_action_entries (G_ACTION_MAP (application), entries, G_N_ELEMENTS (entries), application);
}

/**
 * flow_edit_actions_get_demo:
 * @services: the hub
 *
 * Returns: (transfer full) (nullable): the address of the page that shows all kinds of fields; %NULL without a hub
 */
char *
flow_edit_actions_get_demo (FlowServices *services)
{
  FlowHub *hub = flow_services_get_hub (services);

  return hub != NULL ? g_strdup_printf ("http://127.0.0.1:%u/web-dev-sync/demo", flow_hub_get_port (hub)) : NULL;
}

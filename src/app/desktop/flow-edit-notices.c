/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-notices"

#include "app/desktop/flow-edit-notices.h"

#include <glib/gi18n.h>

#include "app/shell/flow-toast.h"

/**
 * FlowEditNotices:
 *
 * Tells the user what happened to a text that they edit: a conflict, what was recovered, an editor that is not there.
 * While the window is in front, trouble is asked about in a dialog and the rest said in the window; else all of it is a
 * notification with the same ways on.
 */
struct _FlowEditNotices
{
  GObject parent_instance;

  GtkApplication *application;
  FlowServices *services;
  FlowNotifier *notifier;
  FlowHub *hub;      /* the one whose news are heard */
  GtkWindow *dialog; /* weak: one at a time */
};

G_DEFINE_FINAL_TYPE (FlowEditNotices, flow_edit_notices, G_TYPE_OBJECT)

static GVariant *
target_of (const FlowEditWayOn *way)
{
  return way->target != NULL ? g_variant_new_string (way->target) : NULL;
}

/* --- In the window --------------------------------------------------------------------------------------- */

static char *
without_mnemonic (const char *label)
{
  g_auto (GStrv) parts = g_strsplit (label, "_", -1);

  return g_strjoinv ("", parts);
}

static void
toast (GtkWindow *window, const FlowEditNews *news)
{
  FlowEditWayOn ways[FLOW_EDIT_MAX_WAYS_ON];
  g_autofree char *title = flow_edit_trouble_dup_title (news), *label = NULL, *action = NULL;

  flow_edit_trouble_list_ways (news, ways);
  label = without_mnemonic (ways[0].label);
  action = g_strconcat ("app.", ways[0].action, NULL);
  flow_toast_action (GTK_WIDGET (window), title, label, action, target_of (&ways[0]));
}

/* --- Outside of it --------------------------------------------------------------------------------------- */

static void
notify (FlowEditNotices *self, const FlowEditNews *news)
{
  FlowEditWayOn ways[FLOW_EDIT_MAX_WAYS_ON];
  FlowNotificationButton buttons[FLOW_EDIT_MAX_WAYS_ON + 1] = { 0 };
  gsize n = flow_edit_trouble_list_ways (news, ways);
  g_autoptr (GPtrArray) strings = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *title = flow_edit_trouble_dup_title (news), *text = flow_edit_trouble_dup_text (news);
  g_autofree char *kind = g_strconcat ("edit-", news->kind, NULL);

  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *name = g_strconcat ("app.", ways[i].action, NULL);
      g_autoptr (GVariant) target = target_of (&ways[i]);

      if (target != NULL)
        g_variant_ref_sink (target);
      buttons[i].label = without_mnemonic (ways[i].label);
      buttons[i].action = g_action_print_detailed_name (name, target);
      g_ptr_array_add (strings, (char *) buttons[i].label);
      g_ptr_array_add (strings, (char *) buttons[i].action);
    }
  /* A click beside the buttons does the only thing there is, or shows the window. */
  buttons[n] = (FlowNotificationButton) { _ ("Open"), n == 1 ? buttons[0].action : "app.raise", TRUE };
  n++;
  flow_notifier_show (self->notifier, kind, title, text, buttons, n);
}

/* --- What the hub tells ---------------------------------------------------------------------------------- */

static const char *
or_empty (const char *text)
{
  return text != NULL ? text : "";
}

static void
notice_cb (FlowEditNotices *self, const char *kind, const char *id, const char *title, const char *message,
           const char *detail)
{
  FlowEditNews news = { or_empty (kind), or_empty (id), or_empty (title), or_empty (message), or_empty (detail) };

  if (g_str_equal (news.kind, "show"))
    g_action_group_activate_action (G_ACTION_GROUP (self->application), "show-edit", g_variant_new_string (news.id));
  else
    flow_edit_notices_tell (self, &news);
}

static void
hub_changed_cb (FlowEditNotices *self)
{
  FlowHub *hub = flow_services_get_hub (self->services);

  if (hub == self->hub)
    return;
  if (self->hub != NULL)
    g_signal_handlers_disconnect_by_data (self->hub, self);
  g_set_object (&self->hub, hub);
  if (hub != NULL)
    g_signal_connect_object (hub, "edit-notice", G_CALLBACK (notice_cb), self, G_CONNECT_SWAPPED);
}

static void
flow_edit_notices_dispose (GObject *object)
{
  FlowEditNotices *self = FLOW_EDIT_NOTICES (object);

  g_clear_weak_pointer (&self->dialog);
  g_clear_object (&self->hub);
  g_clear_object (&self->notifier);
  g_clear_object (&self->services);
  g_clear_object (&self->application);

  G_OBJECT_CLASS (flow_edit_notices_parent_class)->dispose (object);
}

static void
flow_edit_notices_class_init (FlowEditNoticesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_edit_notices_dispose;
}

static void
flow_edit_notices_init (FlowEditNotices *self)
{
}

/**
 * flow_edit_notices_new:
 * @application: the program, with the actions of flow_edit_actions_add()
 * @services: the hub
 * @notifier: what decides about notifications
 *
 * Returns: (transfer full): what tells the user
 */
FlowEditNotices *
flow_edit_notices_new (GtkApplication *application, FlowServices *services, FlowNotifier *notifier)
{
  FlowEditNotices *self = g_object_new (FLOW_TYPE_EDIT_NOTICES, NULL);

  self->application = g_object_ref (application);
  self->services = g_object_ref (services);
  self->notifier = g_object_ref (notifier);
  g_signal_connect_object (services, "hub-changed", G_CALLBACK (hub_changed_cb), self, G_CONNECT_SWAPPED);
  hub_changed_cb (self);
  return self;
}

/**
 * flow_edit_notices_tell:
 * @self: what tells the user
 * @news: what happened
 *
 * Tell it, where the user looks.
 */
void
flow_edit_notices_tell (FlowEditNotices *self, const FlowEditNews *news)
{
  GtkWindow *window;

  g_return_if_fail (FLOW_IS_EDIT_NOTICES (self));

  window = gtk_application_get_active_window (self->application);
  if (window == NULL || !gtk_window_is_active (window))
    notify (self, news);
  else if (!flow_edit_trouble_is_one (news))
    toast (window, news);
  else if (self->dialog == NULL)
    g_set_weak_pointer (&self->dialog, flow_edit_trouble_show (self->application, window, news));
}

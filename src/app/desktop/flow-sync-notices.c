/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync-notices"

#include "app/desktop/flow-sync-notices.h"

#include <glib/gi18n.h>

#include "app/shell/flow-toast.h"

/**
 * FlowSyncNotices:
 *
 * Tells the user what happened to syncing: a conflict that needs a decision, a server that signed this device out, a
 * keyring that does not answer, a device that wants the key. In the window when it is in front, else as a notification;
 * both lead to the page.
 */
struct _FlowSyncNotices
{
  GObject parent_instance;

  GtkApplication *application;
  FlowServices *services;
  FlowNotifier *notifier;
  FlowHub *hub; /* the one whose news are heard */
};

G_DEFINE_FINAL_TYPE (FlowSyncNotices, flow_sync_notices, G_TYPE_OBJECT)

/* What happened, each with its words; the text is what the hub says where there is none here. */
static const struct
{
  const char *kind;
  const char *title;
  const char *text;
} kinds[] = {
  { "conflict", N_ ("A conflict needs your decision"),
    N_ ("Two devices changed the same. Both versions are kept until you decide.") },
  { "signed_out", N_ ("The server signed this device out"),
    N_ ("What changes here is kept, and goes to your other devices when you sign in again.") },
  { "secrets", N_ ("The keys to what you sync are out of reach"), NULL },
  { "keys", N_ ("Your recovery words are of no use"), NULL },
  { "done", N_ ("Your data is in your account"), N_ ("From now on your devices keep each other the same.") },
  { "failed", N_ ("Your data did not all go to your account"), NULL },
  { "device", N_ ("Another device wants to be let in"),
    N_ ("When it is yours, open the page Sync and choose “Add…” above the devices.") },
  { "editor", N_ ("Another device chose a command line as an editor"), NULL },
};

static void
say (const char *kind, const char *message, const char **title, const char **text)
{
  *title = _ ("Sync");
  *text = message;
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      if (!g_str_equal (kinds[i].kind, kind))
        continue;
      *title = _ (kinds[i].title);
      if (kinds[i].text != NULL)
        *text = _ (kinds[i].text);
    }
}

/* --- What the hub tells ---------------------------------------------------------------------------------- */

static void
notice_cb (FlowSyncNotices *self, const char *kind, const char *title, const char *message, const char *detail)
{
  flow_sync_notices_tell (self, kind, message, detail);
}

static void
hub_changed_cb (FlowSyncNotices *self)
{
  FlowHub *hub = flow_services_get_hub (self->services);

  if (hub == self->hub)
    return;
  if (self->hub != NULL)
    g_signal_handlers_disconnect_by_data (self->hub, self);
  g_set_object (&self->hub, hub);
  if (hub != NULL)
    g_signal_connect_object (hub, "sync-notice", G_CALLBACK (notice_cb), self, G_CONNECT_SWAPPED);
}

/* A conflict that was decided, here or elsewhere, needs no notification. */
static void
changed_cb (FlowSyncNotices *self)
{
  if (flow_sync_board_count_conflicts (flow_services_get_sync (self->services)) == 0)
    flow_notifier_withdraw (self->notifier, "sync-conflict");
}

static void
flow_sync_notices_dispose (GObject *object)
{
  FlowSyncNotices *self = FLOW_SYNC_NOTICES (object);

  g_clear_object (&self->hub);
  g_clear_object (&self->notifier);
  g_clear_object (&self->services);
  g_clear_object (&self->application);

  G_OBJECT_CLASS (flow_sync_notices_parent_class)->dispose (object);
}

static void
flow_sync_notices_class_init (FlowSyncNoticesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_sync_notices_dispose;
}

static void
flow_sync_notices_init (FlowSyncNotices *self)
{
}

/**
 * flow_sync_notices_new:
 * @application: the program, which has the action `show-sync`
 * @services: the hub, and what is synced
 * @notifier: what decides about notifications
 *
 * Returns: (transfer full): what tells the user
 */
FlowSyncNotices *
flow_sync_notices_new (GtkApplication *application, FlowServices *services, FlowNotifier *notifier)
{
  FlowSyncNotices *self = g_object_new (FLOW_TYPE_SYNC_NOTICES, NULL);

  self->application = g_object_ref (application);
  self->services = g_object_ref (services);
  self->notifier = g_object_ref (notifier);
  g_signal_connect_object (services, "hub-changed", G_CALLBACK (hub_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (flow_services_get_sync (services), "changed", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);
  hub_changed_cb (self);
  return self;
}

/**
 * flow_sync_notices_tell:
 * @self: what tells the user
 * @kind: what happened, see [signal@FlowHub::sync-notice]
 * @message: (nullable): what the hub says
 * @detail: (nullable): the id of a conflict, or nothing that is used here
 *
 * Tell it, where the user looks.
 */
void
flow_sync_notices_tell (FlowSyncNotices *self, const char *kind, const char *message, const char *detail)
{
  gboolean conflict = g_strcmp0 (kind, "conflict") == 0;
  g_autoptr (GVariant) target = g_variant_ref_sink (g_variant_new_string (conflict && detail != NULL ? detail : ""));
  g_autofree char *action = g_action_print_detailed_name ("app.show-sync", target);
  const FlowNotificationButton buttons[] = { { _ ("Show"), action, FALSE }, { _ ("Open"), action, TRUE } };
  g_autofree char *group = NULL;
  GtkWindow *window;
  const char *head, *text;

  g_return_if_fail (FLOW_IS_SYNC_NOTICES (self));
  g_return_if_fail (kind != NULL);

  group = g_strconcat ("sync-", kind, NULL);
  window = gtk_application_get_active_window (self->application);
  say (kind, message, &head, &text);
  if (window != NULL && gtk_window_is_active (window))
    flow_toast_action (GTK_WIDGET (window), head, _ ("Show"), "app.show-sync", target);
  else
    flow_notifier_show (self->notifier, group, head, text != NULL ? text : "", buttons, G_N_ELEMENTS (buttons));
}

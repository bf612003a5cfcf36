/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-desktop"

#include "app/desktop/flow-desktop.h"

#include <glib/gi18n-lib.h>

#include "app/desktop/flow-autostart.h"
#include "app/desktop/flow-edit-notices.h"
#include "app/desktop/flow-peer-questions.h"
#include "app/desktop/flow-sync-notices.h"
#include "app/desktop/flow-tray-host.h"
#include "app/desktop/flow-tray.h"
#include "app/shell/flow-toast.h"
#include "base/flow-id.h"

#define NOTIFICATION_INTERVAL_MS 4000

/**
 * FlowDesktop:
 *
 * What the program shows and does outside its window: the tray icon, notifications, questions that wait, and starting
 * with the desktop. Each of these may be missing on a desktop; the program then does without.
 */
struct _FlowDesktop
{
  GObject parent_instance;

  GtkApplication *application;
  FlowServices *services;
  FlowHubKeeper *keeper;
  FlowHub *hub; /* the one whose news are heard */
  FlowQuestions *questions;
  FlowPeerQuestions *peers;
  FlowNotificationService *notifications;
  FlowNotifier *notifier;
  FlowEditNotices *edits;
  FlowSyncNotices *sync;
  FlowTray *tray;
  FlowTrayHost *tray_host;
  FlowAutostart *autostart;
  GtkWindow *window; /* the active one */
};

G_DEFINE_FINAL_TYPE (FlowDesktop, flow_desktop, G_TYPE_OBJECT)

static void
answer_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  FlowDesktop *self = data;
  const char *id;
  const char *answer;

  g_variant_get (parameter, "(&s&s)", &id, &answer);
  flow_questions_answer (self->questions, id, answer);
}

static gboolean
is_capturing (FlowDesktop *self)
{
  g_autoptr (GVariant) on = flow_settings_get (flow_services_get_settings (self->services), "capture.enabled", NULL);

  return on == NULL || g_variant_get_boolean (on);
}

static void
capture_cb (FlowDesktop *self)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->application), "pause-capture");

  g_simple_action_set_state (G_SIMPLE_ACTION (action), g_variant_new_boolean (!is_capturing (self)));
}

/* --- What the hub tells ------------------------------------------------------------------------------------ */

static void
focus_trace_cb (FlowDesktop *self, const char *trace_id, guint64 span_id)
{
  char span[17];
  g_autofree char *link = NULL;

  flow_id_to_hex ((const guint8 *) &span_id, sizeof span_id, span);
  link = span_id != 0 ? g_strconcat (trace_id, "/", span, NULL) : g_strdup (trace_id);
  g_action_group_activate_action (G_ACTION_GROUP (self->application), "open-trace", g_variant_new_string (link));
}

static void
jump_failed_cb (FlowDesktop *self, const char *file, guint line, const char *reason)
{
  g_autofree char *place = line > 0 ? g_strdup_printf ("%s:%u", file, line) : g_strdup (file);
  g_autofree char *text = g_strdup_printf ("%s: %s", place, reason);

  if (self->window != NULL && gtk_window_is_active (self->window))
    flow_toast_action (GTK_WIDGET (self->window), text, _ ("Choose Editor"), "app.preferences",
                       g_variant_new_string ("editor"));
  flow_desktop_editor_missing (self, text);
}

static void
hub_changed_cb (FlowDesktop *self)
{
  FlowHub *hub = flow_services_get_hub (self->services);

  if (hub == self->hub)
    return;
  if (self->hub != NULL)
    g_signal_handlers_disconnect_by_data (self->hub, self);
  g_set_object (&self->hub, hub);
  if (hub == NULL)
    return;
  g_signal_connect_object (hub, "focus-trace", G_CALLBACK (focus_trace_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (hub, "jump-failed", G_CALLBACK (jump_failed_cb), self, G_CONNECT_SWAPPED);
  flow_hub_set_has_window (hub, TRUE);
}

/* From the moment that the program is to stay; one that was started to answer a search does not. */
static void
show (FlowDesktop *self)
{
  if (self->tray_host != NULL)
    return;
  self->tray_host = flow_tray_host_new (self->tray, self->application);
  flow_autostart_start (self->autostart);
}

static void
keeper_cb (FlowDesktop *self)
{
  const GError *error = flow_hub_keeper_get_error (self->keeper);
  FlowHubState state = flow_hub_keeper_get_state (self->keeper);

  if (state != FLOW_HUB_STATE_STOPPED)
    show (self);
  switch (state)
    {
    case FLOW_HUB_STATE_FAILED:
      flow_tray_set_problem (self->tray, error != NULL ? error->message : _ ("The hub does not run"));
      break;
    case FLOW_HUB_STATE_TAKEN:
      flow_tray_set_problem (self->tray, _ ("Another program took over the data folder"));
      break;
    case FLOW_HUB_STATE_STOPPED:
    case FLOW_HUB_STATE_STARTING:
    case FLOW_HUB_STATE_RUNNING:
    case FLOW_HUB_STATE_STOPPING:
    default:
      flow_tray_set_problem (self->tray, NULL);
      break;
    }
}

/* --- What the user should hear of -------------------------------------------------------------------------- */

/* In the window when it is in front, else as a notification. */
static void
tell (FlowDesktop *self, const char *kind, const char *title, const char *body)
{
  const FlowNotificationButton buttons[] = { { _ ("Open"), "app.raise", TRUE } };
  g_autofree char *text = NULL;

  if (self->window != NULL && gtk_window_is_active (self->window))
    {
      text = g_strdup_printf ("%s: %s", title, body);
      flow_toast (GTK_WIDGET (self->window), text);
    }
  else
    flow_notifier_show (self->notifier, kind, title, body, buttons, G_N_ELEMENTS (buttons));
}

/* The state follows the setting, which others may change too. */
static void
pause_cb (GSimpleAction *action, GVariant *wanted, gpointer data)
{
  FlowDesktop *self = data;
  g_autoptr (GError) error = NULL;

  if (!flow_settings_set (flow_services_get_settings (self->services), "capture.enabled",
                          g_variant_new_boolean (!g_variant_get_boolean (wanted)), &error))
    tell (self, "settings", _ ("The setting was not changed"), error->message);
}

static void
autostart_failed_cb (FlowDesktop *self, const char *reason)
{
  tell (self, "autostart", _ ("FlowScope does not start with the desktop"), reason);
}

static void
tray_changed_cb (FlowDesktop *self)
{
  const FlowNotificationButton buttons[] = { { _ ("Show the Log"), "app.show-log", FALSE },
                                             { _ ("Open"), "app.raise", TRUE } };

  if (flow_tray_get_state (self->tray) == FLOW_TRAY_OFFLINE)
    flow_notifier_show (self->notifier, "trouble", _ ("Traces are not taken in as they should"),
                        flow_tray_get_text (self->tray), buttons, G_N_ELEMENTS (buttons));
  else if (flow_tray_get_state (self->tray) != FLOW_TRAY_ATTENTION)
    flow_notifier_withdraw (self->notifier, "trouble");
}

/* --- The window ------------------------------------------------------------------------------------------- */

static void
focus_cb (FlowDesktop *self)
{
  flow_notifier_set_focused (self->notifier, self->window != NULL && gtk_window_is_active (self->window));
}

static void
drop_window (FlowDesktop *self)
{
  if (self->window == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->window, self);
  g_clear_weak_pointer (&self->window);
}

static void
active_window_cb (FlowDesktop *self)
{
  GtkWindow *window = gtk_application_get_active_window (self->application);

  drop_window (self);
  g_set_weak_pointer (&self->window, window);
  if (window != NULL)
    g_signal_connect_swapped (window, "notify::is-active", G_CALLBACK (focus_cb), self);
  focus_cb (self);
}

static void
activate_detailed (FlowDesktop *self, const char *detailed, const char *token)
{
  g_autofree char *name = NULL;
  g_autoptr (GVariant) target = NULL;
  g_autoptr (GError) error = NULL;

  if (token != NULL && self->window != NULL)
    gtk_window_set_startup_id (self->window, token);
  if (!g_action_parse_detailed_name (detailed, &name, &target, &error))
    g_warning ("%s", error->message);
  else
    g_action_group_activate_action (G_ACTION_GROUP (self->application), name + strlen ("app."), target);
}

static void
activated_cb (FlowDesktop *self, const char *kind, const char *action, const char *token)
{
  activate_detailed (self, action, token);
}

static void
flow_desktop_dispose (GObject *object)
{
  FlowDesktop *self = FLOW_DESKTOP (object);

  drop_window (self);
  if (self->application != NULL)
    {
      g_action_map_remove_action (G_ACTION_MAP (self->application), "answer-question");
      g_action_map_remove_action (G_ACTION_MAP (self->application), "pause-capture");
    }
  g_clear_object (&self->autostart);
  g_clear_object (&self->tray_host);
  g_clear_object (&self->tray);
  g_clear_object (&self->sync);
  g_clear_object (&self->edits);
  g_clear_object (&self->notifier);
  g_clear_object (&self->notifications);
  g_clear_object (&self->peers);
  g_clear_object (&self->questions);
  g_clear_object (&self->hub);
  g_clear_object (&self->keeper);
  g_clear_object (&self->services);
  g_clear_object (&self->application);

  G_OBJECT_CLASS (flow_desktop_parent_class)->dispose (object);
}

static void
flow_desktop_class_init (FlowDesktopClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_desktop_dispose;
}

static void
flow_desktop_init (FlowDesktop *self)
{
  self->questions = flow_questions_new ();
  self->notifications = flow_notification_service_new ();
}

static void
connect_all (FlowDesktop *self)
{
  const struct
  {
    gpointer object;
    const char *signal;
    GCallback callback;
  } handlers[] = {
    { self->notifications, "activated", G_CALLBACK (activated_cb) },
    { self->application, "notify::active-window", G_CALLBACK (active_window_cb) },
    { flow_services_get_settings (self->services), "changed::capture.enabled", G_CALLBACK (capture_cb) },
    { self->services, "hub-changed", G_CALLBACK (hub_changed_cb) },
    { self->tray, "changed", G_CALLBACK (tray_changed_cb) },
    { self->autostart, "failed", G_CALLBACK (autostart_failed_cb) },
    { self->keeper, "notify::state", G_CALLBACK (keeper_cb) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (handlers); i++)
    {
      if (handlers[i].object != NULL)
        g_signal_connect_object (handlers[i].object, handlers[i].signal, handlers[i].callback, self, G_CONNECT_SWAPPED);
    }
}

/**
 * flow_desktop_new:
 * @application: the program, which has the actions `raise`, `open-trace`, `preferences`, `capture-enabled` and `quit`
 * @services: what it works with
 * @keeper: (nullable): what starts and stops the hub
 *
 * Show the program on the desktop, as soon as @keeper starts the hub. To be called in `startup`; drop the last
 * reference before `shutdown` goes on to GTK.
 *
 * Returns: (transfer full): the desktop
 */
FlowDesktop *
flow_desktop_new (GtkApplication *application, FlowServices *services, FlowHubKeeper *keeper)
{
  static const GActionEntry entries[] = {
    { .name = "answer-question", .activate = answer_cb, .parameter_type = "(ss)" },
    { .name = "pause-capture", .state = "false", .change_state = pause_cb },
  };
  FlowDesktop *self;

  g_return_val_if_fail (GTK_IS_APPLICATION (application), NULL);
  g_return_val_if_fail (FLOW_IS_SERVICES (services), NULL);

  self = g_object_new (FLOW_TYPE_DESKTOP, NULL);
  self->application = g_object_ref (application);
  self->services = g_object_ref (services);
  self->keeper = keeper != NULL ? g_object_ref (keeper) : NULL;
  self->notifier = flow_notifier_new (self->notifications, flow_services_get_settings (services), self->questions,
                                      NOTIFICATION_INTERVAL_MS);
  self->tray = flow_tray_new (services, self->questions, G_LIST_MODEL (flow_services_get_jobs (services)));
  self->autostart = flow_autostart_new (flow_services_get_settings (services), FLOW_AUTOSTART_AUTO);
  g_action_map_add_action_entries (G_ACTION_MAP (application), entries, G_N_ELEMENTS (entries), self);
  connect_all (self);
  self->peers = flow_peer_questions_new (services, self->questions);
  self->edits = flow_edit_notices_new (application, services, self->notifier);
  self->sync = flow_sync_notices_new (application, services, self->notifier);
  capture_cb (self);
  active_window_cb (self);
  hub_changed_cb (self);
  if (keeper != NULL)
    keeper_cb (self);
  else
    show (self);
  return self;
}

/**
 * flow_desktop_get_questions:
 * @self: the desktop
 *
 * Returns: (transfer none): what waits for the user; show it with flow_questions_bar_new()
 */
FlowQuestions *
flow_desktop_get_questions (FlowDesktop *self)
{
  g_return_val_if_fail (FLOW_IS_DESKTOP (self), NULL);

  return self->questions;
}

/**
 * flow_desktop_get_notifier:
 * @self: the desktop
 *
 * Returns: (transfer none): what decides about notifications
 */
FlowNotifier *
flow_desktop_get_notifier (FlowDesktop *self)
{
  g_return_val_if_fail (FLOW_IS_DESKTOP (self), NULL);

  return self->notifier;
}

/**
 * flow_desktop_editor_missing:
 * @self: the desktop
 * @reason: why the file was not opened
 *
 * Tell that a jump to the code found no editor, with a way to choose one. Says nothing while the window is in front,
 * where a toast does.
 */
void
flow_desktop_editor_missing (FlowDesktop *self, const char *reason)
{
  const FlowNotificationButton buttons[] = { { _ ("Choose Editor"), "app.preferences::editor", FALSE },
                                             { _ ("Open"), "app.raise", TRUE } };

  g_return_if_fail (FLOW_IS_DESKTOP (self));
  g_return_if_fail (reason != NULL);

  flow_notifier_show (self->notifier, "editor", _ ("The file was not opened"), reason, buttons, G_N_ELEMENTS (buttons));
}

/* A file remembers that it was told. */
static gboolean
is_first_time (FlowDesktop *self)
{
  const char *folder = flow_context_get_state_dir (flow_services_get_context (self->services));
  g_autofree char *path = g_build_filename (folder, "told-background", NULL);

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return FALSE;
  if (!flow_context_ensure_dir (folder, NULL) || !g_file_set_contents (path, "", 0, NULL))
    g_debug ("%s was not written", path);
  return TRUE;
}

/**
 * flow_desktop_went_to_background:
 * @self: the desktop
 *
 * Tell, the first time only, that the program goes on without its window. To be called when the last one is closed.
 */
void
flow_desktop_went_to_background (FlowDesktop *self)
{
  const FlowNotificationButton buttons[] = { { _ ("Quit"), "app.quit", FALSE }, { _ ("Open"), "app.raise", TRUE } };

  g_return_if_fail (FLOW_IS_DESKTOP (self));

  if (!is_first_time (self))
    return;
  /* The window that is about to go still has the focus. */
  flow_notifier_set_focused (self->notifier, FALSE);
  flow_notifier_show (self->notifier, "background", _ ("FlowScope goes on in the background"),
                      _ ("Spans are still taken in. Open it again from the tray or the list of programs."), buttons,
                      G_N_ELEMENTS (buttons));
}

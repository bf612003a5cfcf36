/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-notification-service"

#include "app/desktop/flow-notification-service.h"

#include <libnotify/notify.h>
#include <libportal/portal.h>

#include "base/flow-worker.h"

#define APP_ID "org.flowscope.FlowScope"
#define SERVER "org.freedesktop.Notifications"
#define START_MS 10000
#define CLOSE_MS 1000

/**
 * FlowLibnotify:
 *
 * Notifications by libnotify. Its calls wait for the notification daemon, which may have to be started or may hang, so
 * all of them are made on a thread of their own. Without a daemon, or without a bus, nothing is shown and nothing is
 * said: the program tells the same things in its window and its tray icon.
 */
#define FLOW_TYPE_LIBNOTIFY (flow_libnotify_get_type ())
G_DECLARE_FINAL_TYPE (FlowLibnotify, flow_libnotify, FLOW, LIBNOTIFY, GObject)

struct _FlowLibnotify
{
  GObject parent_instance;

  GMainContext *main;
  FlowWorker *worker;
  GHashTable *notifications; /* kind -> NotifyNotification, on the worker */
  GMutex mutex;              /* guards `closed` */
  GCond cond;
  gboolean closed;
};

typedef struct
{
  FlowLibnotify *service; /* outlives its worker, which runs this */
  char *kind;
  char *title;
  char *body;
  GPtrArray *buttons; /* Button */
} Request;

typedef struct
{
  FlowLibnotify *service;
  char *kind;
  char *label;
  char *action;
  gboolean is_default;
} Button;

typedef struct
{
  FlowLibnotify *service; /* a reference */
  char *kind;
  char *action;
  char *token;
} Activation;

static void
button_free (gpointer data)
{
  Button *button = data;

  g_free (button->kind);
  g_free (button->label);
  g_free (button->action);
  g_free (button);
}

static void
request_free (gpointer data)
{
  Request *request = data;

  g_clear_pointer (&request->buttons, g_ptr_array_unref);
  g_free (request->kind);
  g_free (request->title);
  g_free (request->body);
  g_free (request);
}

static void
activation_free (gpointer data)
{
  Activation *activation = data;

  g_object_unref (activation->service);
  g_free (activation->kind);
  g_free (activation->action);
  g_free (activation->token);
  g_free (activation);
}

static gboolean
activation_cb (gpointer data)
{
  Activation *activation = data;

  flow_notification_service_activated (FLOW_NOTIFICATION_SERVICE (activation->service), activation->kind,
                                       activation->action, activation->token);
  return G_SOURCE_REMOVE;
}

/* On the worker. */
static void
pressed_cb (NotifyNotification *notification, char *key, gpointer data)
{
  const Button *button = data;
  g_autoptr (GSource) source = g_idle_source_new ();
  Activation *activation = g_new0 (Activation, 1);

  activation->service = g_object_ref (button->service);
  activation->kind = g_strdup (button->kind);
  activation->action = g_strdup (button->action);
  activation->token = g_strdup (notify_notification_get_activation_token (notification));
  g_source_set_name (source, "flow-notification-activated");
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, activation_cb, activation, activation_free);
  g_source_attach (source, button->service->main);
}

static GVariant *
call_bus (GDBusConnection *connection, const char *method, GVariant *parameters)
{
  return g_dbus_connection_call_sync (connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                      "org.freedesktop.DBus", method, parameters, NULL, G_DBUS_CALL_FLAGS_NONE,
                                      START_MS, NULL, NULL);
}

/* Whether the daemon runs or can be started. libnotify would warn where there is none. */
static gboolean
has_server (void)
{
  g_autoptr (GDBusConnection) connection = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (GVariant) owner = NULL;
  g_autoptr (GVariant) started = NULL;
  gboolean owned = FALSE;

  if (connection == NULL)
    return FALSE;
  /* There the portal shows it, under whatever name libnotify knows. */
  if (xdp_portal_running_under_sandbox ())
    return TRUE;
  owner = call_bus (connection, "NameHasOwner", g_variant_new ("(s)", SERVER));
  if (owner != NULL)
    g_variant_get (owner, "(b)", &owned);
  if (owned)
    return TRUE;
  started = call_bus (connection, "StartServiceByName", g_variant_new ("(su)", SERVER, 0));
  return started != NULL;
}

static gboolean
server_has (const char *capability)
{
  GList *capabilities = notify_get_server_caps ();
  gboolean has = g_list_find_custom (capabilities, capability, (GCompareFunc) g_strcmp0) != NULL;

  g_list_free_full (capabilities, g_free);
  return has;
}

static void
add_buttons (NotifyNotification *notification, GPtrArray *buttons)
{
  notify_notification_clear_actions (notification);
  for (guint i = 0; i < buttons->len; i++)
    {
      const Button *button = g_ptr_array_index (buttons, i);
      Button *copy = g_new0 (Button, 1);

      *copy = (Button) { button->service, g_strdup (button->kind), NULL, g_strdup (button->action), FALSE };
      /* The key says what is meant, so that a button of a notification that was just replaced does not mean the new. */
      notify_notification_add_action (notification, button->is_default ? "default" : button->action, button->label,
                                      pressed_cb, copy, button_free);
    }
}

/* On the worker. */
static void
show_call (gpointer data)
{
  Request *request = data;
  FlowLibnotify *self = request->service;
  NotifyNotification *notification = g_hash_table_lookup (self->notifications, request->kind);
  g_autofree char *markup = NULL;
  g_autoptr (GError) error = NULL;

  if (!has_server () || (!notify_is_initted () && !notify_init ("FlowScope")))
    return;
  if (server_has ("body-markup"))
    markup = g_markup_escape_text (request->body, -1);
  if (notification == NULL)
    {
      notification = notify_notification_new (request->title, NULL, APP_ID);
      notify_notification_set_hint (notification, "desktop-entry", g_variant_new_string (APP_ID));
      g_hash_table_insert (self->notifications, g_strdup (request->kind), notification);
    }
  notify_notification_update (notification, request->title, markup != NULL ? markup : request->body, APP_ID);
  add_buttons (notification, request->buttons);
  if (!notify_notification_show (notification, &error))
    g_debug ("no notification: %s", error->message);
}

/* On the worker. */
static void
withdraw_call (gpointer data)
{
  Request *request = data;
  NotifyNotification *notification = g_hash_table_lookup (request->service->notifications, request->kind);

  if (notification != NULL)
    notify_notification_close (notification, NULL);
}

static Request *
request_new (FlowLibnotify *self, const char *kind)
{
  Request *request = g_new0 (Request, 1);

  request->service = self;
  request->kind = g_strdup (kind);
  return request;
}

static void
flow_libnotify_show (FlowNotificationService *service, const char *kind, const char *title, const char *body,
                     const FlowNotificationButton *buttons, gsize n_buttons)
{
  FlowLibnotify *self = FLOW_LIBNOTIFY (service);
  Request *request = request_new (self, kind);

  request->title = g_strdup (title);
  request->body = g_strdup (body);
  request->buttons = g_ptr_array_new_with_free_func (button_free);
  for (gsize i = 0; i < n_buttons; i++)
    {
      Button *button = g_new0 (Button, 1);

      *button = (Button) { self, g_strdup (kind), g_strdup (buttons[i].label), g_strdup (buttons[i].action),
                           buttons[i].is_default };
      g_ptr_array_add (request->buttons, button);
    }
  flow_worker_invoke (self->worker, show_call, request, request_free);
}

static void
flow_libnotify_withdraw (FlowNotificationService *service, const char *kind)
{
  FlowLibnotify *self = FLOW_LIBNOTIFY (service);

  flow_worker_invoke (self->worker, withdraw_call, request_new (self, kind), request_free);
}

static void
service_init (FlowNotificationServiceInterface *iface)
{
  iface->show = flow_libnotify_show;
  iface->withdraw = flow_libnotify_withdraw;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (FlowLibnotify, flow_libnotify, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (FLOW_TYPE_NOTIFICATION_SERVICE, service_init))

/* On the worker. What is shown asks for answers that nobody would hear. */
static void
close_call (gpointer data)
{
  FlowLibnotify *self = data;
  GHashTableIter iter;
  gpointer notification;

  g_hash_table_iter_init (&iter, self->notifications);
  while (g_hash_table_iter_next (&iter, NULL, &notification))
    notify_notification_close (notification, NULL);
  g_hash_table_remove_all (self->notifications);
  if (notify_is_initted ())
    notify_uninit ();
  g_mutex_lock (&self->mutex);
  self->closed = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
}

/* A daemon that hangs should not keep the program from ending. */
static gboolean
close_in_time (FlowLibnotify *self)
{
  gint64 end_us = g_get_monotonic_time () + CLOSE_MS * 1000;
  gboolean closed;

  flow_worker_invoke (self->worker, close_call, self, NULL);
  g_mutex_lock (&self->mutex);
  while (!self->closed && g_cond_wait_until (&self->cond, &self->mutex, end_us))
    continue;
  closed = self->closed;
  g_mutex_unlock (&self->mutex);
  return closed;
}

static void
flow_libnotify_dispose (GObject *object)
{
  FlowLibnotify *self = FLOW_LIBNOTIFY (object);

  if (self->worker != NULL && !close_in_time (self))
    {
      /* The thread goes on for a while: what it works with stays, and so does the thread, until the process ends. */
      self->worker = NULL;
      g_object_ref (self);
    }
  g_clear_pointer (&self->worker, flow_worker_free);

  G_OBJECT_CLASS (flow_libnotify_parent_class)->dispose (object);
}

static void
flow_libnotify_finalize (GObject *object)
{
  FlowLibnotify *self = FLOW_LIBNOTIFY (object);

  g_hash_table_unref (self->notifications);
  g_main_context_unref (self->main);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);

  G_OBJECT_CLASS (flow_libnotify_parent_class)->finalize (object);
}

static void
flow_libnotify_class_init (FlowLibnotifyClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_libnotify_dispose;
  G_OBJECT_CLASS (klass)->finalize = flow_libnotify_finalize;
}

static void
flow_libnotify_init (FlowLibnotify *self)
{
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->main = g_main_context_ref_thread_default ();
  self->notifications = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->worker = flow_worker_new ("flow-notify");
}

/**
 * flow_notification_service_new:
 *
 * Returns: (transfer full): the notifications of this desktop
 */
FlowNotificationService *
flow_notification_service_new (void)
{
  return g_object_new (FLOW_TYPE_LIBNOTIFY, NULL);
}

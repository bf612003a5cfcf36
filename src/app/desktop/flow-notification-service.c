/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-notification-service"

#include "app/desktop/flow-notification-service.h"

G_DEFINE_INTERFACE (FlowNotificationService, flow_notification_service, G_TYPE_OBJECT)

enum
{
  ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
flow_notification_service_default_init (FlowNotificationServiceInterface *iface)
{
  /**
   * FlowNotificationService::activated:
   * @self: the service
   * @kind: of the notification
   * @action: the detailed action name of the button
   * @token: (nullable): lets the window come to the front
   *
   * Emitted on the thread that made the service, when the user pressed a button. The notification is gone then.
   */
  signals[ACTIVATED] = g_signal_new ("activated", FLOW_TYPE_NOTIFICATION_SERVICE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                     NULL, G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
}

/**
 * flow_notification_service_show:
 * @self: the service
 * @kind: notifications of one kind replace each other
 * @title: one line
 * @body: plain text
 * @buttons: (array length=n_buttons): what can be done
 * @n_buttons: how many
 *
 * Show a notification, or replace the one of this kind.
 */
void
flow_notification_service_show (FlowNotificationService *self, const char *kind, const char *title, const char *body,
                                const FlowNotificationButton *buttons, gsize n_buttons)
{
  g_return_if_fail (FLOW_IS_NOTIFICATION_SERVICE (self));

  FLOW_NOTIFICATION_SERVICE_GET_IFACE (self)->show (self, kind, title, body, buttons, n_buttons);
}

/**
 * flow_notification_service_withdraw:
 * @self: the service
 * @kind: of the notification; it may be gone
 *
 * Take a notification away.
 */
void
flow_notification_service_withdraw (FlowNotificationService *self, const char *kind)
{
  g_return_if_fail (FLOW_IS_NOTIFICATION_SERVICE (self));

  FLOW_NOTIFICATION_SERVICE_GET_IFACE (self)->withdraw (self, kind);
}

/**
 * flow_notification_service_activated:
 * @self: the service
 * @kind: of the notification
 * @action: the detailed action name of the button
 * @token: (nullable): lets the window come to the front
 *
 * For implementations: a button was pressed.
 */
void
flow_notification_service_activated (FlowNotificationService *self, const char *kind, const char *action,
                                     const char *token)
{
  g_signal_emit (self, signals[ACTIVATED], 0, kind, action, token);
}

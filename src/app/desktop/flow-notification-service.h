/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define FLOW_TYPE_NOTIFICATION_SERVICE (flow_notification_service_get_type ())
G_DECLARE_INTERFACE (FlowNotificationService, flow_notification_service, FLOW, NOTIFICATION_SERVICE, GObject)

/**
 * FlowNotificationButton:
 * @label: what it says
 * @action: a detailed action name like `app.preferences::editor`
 * @is_default: no button, but what a click on the notification itself does
 *
 * Something to do from a notification.
 */
typedef struct
{
  const char *label;
  const char *action;
  gboolean is_default;
} FlowNotificationButton;

/**
 * FlowNotificationServiceInterface:
 * @show: show a notification, or replace the one of this kind that is there. Never blocks; a desktop without
 *   notifications does nothing.
 * @withdraw: take the notification of this kind away
 *
 * The desktop's notifications, whatever they are made of.
 */
struct _FlowNotificationServiceInterface
{
  GTypeInterface parent_iface;

  void (*show) (FlowNotificationService *self, const char *kind, const char *title, const char *body,
                const FlowNotificationButton *buttons, gsize n_buttons);
  void (*withdraw) (FlowNotificationService *self, const char *kind);
};

FlowNotificationService *flow_notification_service_new (void);
void flow_notification_service_show (FlowNotificationService *self, const char *kind, const char *title,
                                     const char *body, const FlowNotificationButton *buttons, gsize n_buttons);
void flow_notification_service_withdraw (FlowNotificationService *self, const char *kind);
void flow_notification_service_activated (FlowNotificationService *self, const char *kind, const char *action,
                                          const char *token);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "app/desktop/flow-notification-service.h"
#include "app/desktop/flow-questions.h"
#include "base/flow-settings.h"

G_BEGIN_DECLS

#define FLOW_TYPE_NOTIFIER (flow_notifier_get_type ())
G_DECLARE_FINAL_TYPE (FlowNotifier, flow_notifier, FLOW, NOTIFIER, GObject)

FlowNotifier *flow_notifier_new (FlowNotificationService *service, FlowSettings *settings, FlowQuestions *questions,
                                 guint interval_ms);
void flow_notifier_set_focused (FlowNotifier *self, gboolean focused);
void flow_notifier_show (FlowNotifier *self, const char *kind, const char *title, const char *body,
                         const FlowNotificationButton *buttons, gsize n_buttons);
void flow_notifier_withdraw (FlowNotifier *self, const char *kind);

G_END_DECLS

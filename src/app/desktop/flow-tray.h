/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "app/desktop/flow-questions.h"
#include "app/flow-services.h"

G_BEGIN_DECLS

/**
 * FlowTrayState:
 * @FLOW_TRAY_OK: spans are taken in
 * @FLOW_TRAY_BUSY: long work runs
 * @FLOW_TRAY_PAUSED: the user switched capture off
 * @FLOW_TRAY_OFFLINE: programs cannot send their spans: the hub or one of its doorways is down
 * @FLOW_TRAY_ATTENTION: a question waits for the user
 *
 * What the icon says. Of several that hold, the last one here.
 */
typedef enum
{
  FLOW_TRAY_OK,
  FLOW_TRAY_BUSY,
  FLOW_TRAY_PAUSED,
  FLOW_TRAY_OFFLINE,
  FLOW_TRAY_ATTENTION,
  FLOW_TRAY_N_STATES
} FlowTrayState;

#define FLOW_TYPE_TRAY (flow_tray_get_type ())
G_DECLARE_FINAL_TYPE (FlowTray, flow_tray, FLOW, TRAY, GObject)

FlowTray *flow_tray_new (FlowServices *services, FlowQuestions *questions, GListModel *jobs);
void flow_tray_set_problem (FlowTray *self, const char *problem);
FlowTrayState flow_tray_get_state (FlowTray *self);
const char *flow_tray_get_text (FlowTray *self);
GMenuModel *flow_tray_get_menu (FlowTray *self);

G_END_DECLS

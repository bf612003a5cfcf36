/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-settings.h"

G_BEGIN_DECLS

/**
 * FlowAutostartMethod:
 * @FLOW_AUTOSTART_AUTO: what this installation needs
 * @FLOW_AUTOSTART_FILE: a file in the user's autostart folder
 * @FLOW_AUTOSTART_PORTAL: the desktop is asked by its background portal
 *
 * How the desktop is told to start the program.
 */
typedef enum
{
  FLOW_AUTOSTART_AUTO,
  FLOW_AUTOSTART_FILE,
  FLOW_AUTOSTART_PORTAL,
} FlowAutostartMethod;

#define FLOW_TYPE_AUTOSTART (flow_autostart_get_type ())
G_DECLARE_FINAL_TYPE (FlowAutostart, flow_autostart, FLOW, AUTOSTART, GObject)

FlowAutostart *flow_autostart_new (FlowSettings *settings, FlowAutostartMethod method);
void flow_autostart_start (FlowAutostart *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

#include "base/flow-context.h"

G_BEGIN_DECLS

/**
 * FlowWindowState:
 * @width: width when not maximized, pixels
 * @height: height when not maximized, pixels
 * @maximized: whether it fills the screen
 * @page: (nullable): the page that was shown
 *
 * How the window was left.
 */
typedef struct
{
  int width;
  int height;
  gboolean maximized;
  char *page;
} FlowWindowState;

void flow_window_state_load (FlowWindowState *self, FlowContext *context);
gboolean flow_window_state_save (const FlowWindowState *self, FlowContext *context, GError **error);
void flow_window_state_clear (FlowWindowState *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowWindowState, flow_window_state_clear)

G_END_DECLS

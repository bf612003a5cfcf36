/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-app"

#include "app/flow-app-resources.h"

#include "app/code/flow-app-code.h"
#include "app/connections/flow-app-connections.h"
#include "app/desktop/flow-app-desktop.h"
#include "app/edits/flow-app-edits.h"
#include "app/flow-app-icons.h"
#include "app/shell/flow-app-shell.h"
#include "app/sync/flow-app-sync.h"
#include "app/traces/flow-app-traces.h"
#include "app/welcome/flow-app-welcome.h"

/**
 * flow_app_resources_ensure:
 *
 * Register the templates and style sheets of the window, which a linker drops from a static library otherwise.
 */
void
flow_app_resources_ensure (void)
{
  static gsize done;

  if (g_once_init_enter (&done))
    {
      g_resources_register (flow_app_code_get_resource ());
      g_resources_register (flow_app_connections_get_resource ());
      g_resources_register (flow_app_desktop_get_resource ());
      g_resources_register (flow_app_edits_get_resource ());
      g_resources_register (flow_app_icons_get_resource ());
      g_resources_register (flow_app_shell_get_resource ());
      g_resources_register (flow_app_sync_get_resource ());
      g_resources_register (flow_app_traces_get_resource ());
      g_resources_register (flow_app_welcome_get_resource ());
      g_once_init_leave (&done, 1);
    }
}

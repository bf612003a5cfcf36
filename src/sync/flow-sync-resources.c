/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-resources.h"

#include "sync/flow-sync-sql.h"

/** flow_sync_resources_ensure: register the SQL texts, which a linker drops from a static library otherwise. */
void
flow_sync_resources_ensure (void)
{
  static gsize done;

  if (g_once_init_enter (&done))
    {
      g_resources_register (flow_sync_sql_get_resource ());
      g_once_init_leave (&done, 1);
    }
}

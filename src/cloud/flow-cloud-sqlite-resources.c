/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-sql.h"
#include "cloud/flow-cloud-sqlite.h"

/** flow_cloud_sqlite_resources_ensure: register the SQL texts, which a linker drops from a static library otherwise. */
void
flow_cloud_sqlite_resources_ensure (void)
{
  static gsize done;

  if (g_once_init_enter (&done))
    {
      g_resources_register (flow_cloud_sql_get_resource ());
      g_once_init_leave (&done, 1);
    }
}

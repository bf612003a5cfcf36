/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-store"

#include "store/flow-store-resources.h"

#include "store/flow-store-sql.h"

/**
 * flow_store_resources_ensure:
 *
 * Make sure that the store's SQL can be looked up: in a static library the linker drops a resource that nobody names.
 */
void
flow_store_resources_ensure (void)
{
  static gsize done = 0;

  if (g_once_init_enter (&done))
    {
      g_resources_register (flow_store_sql_get_resource ());
      g_once_init_leave (&done, 1);
    }
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit"

#include "edit/flow-edit-resources.h"

#include "edit/flow-edit-sql.h"

/** flow_edit_resources_ensure: register the SQL texts, which a linker drops from a static library otherwise. */
void
flow_edit_resources_ensure (void)
{
  static gsize done;

  if (g_once_init_enter (&done))
    {
      g_resources_register (flow_edit_sql_get_resource ());
      g_once_init_leave (&done, 1);
    }
}

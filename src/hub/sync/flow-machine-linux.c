/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include "hub/sync/flow-machine.h"

/* machine-id(5): the same as long as the system is installed, another one in a copy that was prepared to be one. */
static char *
read_machine_id (void)
{
  static const char *const paths[] = { "/etc/machine-id", "/var/lib/dbus/machine-id" };
  char *text = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    if (g_file_get_contents (paths[i], &text, NULL, NULL))
      return g_strstrip (text);
  return g_strdup (g_get_host_name ());
}

/**
 * flow_machine_get_mark:
 * @data_dir: a data directory
 *
 * Get what tells this computer and this data directory from others. The id of a computer is for no one else to see
 * (machine-id(5)), so it is a hash over both.
 *
 * Returns: (transfer full): hex digits
 */
char *
flow_machine_get_mark (const char *data_dir)
{
  g_autofree char *id = read_machine_id ();
  g_autofree char *path = g_canonicalize_filename (data_dir, NULL);
  g_autofree char *both = g_strconcat ("flowscope sync\n", id, "\n", path, NULL);

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, both, -1);
}

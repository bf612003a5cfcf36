/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-unit"

#include "app/shell/flow-unit.h"

#define SYSTEMD_NAME "org.freedesktop.systemd1"
#define SYSTEMD_PATH "/org/freedesktop/systemd1"
#define MANAGER "org.freedesktop.systemd1.Manager"

/* The program waits for this at its end. */
#define TIMEOUT_MS 3000

/**
 * flow_unit_start:
 * @unit: a unit of the user's service manager, like `flowscope-hub.service`
 * @error: return location
 *
 * Have systemd start a unit of the user again. Waits until systemd has taken the order, 3 seconds at most, not until
 * the unit runs.
 *
 * Returns: %FALSE with a D-Bus error when there is no systemd or it refuses
 */
gboolean
flow_unit_start (const char *unit, GError **error)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, error);
  g_autoptr (GVariant) answer = NULL;

  if (bus == NULL)
    return FALSE;
  answer = g_dbus_connection_call_sync (bus, SYSTEMD_NAME, SYSTEMD_PATH, MANAGER, "StartUnit",
                                        g_variant_new ("(ss)", unit, "replace"), G_VARIANT_TYPE ("(o)"),
                                        G_DBUS_CALL_FLAGS_NO_AUTO_START, TIMEOUT_MS, NULL, error);
  return answer != NULL;
}

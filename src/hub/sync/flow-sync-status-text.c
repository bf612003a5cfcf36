/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync-status-text"

#include "hub/sync/flow-sync-status-text.h"

#include <glib/gi18n.h>

#include "hub/flow-json-read.h"

static guint
get_count (JsonObject *object, const char *member)
{
  return (guint) CLAMP (flow_json_get_int (object, member), 0, G_MAXINT);
}

/**
 * flow_sync_status_text_differs:
 * @differs: the member of that name in what the verb `sync-status` answers
 *
 * Returns: (transfer full): what another device has otherwise, and what becomes of it
 */
char *
flow_sync_status_text_differs (JsonObject *differs)
{
  guint n = get_count (differs, "tables");
  const char *name = flow_json_get_string (differs, "name");
  const char *device = name != NULL && *name != '\0' ? name : flow_json_get_string (differs, "device");

  /* Translators: what holds here and on another device should be the same, and is not. */
  if (flow_json_get_bool (differs, "stuck"))
    return g_strdup_printf (ngettext ("%u table differs from %s and could not be repaired",
                                      "%u tables differ from %s and could not be repaired", n),
                            n, device);
  return g_strdup_printf (ngettext ("%u table differs from %s, it is being repaired",
                                    "%u tables differ from %s, they are being repaired", n),
                          n, device);
}

/**
 * flow_sync_status_text_repaired:
 * @repaired: the member of that name in what the verb `sync-status` answers
 * @when: its time, in the words of who shows it
 *
 * Returns: (transfer full): how much was repaired, and when last
 */
char *
flow_sync_status_text_repaired (JsonObject *repaired, const char *when)
{
  guint n = get_count (repaired, "records");

  return g_strdup_printf (
      ngettext ("%u record with what other devices have, %s", "%u records with what other devices have, %s", n), n,
      when);
}

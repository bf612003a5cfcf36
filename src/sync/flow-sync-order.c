/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-order.h"

#include <string.h>

/* Sorted by their bytes. A key never ends in the first one, so that there is room before every key. */
static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";

#define BASE (sizeof digits - 1)

static guint
value_of (const char *key, gsize at, guint otherwise)
{
  const char *digit = key != NULL && at < strlen (key) ? strchr (digits, key[at]) : NULL;

  return digit != NULL ? (guint) (digit - digits) : otherwise;
}

/**
 * flow_sync_order_between:
 * @before: (nullable): the key of what comes before, %NULL at the beginning of the list
 * @after: (nullable): the key of what comes after, %NULL at its end
 *
 * Make a key that sorts between two others by its bytes, for the order of a list: nobody else's key has to change. Two
 * devices that put something at the same place at the same time may make the same key; their ids decide then.
 *
 * Returns: (transfer full): the key; behind @before when the two are not in order
 */
char *
flow_sync_order_between (const char *before, const char *after)
{
  GString *key = g_string_new (NULL);

  if (before != NULL && after != NULL && strcmp (before, after) >= 0)
    after = NULL;
  for (gsize i = 0;; i++)
    {
      guint low = value_of (before, i, 0);
      guint high = value_of (after, i, after != NULL && i < strlen (after) ? 0 : BASE);

      if (high - low > 1 && high > low)
        {
          g_string_append_c (key, digits[low + (high - low) / 2]);
          return g_string_free (key, FALSE);
        }
      g_string_append_c (key, digits[low]);
      /* It is before the other one from here on, however it goes on. */
      if (high > low)
        after = NULL;
    }
}

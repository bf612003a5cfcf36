/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-shares.h"

/**
 * FlowCloudShares:
 *
 * Something of which there is only so much, and of which nobody gets more than a part. For any thread.
 */
struct _FlowCloudShares
{
  GMutex mutex;
  GHashTable *taken; /* key -> guint64, of those who have some */
  guint64 all;
  guint64 most;
  guint64 most_each;
};

/**
 * flow_cloud_shares_new:
 * @most: how much there is
 * @most_each: how much one key may have of it
 *
 * Returns: (transfer full): shares, of which nobody has any
 */
FlowCloudShares *
flow_cloud_shares_new (guint64 most, guint64 most_each)
{
  FlowCloudShares *self = g_new0 (FlowCloudShares, 1);

  g_mutex_init (&self->mutex);
  self->taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->most = most;
  self->most_each = most_each;
  return self;
}

/** flow_cloud_shares_free: free it. */
void
flow_cloud_shares_free (FlowCloudShares *self)
{
  g_hash_table_unref (self->taken);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static guint64
get_taken (FlowCloudShares *self, const char *key)
{
  const guint64 *taken = key != NULL ? g_hash_table_lookup (self->taken, key) : NULL;

  return taken != NULL ? *taken : 0;
}

static void
set_taken (FlowCloudShares *self, const char *key, guint64 amount)
{
  if (key == NULL)
    return;
  if (amount == 0)
    g_hash_table_remove (self->taken, key);
  else
    g_hash_table_replace (self->taken, g_strdup (key), g_memdup2 (&amount, sizeof amount));
}

static gboolean
fits (FlowCloudShares *self, const char *key, guint64 amount)
{
  return amount <= self->most - MIN (self->all, self->most) &&
         (key == NULL || amount <= self->most_each - MIN (get_taken (self, key), self->most_each));
}

static void
add (FlowCloudShares *self, const char *key, guint64 amount)
{
  self->all += amount;
  set_taken (self, key, get_taken (self, key) + amount);
}

/**
 * flow_cloud_shares_take:
 * @self: shares
 * @key: (nullable): who wants some; %NULL for somebody whose part is not bounded
 * @amount: how much
 *
 * Take some, or nothing.
 *
 * Returns: whether there was so much
 */
gboolean
flow_cloud_shares_take (FlowCloudShares *self, const char *key, guint64 amount)
{
  gboolean may;

  g_mutex_lock (&self->mutex);
  may = fits (self, key, amount);
  if (may)
    add (self, key, amount);
  g_mutex_unlock (&self->mutex);
  return may;
}

/**
 * flow_cloud_shares_has_room:
 * @self: shares
 * @key: (nullable): who wants some
 *
 * Find out whether somebody may begin what costs nobody knows how much.
 *
 * Returns: whether there is any
 */
gboolean
flow_cloud_shares_has_room (FlowCloudShares *self, const char *key)
{
  gboolean may;

  g_mutex_lock (&self->mutex);
  may = fits (self, key, 1);
  g_mutex_unlock (&self->mutex);
  return may;
}

/**
 * flow_cloud_shares_add:
 * @self: shares
 * @key: (nullable): who has it
 * @amount: how much
 *
 * Count what somebody has, be there so much or not.
 */
void
flow_cloud_shares_add (FlowCloudShares *self, const char *key, guint64 amount)
{
  g_mutex_lock (&self->mutex);
  add (self, key, amount);
  g_mutex_unlock (&self->mutex);
}

/**
 * flow_cloud_shares_give_back:
 * @self: shares
 * @key: (nullable): who had it
 * @amount: how much, of what was taken or added
 *
 * Give it back.
 */
void
flow_cloud_shares_give_back (FlowCloudShares *self, const char *key, guint64 amount)
{
  g_mutex_lock (&self->mutex);
  self->all -= amount;
  set_taken (self, key, get_taken (self, key) - (key != NULL ? amount : 0));
  g_mutex_unlock (&self->mutex);
}

/** flow_cloud_shares_get_taken: how much all have together. */
guint64
flow_cloud_shares_get_taken (FlowCloudShares *self)
{
  guint64 all;

  g_mutex_lock (&self->mutex);
  all = self->all;
  g_mutex_unlock (&self->mutex);
  return all;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-limiter.h"

/* What a key has left. */
typedef struct
{
  char *key;
  FlowCloudRate rate;
  double left;
  gint64 at_us;
  GList link; /* among the others, the one used longest ago first */
} Bucket;

/**
 * FlowCloudLimiter:
 *
 * Token buckets by key, for any thread. When there are as many as there may be, the one that was used longest ago goes:
 * it is the fullest, but for floods of keys, against which the addresses have buckets too.
 */
struct _FlowCloudLimiter
{
  GMutex mutex;
  GHashTable *buckets;
  GQueue order;
  guint max_keys;
};

static void
bucket_free (gpointer data)
{
  Bucket *bucket = data;

  g_free (bucket->key);
  g_free (bucket);
}

/**
 * flow_cloud_limiter_new:
 * @max_keys: most keys that are remembered
 *
 * Returns: (transfer full): a limiter
 */
FlowCloudLimiter *
flow_cloud_limiter_new (guint max_keys)
{
  FlowCloudLimiter *self = g_new0 (FlowCloudLimiter, 1);

  g_mutex_init (&self->mutex);
  self->buckets = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, bucket_free);
  self->max_keys = max_keys;
  return self;
}

/** flow_cloud_limiter_free: free it. */
void
flow_cloud_limiter_free (FlowCloudLimiter *self)
{
  g_hash_table_unref (self->buckets);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static void
drop_oldest (FlowCloudLimiter *self)
{
  Bucket *oldest = self->order.head->data;

  g_queue_unlink (&self->order, &oldest->link);
  g_hash_table_remove (self->buckets, oldest->key);
}

static Bucket *
get_bucket (FlowCloudLimiter *self, const FlowCloudRate *rate, const char *key, gint64 now_us)
{
  Bucket *bucket = g_hash_table_lookup (self->buckets, key);

  if (bucket != NULL)
    {
      g_queue_unlink (&self->order, &bucket->link);
      g_queue_push_tail_link (&self->order, &bucket->link);
      return bucket;
    }
  if (self->order.length >= self->max_keys)
    drop_oldest (self);
  bucket = g_new0 (Bucket, 1);
  bucket->key = g_strdup (key);
  bucket->rate = *rate;
  bucket->left = rate->burst;
  bucket->at_us = now_us;
  bucket->link.data = bucket;
  g_hash_table_insert (self->buckets, bucket->key, bucket);
  g_queue_push_tail_link (&self->order, &bucket->link);
  return bucket;
}

/**
 * flow_cloud_limiter_take:
 * @self: a limiter
 * @rate: how often what the key stands for may happen
 * @key: what it is, and whose
 * @now_us: the monotonic time
 * @retry_s: (out): in how many seconds it may be tried again, at least 1, when it may not happen
 *
 * Find out whether something may happen now, and count it if so.
 *
 * Returns: whether it may
 */
gboolean
flow_cloud_limiter_take (FlowCloudLimiter *self, const FlowCloudRate *rate, const char *key, gint64 now_us,
                         guint *retry_s)
{
  Bucket *bucket;
  gboolean may;

  g_mutex_lock (&self->mutex);
  bucket = get_bucket (self, rate, key, now_us);
  bucket->left += (double) MAX (now_us - bucket->at_us, 0) / 1000.0 / rate->every_ms;
  bucket->left = MIN (bucket->left, rate->burst);
  bucket->at_us = now_us;
  may = bucket->left >= 1;
  if (may)
    bucket->left -= 1;
  else
    *retry_s = 1 + (guint) ((1 - bucket->left) * rate->every_ms / 1000.0);
  g_mutex_unlock (&self->mutex);
  return may;
}

/**
 * flow_cloud_limiter_give_back:
 * @self: a limiter
 * @key: what was taken
 *
 * Uncount it: it was no guess.
 */
void
flow_cloud_limiter_give_back (FlowCloudLimiter *self, const char *key)
{
  Bucket *bucket;

  g_mutex_lock (&self->mutex);
  bucket = g_hash_table_lookup (self->buckets, key);
  if (bucket != NULL)
    bucket->left = MIN (bucket->left + 1, bucket->rate.burst);
  g_mutex_unlock (&self->mutex);
}

/** flow_cloud_limiter_get_size: how many keys are remembered. */
guint
flow_cloud_limiter_get_size (FlowCloudLimiter *self)
{
  guint size;

  g_mutex_lock (&self->mutex);
  size = self->order.length;
  g_mutex_unlock (&self->mutex);
  return size;
}

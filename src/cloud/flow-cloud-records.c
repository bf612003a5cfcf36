/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-records.h"

/**
 * flow_cloud_snapshot_clear:
 * @snapshot: a snapshot
 *
 * Free what it has, and make it none.
 */
void
flow_cloud_snapshot_clear (FlowCloudSnapshot *snapshot)
{
  g_clear_pointer (&snapshot->vector, g_bytes_unref);
  snapshot->scope[0] = '\0';
}

/**
 * flow_cloud_snapshot_free:
 * @snapshot: (transfer full): a snapshot
 *
 * Free it.
 */
void
flow_cloud_snapshot_free (FlowCloudSnapshot *snapshot)
{
  flow_cloud_snapshot_clear (snapshot);
  g_free (snapshot);
}

/** flow_cloud_digest_free: free it. */
void
flow_cloud_digest_free (FlowCloudDigest *digest)
{
  g_clear_pointer (&digest->vector, g_bytes_unref);
  g_free (digest->body);
  g_free (digest);
}

/**
 * flow_cloud_conflict_clear:
 * @conflict: a conflict
 *
 * Free what it has.
 */
void
flow_cloud_conflict_clear (FlowCloudConflict *conflict)
{
  g_clear_pointer (&conflict->scope, g_free);
  g_clear_pointer (&conflict->table, g_free);
  g_clear_pointer (&conflict->kind, g_free);
  g_clear_pointer (&conflict->body, g_bytes_unref);
}

/**
 * flow_cloud_conflict_free:
 * @conflict: (transfer full): a conflict
 *
 * Free it.
 */
void
flow_cloud_conflict_free (FlowCloudConflict *conflict)
{
  flow_cloud_conflict_clear (conflict);
  g_free (conflict);
}

/**
 * flow_cloud_letter_free:
 * @letter: (transfer full): a letter
 *
 * Free it.
 */
void
flow_cloud_letter_free (FlowCloudLetter *letter)
{
  g_free (letter->kind);
  g_clear_pointer (&letter->body, g_bytes_unref);
  g_free (letter);
}

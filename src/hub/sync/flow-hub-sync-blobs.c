/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include "base/flow-id.h"
#include "hub/sync/flow-hub-sync-private.h"

/* Blobs of sealed bytes at the cloud: what is in them is the business of who puts them there. */

#define ID_SIZE FLOW_TRACE_BLOB_ID_SIZE
#define MAX_BLOB FLOW_TRACE_PACK_MAX

static char *
make_path (const guint8 *id)
{
  char hex[2 * ID_SIZE + 1];

  flow_id_to_hex (id, ID_SIZE, hex);
  return g_strconcat ("/api/blobs/", hex, NULL);
}

static void
changed_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  if (flow_sync_job_is_well (data, answer, error))
    flow_sync_job_end (data, NULL, NULL, NULL);
}

/* That it is gone already is as good, and what the cloud needs for something else is not ours to take away. */
static void
removed_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  gboolean stays = answer != NULL &&
                   (answer->status == SOUP_STATUS_NOT_FOUND || answer->status == SOUP_STATUS_CONFLICT);

  if (stays || flow_sync_job_is_well (data, answer, error))
    flow_sync_job_end (data, NULL, NULL, NULL);
}

static void
fetched_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  if (flow_sync_job_is_well (data, answer, error))
    flow_sync_job_end (data, NULL, answer->body, NULL);
}

static void
put (gpointer blobs, const guint8 *id, GBytes *sealed, FlowTraceBlobDone done, gpointer data)
{
  g_autofree char *path = make_path (id);

  flow_sync_job_send (flow_sync_job_new_blob (blobs, done, data), SOUP_METHOD_PUT, path, FLOW_REMOTE_BYTES, sealed,
                      FLOW_REMOTE_MAX_JSON, changed_cb);
}

static void
get (gpointer blobs, const guint8 *id, FlowTraceBlobDone done, gpointer data)
{
  g_autofree char *path = make_path (id);

  flow_sync_job_send (flow_sync_job_new_blob (blobs, done, data), SOUP_METHOD_GET, path, NULL, NULL, MAX_BLOB,
                      fetched_cb);
}

static void
remove_blob (gpointer blobs, const guint8 *id, FlowTraceBlobDone done, gpointer data)
{
  g_autofree char *path = make_path (id);

  flow_sync_job_send (flow_sync_job_new_blob (blobs, done, data), SOUP_METHOD_DELETE, path, NULL, NULL,
                      FLOW_REMOTE_MAX_JSON, removed_cb);
}

const FlowTraceBlobs flow_hub_sync_blobs = { put, get, remove_blob };

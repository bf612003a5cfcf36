/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "base/flow-id.h"
#include "cloud/flow-cloud-private.h"

#define MB ((guint64) 1024 * 1024)

/* What requests under way may have: all of them, and those of one user. The largest body fits into a user's part. */
static const struct
{
  guint64 most;
  guint64 most_each;
} bounds[FLOW_CLOUD_N_BOUNDS] = {
  [FLOW_CLOUD_BOUND_REQUESTS] = { G_MAXUINT64, 64 },
  [FLOW_CLOUD_BOUND_BODIES] = { 256 * MB, 80 * MB },
  [FLOW_CLOUD_BOUND_ANSWERS] = { 256 * MB, 64 * MB },
  [FLOW_CLOUD_BOUND_EXPORTS] = { 4, 1 },
  [FLOW_CLOUD_BOUND_EXPORTING] = { 1, 1 },
};

/** flow_cloud_bounds_init: nobody has anything. */
void
flow_cloud_bounds_init (FlowCloud *self)
{
  for (guint i = 0; i < FLOW_CLOUD_N_BOUNDS; i++)
    self->bounds[i] = flow_cloud_shares_new (bounds[i].most, bounds[i].most_each);
}

/** flow_cloud_bounds_clear: forget who has what. */
void
flow_cloud_bounds_clear (FlowCloud *self)
{
  for (guint i = 0; i < FLOW_CLOUD_N_BOUNDS; i++)
    g_clear_pointer (&self->bounds[i], flow_cloud_shares_free);
}

/* Who is not signed in sends next to nothing, and from an address that is bounded. */
static const char *
get_key (FlowCloudExchange *exchange, char *hex)
{
  if ((exchange->request.route->flags & FLOW_CLOUD_ROUTE_PUBLIC) != 0)
    return NULL;
  flow_id_to_hex (exchange->claims.user, FLOW_CLOUD_ID_SIZE, hex);
  return hex;
}

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_BUSY, message);
  return FALSE;
}

/**
 * flow_cloud_bounds_take:
 * @exchange: an exchange whose route and claims are known
 * @bound: of what
 * @amount: how much
 * @error: return location
 *
 * Take what a request needs. It has it until it is freed. Any thread.
 *
 * Returns: %FALSE with %FLOW_CLOUD_ERROR_BUSY
 */
gboolean
flow_cloud_bounds_take (FlowCloudExchange *exchange, FlowCloudBound bound, guint64 amount, GError **error)
{
  char hex[FLOW_CLOUD_ID_HEX];

  if (!flow_cloud_shares_take (exchange->request.cloud->bounds[bound], get_key (exchange, hex), amount))
    return refuse (error, "too much is under way");
  exchange->taken[bound] += amount;
  return TRUE;
}

/**
 * flow_cloud_bounds_may_answer:
 * @exchange: an exchange that is about to be answered
 * @error: return location
 *
 * Find out whether there is memory for its answer. Any thread.
 *
 * Returns: %FALSE with %FLOW_CLOUD_ERROR_BUSY while too many answers are not read
 */
gboolean
flow_cloud_bounds_may_answer (FlowCloudExchange *exchange, GError **error)
{
  char hex[FLOW_CLOUD_ID_HEX];
  FlowCloudShares *answers = exchange->request.cloud->bounds[FLOW_CLOUD_BOUND_ANSWERS];

  return flow_cloud_shares_has_room (answers, get_key (exchange, hex)) ||
         refuse (error, "too many answers have not been read");
}

/** flow_cloud_bounds_note_answer: count an answer until its exchange is freed; a file is not in memory. Any thread. */
void
flow_cloud_bounds_note_answer (FlowCloudExchange *exchange)
{
  char hex[FLOW_CLOUD_ID_HEX];
  gboolean is_file = exchange->taken[FLOW_CLOUD_BOUND_EXPORTS] > 0;
  gsize size = exchange->answer != NULL && !is_file ? g_bytes_get_size (exchange->answer) : 0;

  flow_cloud_shares_add (exchange->request.cloud->bounds[FLOW_CLOUD_BOUND_ANSWERS], get_key (exchange, hex), size);
  exchange->taken[FLOW_CLOUD_BOUND_ANSWERS] += size;
}

/** flow_cloud_bounds_give_back: give back what an exchange has of something. Any thread. */
void
flow_cloud_bounds_give_back (FlowCloudExchange *exchange, FlowCloudBound bound)
{
  char hex[FLOW_CLOUD_ID_HEX];

  if (exchange->taken[bound] == 0)
    return;
  flow_cloud_shares_give_back (exchange->request.cloud->bounds[bound], get_key (exchange, hex), exchange->taken[bound]);
  exchange->taken[bound] = 0;
}

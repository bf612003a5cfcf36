/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "base/flow-id.h"
#include "cloud/flow-cloud-private.h"

/* Of an address that has not shown who it is. */
static const FlowCloudRate stranger_rate = { .burst = 200, .every_ms = 50 };
/* Of a signed-in device. */
static const FlowCloudRate device_rate = { .burst = 1000, .every_ms = 5 };
/* Passwords that are tried: of an address, of it for one name, and for a name by everybody together, so that nobody
   alone keeps others from signing in; and accounts that are made. */
static const FlowCloudRate guess_rate = { .burst = 30, .every_ms = 2000 };
static const FlowCloudRate name_rate = { .burst = 10, .every_ms = 6000 };
static const FlowCloudRate everybody_rate = { .burst = 100, .every_ms = 600 };
static const FlowCloudRate account_rate = { .burst = 10, .every_ms = 30000 };

static gboolean
take (FlowCloud *self, const FlowCloudRate *rate, const char *key, guint *retry_s)
{
  if (!self->options->limits)
    return TRUE;
  return flow_cloud_limiter_take (self->limiter, rate, key, flow_clock_monotonic_us (self->clock), retry_s);
}

/**
 * flow_cloud_rates_take_stranger:
 * @self: the cloud
 * @peer: an address
 * @retry_s: (out): in how many seconds it may be tried again
 *
 * Count a request of somebody who has not shown who he is. Any thread.
 *
 * Returns: whether it may be answered
 */
gboolean
flow_cloud_rates_take_stranger (FlowCloud *self, const char *peer, guint *retry_s)
{
  g_autofree char *group = flow_cloud_address_group (peer);
  g_autofree char *key = g_strconcat ("stranger ", group, NULL);

  return take (self, &stranger_rate, key, retry_s);
}

/**
 * flow_cloud_rates_take_device:
 * @self: the cloud
 * @claims: who asks
 * @retry_s: (out): in how many seconds it may be tried again
 *
 * Count a request of a signed-in device. Any thread.
 *
 * Returns: whether it may be answered
 */
gboolean
flow_cloud_rates_take_device (FlowCloud *self, const FlowCloudClaims *claims, guint *retry_s)
{
  char user[FLOW_CLOUD_ID_HEX], device[FLOW_CLOUD_ID_HEX];
  g_autofree char *key = NULL;

  flow_id_to_hex (claims->user, FLOW_CLOUD_ID_SIZE, user);
  flow_id_to_hex (claims->device, FLOW_CLOUD_ID_SIZE, device);
  key = g_strconcat ("device ", user, " ", device, NULL);
  return take (self, &device_rate, key, retry_s);
}

static gboolean
take_for (FlowCloudExchange *exchange, guint slot, const FlowCloudRate *rate, char *key, guint *retry_s)
{
  gboolean taken = take (exchange->request.cloud, rate, key, retry_s);

  g_free (exchange->limit_keys[slot]);
  exchange->limit_keys[slot] = taken ? g_strdup (key) : NULL;
  g_free (key);
  return taken;
}

/**
 * flow_cloud_rates_take_guess:
 * @exchange: an exchange with a password
 * @name: (nullable): whose password it would be; %NULL when one is made
 * @retry_s: (out): in how many seconds it may be tried again
 *
 * Count a password that is tried: against the address, and against the name, be there such a user or not.
 *
 * Returns: whether it may be
 */
gboolean
flow_cloud_rates_take_guess (FlowCloudExchange *exchange, const char *name, guint *retry_s)
{
  g_autofree char *group = flow_cloud_address_group (exchange->request.peer);

  if (name == NULL)
    return take_for (exchange, 0, &account_rate, g_strconcat ("account ", group, NULL), retry_s);
  return take_for (exchange, 0, &guess_rate, g_strconcat ("guess ", group, NULL), retry_s) &&
         take_for (exchange, 1, &name_rate, g_strconcat ("name ", group, " ", name, NULL), retry_s) &&
         take_for (exchange, 2, &everybody_rate, g_strconcat ("everybody ", name, NULL), retry_s);
}

/** flow_cloud_rates_give_back: it was no guess. */
void
flow_cloud_rates_give_back (FlowCloudExchange *exchange)
{
  for (guint i = 0; i < G_N_ELEMENTS (exchange->limit_keys); i++)
    if (exchange->limit_keys[i] != NULL)
      flow_cloud_limiter_give_back (exchange->request.cloud->limiter, exchange->limit_keys[i]);
}

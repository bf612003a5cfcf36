/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-health"

#include "router/flow-health-private.h"

#include <string.h>

/* More than these are not watched one by one. */
#define MAX_CHANNELS 256

/**
 * FlowHealth:
 *
 * Keeps an eye on the connections: who is there, how quickly they answer, whether messages get stuck. It has no clock
 * of its own and opens nothing: it is told what happens, and asked. Belongs to one thread.
 *
 * A channel that says goodbye is forgotten, as people close their editors; one that is lost counts as missing until it
 * is back, at most ten minutes.
 */

static void
channel_free (gpointer data)
{
  FlowHealthChannel *channel = data;

  g_free (channel->name);
  g_free (channel);
}

static FlowHealthChannel *
find_channel (FlowHealth *self, const char *name, guint *index)
{
  for (guint i = 0; i < self->channels->len; i++)
    {
      FlowHealthChannel *channel = g_ptr_array_index (self->channels, i);

      if (g_str_equal (channel->name, name))
        {
          *index = i;
          return channel;
        }
    }
  return NULL;
}

/**
 * flow_health_new:
 * @clock: (nullable): what time it is
 * @funcs: what it needs of its owner
 * @data: for them
 *
 * Returns: (transfer full): an eye on nothing yet
 */
FlowHealth *
flow_health_new (const FlowClock *clock, const FlowHealthFuncs *funcs, gpointer data)
{
  FlowHealth *self = g_new0 (FlowHealth, 1);

  self->clock = clock;
  self->funcs = *funcs;
  self->data = data;
  self->channels = g_ptr_array_new_with_free_func (channel_free);
  self->next_look_us = flow_clock_monotonic_us (clock);
  self->next_ping_us = self->next_look_us + FLOW_HEALTH_PING_US;
  return self;
}

/**
 * flow_health_free:
 * @self: (transfer full): health
 *
 * Free it.
 */
void
flow_health_free (FlowHealth *self)
{
  g_ptr_array_unref (self->channels);
  g_free (self);
}

static void
make_room (FlowHealth *self)
{
  for (guint i = 0; self->channels->len >= MAX_CHANNELS && i < self->channels->len; i++)
    if (!((FlowHealthChannel *) g_ptr_array_index (self->channels, i))->connected)
      g_ptr_array_remove_index (self->channels, i--);
}

/**
 * flow_health_connected:
 * @self: health
 * @channel: a channel's full name
 *
 * Note that a channel is there, for the first time or again.
 */
void
flow_health_connected (FlowHealth *self, const char *channel)
{
  guint index;
  FlowHealthChannel *known = find_channel (self, channel, &index);

  if (known == NULL)
    {
      make_room (self);
      if (self->channels->len >= MAX_CHANNELS)
        return;
      known = g_new0 (FlowHealthChannel, 1);
      known->name = g_strdup (channel);
      g_ptr_array_add (self->channels, known);
    }
  known->connected = TRUE;
  known->since_us = flow_clock_monotonic_us (self->clock);
  known->seen_ns = flow_clock_wall_ns (self->clock);
}

/**
 * flow_health_disconnected:
 * @self: health
 * @channel: a channel's full name
 * @on_purpose: whether it said goodbye
 *
 * Note that a channel is gone.
 */
void
flow_health_disconnected (FlowHealth *self, const char *channel, gboolean on_purpose)
{
  guint index;
  FlowHealthChannel *known = find_channel (self, channel, &index);

  if (known == NULL)
    return;
  if (on_purpose)
    {
      g_ptr_array_remove_index (self->channels, index);
      return;
    }
  known->connected = FALSE;
  known->since_us = flow_clock_monotonic_us (self->clock);
  known->seen_ns = flow_clock_wall_ns (self->clock);
  known->losses |= 1;
}

/**
 * flow_health_round_trip:
 * @self: health
 * @channel: a channel's full name
 * @round_trip_us: how long its answer to a `ping` took, in microseconds
 *
 * Note that a channel answered.
 */
void
flow_health_round_trip (FlowHealth *self, const char *channel, guint64 round_trip_us)
{
  guint index;
  FlowHealthChannel *known = find_channel (self, channel, &index);

  if (known == NULL)
    return;
  known->seen_ns = flow_clock_wall_ns (self->clock);
  flow_latency_add (&known->latency, round_trip_us);
}

/**
 * flow_health_synced:
 * @self: health
 * @well: whether it went well
 * @conflicts: what it left for the user to decide
 *
 * Note that everything was synced with the cloud, or was to be.
 */
void
flow_health_synced (FlowHealth *self, gboolean well, guint conflicts)
{
  gint64 slot = flow_clock_monotonic_us (self->clock) / FLOW_HEALTH_SLOT_US;
  FlowHealthSyncs *syncs = &self->syncs[slot % FLOW_HEALTH_SLOTS];

  if (syncs->slot != slot)
    *syncs = (FlowHealthSyncs) { .slot = slot };
  syncs->total++;
  syncs->good += well ? 1 : 0;
  syncs->conflicts += conflicts;
}

static void
look (FlowHealth *self)
{
  FlowHealthFacts facts = { 0 };
  guint64 at = self->n_counted++ % FLOW_HEALTH_HOUR;

  self->funcs.gather (&facts, self->data);
  self->died[at] = facts.died;
  self->refused[at] = facts.refused;
  for (guint i = 0; i < self->channels->len; i++)
    {
      FlowHealthChannel *channel = g_ptr_array_index (self->channels, i);

      channel->looks = channel->looks << 1 | (channel->connected ? 1 : 0);
      channel->losses <<= 1;
      channel->n_looks = MIN (channel->n_looks + 1, FLOW_HEALTH_LOOKS);
      if (!channel->connected && (channel->looks & ((1u << FLOW_HEALTH_LOOKS) - 1)) == 0 &&
          channel->n_looks == FLOW_HEALTH_LOOKS)
        g_ptr_array_remove_index (self->channels, i--);
    }
}

/**
 * flow_health_tick:
 * @self: health
 *
 * Do what is due: look who is connected each 30 s, have everybody pinged each 60 s. Times that were missed, as the
 * machine slept, are not made up for.
 *
 * Returns: when to call again, in microseconds of the monotonic clock
 */
gint64
flow_health_tick (FlowHealth *self)
{
  gint64 now = flow_clock_monotonic_us (self->clock);

  if (now >= self->next_look_us)
    {
      look (self);
      self->next_look_us = now + FLOW_HEALTH_LOOK_US;
    }
  if (now >= self->next_ping_us)
    {
      self->funcs.ping (self->data);
      self->next_ping_us = now + FLOW_HEALTH_PING_US;
    }
  return MIN (self->next_look_us, self->next_ping_us);
}

static double
availability (const FlowHealthChannel *channel)
{
  guint32 looks = channel->looks & ((1u << FLOW_HEALTH_LOOKS) - 1);

  if (channel->n_looks == 0)
    return channel->connected ? 1 : 0;
  return __builtin_popcount (looks) / (double) channel->n_looks;
}

/* How far a counter rose within the hour; one that starts again counts from nothing. */
static guint64
within_hour (const FlowHealth *self, const guint64 *ring, guint64 now)
{
  guint64 before;

  if (self->n_counted == 0)
    return 0;
  before = ring[self->n_counted < FLOW_HEALTH_HOUR ? 0 : self->n_counted % FLOW_HEALTH_HOUR];
  return now > before ? now - before : 0;
}

static void
judge_channels (FlowHealth *self, FlowHealthVerdict *verdict)
{
  double available = 0, latency = 0;
  guint answering = 0;

  for (guint i = 0; i < self->channels->len; i++)
    {
      const FlowHealthChannel *channel = g_ptr_array_index (self->channels, i);
      FlowLatencySummary summary;

      available += availability (channel);
      if (!channel->connected || !flow_latency_summarise (&channel->latency, &summary))
        continue;
      latency += flow_health_score_latency (summary.p50_ms);
      answering++;
    }
  verdict->connectivity.channels = self->channels->len;
  verdict->connectivity.availability = self->channels->len > 0 ? available / self->channels->len : 0;
  verdict->scores[FLOW_HEALTH_LATENCY] = answering > 0 ? (int) (latency / answering + 0.5) : FLOW_HEALTH_NO_DATA;
}

static void
judge_syncs (FlowHealth *self, FlowHealthVerdict *verdict)
{
  gint64 slot = flow_clock_monotonic_us (self->clock) / FLOW_HEALTH_SLOT_US;

  for (guint i = 0; i < FLOW_HEALTH_SLOTS; i++)
    {
      const FlowHealthSyncs *syncs = &self->syncs[i];

      if (syncs->slot <= slot - FLOW_HEALTH_SLOTS)
        continue;
      verdict->syncs.total += syncs->total;
      verdict->syncs.good += syncs->good;
      verdict->syncs.conflicts += syncs->conflicts;
    }
  verdict->scores[FLOW_HEALTH_SYNC] = flow_health_score_sync (verdict->syncs.total, verdict->syncs.good,
                                                              verdict->syncs.conflicts);
}

/** flow_health_judge: (out caller-allocates) @verdict: put everything together. */
void
flow_health_judge (FlowHealth *self, FlowHealthVerdict *verdict)
{
  FlowHealthConnectivity *connectivity = &verdict->connectivity;

  memset (verdict, 0, sizeof *verdict);
  self->funcs.gather (&verdict->facts, self->data);
  judge_channels (self, verdict);
  judge_syncs (self, verdict);
  connectivity->waiting = verdict->facts.waiting;
  connectivity->fill = verdict->facts.fill;
  connectivity->died = within_hour (self, self->died, verdict->facts.died);
  connectivity->refused = within_hour (self, self->refused, verdict->facts.refused);
  verdict->scores[FLOW_HEALTH_CONNECTIVITY] = flow_health_score_connectivity (connectivity);
  verdict->overall = flow_health_score_overall (verdict->scores, verdict->weights);
}

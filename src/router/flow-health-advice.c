/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-health"

#include <glib/gi18n.h>

#include "router/flow-health-private.h"

/* More than a person reads at once. */
#define MAX_ADVICE 10
#define MANY_LOSSES 3
#define SLOW_MS 500.0
#define FILLING 0.5

static void
advise_channel (FlowHealth *self, const FlowHealthChannel *channel, GPtrArray *advice)
{
  gint64 minutes = (flow_clock_monotonic_us (self->clock) - channel->since_us) / (60 * G_USEC_PER_SEC);
  guint losses = (guint) __builtin_popcount (channel->losses & ((1u << FLOW_HEALTH_LOOKS) - 1));
  FlowLatencySummary summary;

  if (!channel->connected && minutes == 0)
    g_ptr_array_add (
        advice, g_strdup_printf (_ ("%s was lost just now; it comes back by itself when it is there."), channel->name));
  else if (!channel->connected)
    g_ptr_array_add (
        advice,
        g_strdup_printf (ngettext ("%s was lost %d minute ago; see whether its program still runs.",
                                   "%s was lost %d minutes ago; see whether its program still runs.", (gulong) minutes),
                         channel->name, (int) minutes));
  else if (losses >= MANY_LOSSES)
    g_ptr_array_add (advice, g_strdup_printf (_ ("%s was lost %u times within ten minutes; look into its log."),
                                              channel->name, losses));
  if (channel->connected && flow_latency_summarise (&channel->latency, &summary) && summary.p99_ms >= SLOW_MS)
    g_ptr_array_add (advice, g_strdup_printf (_ ("%s takes up to %d ms to answer; it is busy with something else."),
                                              channel->name, (int) summary.p99_ms));
}

static void
advise_outbox (const FlowHealthVerdict *verdict, GPtrArray *advice)
{
  const FlowHealthFacts *facts = &verdict->facts;
  guint64 died = verdict->connectivity.died;

  if (died > 0)
    g_ptr_array_add (advice,
                     g_strdup_printf (ngettext ("%d message could not be delivered within the last hour; “flowctl "
                                                "outbox” shows it and sends it again.",
                                                "%d messages could not be delivered within the last hour; “flowctl "
                                                "outbox” shows them and sends them again.",
                                                (gulong) died),
                                      (int) died));
  if (facts->fill >= FILLING)
    g_ptr_array_add (advice, g_strdup_printf (_ ("The outbox is %d %% full; connect those whom it is for, or drop "
                                                 "what is not needed with “flowctl outbox”."),
                                              (int) (MIN (facts->fill, 1) * 100)));
  else if (facts->waiting > 0)
    g_ptr_array_add (advice,
                     g_strdup_printf (ngettext ("%d message waits for somebody who is not connected; “flowctl outbox” "
                                                "says for whom.",
                                                "%d messages wait for somebody who is not connected; “flowctl outbox” "
                                                "says for whom.",
                                                (gulong) facts->waiting),
                                      (int) facts->waiting));
}

static void
advise_rest (const FlowHealthVerdict *verdict, GPtrArray *advice)
{
  guint64 refused = verdict->connectivity.refused;

  if (refused > 0)
    g_ptr_array_add (advice,
                     g_strdup_printf (ngettext ("%d message or request was refused within the last hour; “flowctl "
                                                "status” says why.",
                                                "%d messages or requests were refused within the last hour; “flowctl "
                                                "status” says why.",
                                                (gulong) refused),
                                      (int) refused));
  if (verdict->syncs.good < verdict->syncs.total)
    g_ptr_array_add (advice, g_strdup_printf (_ ("%u of %u syncs failed within the last hour."),
                                              verdict->syncs.total - verdict->syncs.good, verdict->syncs.total));
  if (verdict->syncs.conflicts > 0)
    g_ptr_array_add (advice,
                     g_strdup_printf (ngettext ("%u conflict waits for your decision.",
                                                "%u conflicts wait for your decision.", verdict->syncs.conflicts),
                                      verdict->syncs.conflicts));
  if (verdict->connectivity.channels == 0)
    g_ptr_array_add (advice, g_strdup (_ ("Nothing is connected; open an editor with FlowScope’s extension.")));
}

/**
 * flow_health_advise:
 * @self: health
 * @verdict: what it says
 *
 * Say what to do, the most urgent first.
 *
 * Returns: (transfer full) (element-type utf8): at most ten sentences
 */
GPtrArray *
flow_health_advise (FlowHealth *self, const FlowHealthVerdict *verdict)
{
  GPtrArray *advice = g_ptr_array_new_with_free_func (g_free);

  advise_outbox (verdict, advice);
  for (guint i = 0; i < self->channels->len; i++)
    advise_channel (self, g_ptr_array_index (self->channels, i), advice);
  if (self->funcs.advise != NULL)
    self->funcs.advise (advice, self->data);
  advise_rest (verdict, advice);
  if (advice->len > MAX_ADVICE)
    g_ptr_array_set_size (advice, MAX_ADVICE);
  return advice;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-guesses"

#include "hub/flow-guesses.h"

#define KEPT 64
#define STEP_US (60 * G_USEC_PER_SEC / FLOW_GUESSES_FREE)

typedef struct
{
  char *who;
  gint64 debt_us; /* until when its wrong tokens count */
} Guesser;

/**
 * FlowGuesses:
 *
 * Who has sent wrong tokens. After some of them each further one is answered late, also to this machine's own
 * programs and pages: whoever guesses gets nowhere, and nobody with the right token waits. Belongs to the hub thread.
 */
struct _FlowGuesses
{
  const FlowClock *clock;
  GQueue guessers; /* of Guesser, the last one last */
};

static void
guesser_free (gpointer data)
{
  Guesser *guesser = data;

  g_free (guesser->who);
  g_free (guesser);
}

/**
 * flow_guesses_new:
 * @clock: what time it is
 *
 * Returns: (transfer full): a list of nobody
 */
FlowGuesses *
flow_guesses_new (const FlowClock *clock)
{
  FlowGuesses *self = g_new0 (FlowGuesses, 1);

  self->clock = clock;
  g_queue_init (&self->guessers);
  return self;
}

/**
 * flow_guesses_free:
 * @self: (transfer full): a list
 *
 * Free it.
 */
void
flow_guesses_free (FlowGuesses *self)
{
  g_queue_clear_full (&self->guessers, guesser_free);
  g_free (self);
}

static Guesser *
touch (FlowGuesses *self, const char *who)
{
  Guesser *guesser;

  for (GList *link = self->guessers.head; link != NULL; link = link->next)
    {
      guesser = link->data;
      if (!g_str_equal (guesser->who, who))
        continue;
      g_queue_unlink (&self->guessers, link);
      g_queue_push_tail_link (&self->guessers, link);
      return guesser;
    }
  if (self->guessers.length >= KEPT)
    guesser_free (g_queue_pop_head (&self->guessers));
  guesser = g_new0 (Guesser, 1);
  guesser->who = g_strdup (who);
  g_queue_push_tail (&self->guessers, guesser);
  return guesser;
}

/**
 * flow_guesses_note:
 * @self: a list
 * @who: a web origin, or a user
 *
 * Note that a wrong token came.
 *
 * Returns: how many milliseconds the answer should take
 */
guint
flow_guesses_note (FlowGuesses *self, const char *who)
{
  gint64 now_us = flow_clock_monotonic_us (self->clock);
  Guesser *guesser = touch (self, who);
  gint64 ahead_us = FLOW_GUESSES_FREE * STEP_US;

  guesser->debt_us = MIN (MAX (guesser->debt_us, now_us) + STEP_US, now_us + 2 * ahead_us);
  return guesser->debt_us > now_us + ahead_us ? FLOW_GUESSES_DELAY_MS : 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-clock.h"

G_BEGIN_DECLS

/** FLOW_GUESSES_FREE: wrong tokens in a minute after which a sender is slowed. */
#define FLOW_GUESSES_FREE 5
/** FLOW_GUESSES_DELAY_MS: how long the answer to each further one takes. */
#define FLOW_GUESSES_DELAY_MS 250

typedef struct _FlowGuesses FlowGuesses;

FlowGuesses *flow_guesses_new (const FlowClock *clock);
void flow_guesses_free (FlowGuesses *self);
guint flow_guesses_note (FlowGuesses *self, const char *who);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowGuesses, flow_guesses_free)

G_END_DECLS

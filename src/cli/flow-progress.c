/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-progress"

#include "cli/flow-progress.h"

#include <glib/gi18n.h>
#include <signal.h>
#include <stdio.h>

#include "base/flow-clock.h"
#include "base/flow-error.h"
#include "cli/flow-terminal.h"

#define SHOW_AFTER_US (G_USEC_PER_SEC / 2)
#define SHOW_EVERY_US (G_USEC_PER_SEC / 10)

struct _FlowProgress
{
  char *what;
  GCancellable *cancellable;
  gboolean terminal;
  gboolean shown;
  gint64 next_us;
  struct sigaction before;
};

/* The one thing that a signal handler may do. */
static volatile sig_atomic_t interrupted;

static void
interrupt_cb (int number)
{
  interrupted = 1;
}

/**
 * flow_progress_new:
 * @what: what is done, "Importing"
 *
 * Begin a long command.
 *
 * Returns: (transfer full): its progress
 */
FlowProgress *
flow_progress_new (const char *what)
{
  FlowProgress *self = g_new0 (FlowProgress, 1);
  /* The second Ctrl-C ends the process, should the first one not be enough. */
  struct sigaction action = { .sa_handler = interrupt_cb, .sa_flags = (int) SA_RESETHAND };

  self->what = g_strdup (what);
  self->cancellable = g_cancellable_new ();
  self->terminal = flow_terminal_is_terminal (fileno (stderr));
  self->next_us = flow_clock_monotonic_us (flow_clock_system ()) + SHOW_AFTER_US;
  interrupted = 0;
  sigemptyset (&action.sa_mask);
  sigaction (SIGINT, &action, &self->before);
  return self;
}

/**
 * flow_progress_free:
 * @self: (transfer full): a progress
 *
 * End it and wipe the line away.
 */
void
flow_progress_free (FlowProgress *self)
{
  sigaction (SIGINT, &self->before, NULL);
  if (self->shown)
    fputs ("\r\033[K", stderr);
  g_object_unref (self->cancellable);
  g_free (self->what);
  g_free (self);
}

/**
 * flow_progress_update:
 * @self: a progress
 * @done: what is done, in any unit
 * @total: what there is to do; 0: unknown
 *
 * Show how far it is, and cancel when the user pressed Ctrl-C. Cheap enough to be called often.
 */
void
flow_progress_update (FlowProgress *self, guint64 done, guint64 total)
{
  gint64 now = flow_clock_monotonic_us (flow_clock_system ());

  if (interrupted)
    g_cancellable_cancel (self->cancellable);
  if (!self->terminal || now < self->next_us)
    return;
  self->next_us = now + SHOW_EVERY_US;
  self->shown = TRUE;
  if (total > 0)
    fprintf (stderr, "\r\033[K%s %3.0f %%", self->what, 100.0 * (double) MIN (done, total) / (double) total);
  else
    fprintf (stderr, "\r\033[K%s …", self->what);
  fflush (stderr);
}

/**
 * flow_progress_get_cancellable:
 * @self: a progress
 *
 * Get what Ctrl-C cancels.
 *
 * Returns: (transfer none): the cancellable
 */
GCancellable *
flow_progress_get_cancellable (FlowProgress *self)
{
  return self->cancellable;
}

/**
 * flow_progress_explain:
 * @self: a progress
 * @error: (inout): why the command failed
 *
 * Make it %FLOW_ERROR_CANCELLED when Ctrl-C was the reason: it shows as a cancelled operation or as an interrupted
 * system call, depending on where it came.
 */
void
flow_progress_explain (FlowProgress *self, GError **error)
{
  if (!interrupted)
    return;
  g_clear_error (error);
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_CANCELLED, _ ("cancelled"));
}

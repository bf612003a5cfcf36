/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync-setup-group"

#include "app/sync/flow-sync-setup-group.h"

#include <glib/gi18n.h>

#include "app/shell/flow-count-text.h"
#include "app/sync/flow-sync-card.h"
#include "app/sync/flow-sync-words.h"
#include "hub/flow-json-read.h"

/* What is already here, on its way to the server; the texts get numbers. */
typedef enum
{
  STEP_BACKING_UP,
  STEP_RUNNING,
  STEP_PAUSED,
  STEP_DONE,
  STEP_FAILED,
  STEP_ROLLING_BACK,
  STEP_ROLLED_BACK,
  N_STEPS
} Step;

typedef struct
{
  const char *word;
  const char *title;
  const char *icon;
  gboolean moves;
  FlowSyncWay ways[FLOW_SYNC_MAX_WAYS];
} StepInfo;

#define CANCEL                           \
  {                                      \
    N_ ("_Cancel"), "sync.setup::cancel" \
  }
#define RESUME                          \
  {                                     \
    N_ ("_Go On"), "sync.setup::resume" \
  }
#define ROLL_BACK                                  \
  {                                                \
    N_ ("_Undo All of It"), "sync.setup::rollback" \
  }
#define CLOSE                          \
  {                                    \
    N_ ("C_lose"), "sync.setup::close" \
  }

static const StepInfo steps[N_STEPS] = {
  [STEP_BACKING_UP] = { "backing_up", N_ ("A backup is made first"), "drive-harddisk-symbolic", TRUE, { CANCEL } },
  [STEP_RUNNING] = { "running", N_ ("What is here goes to your account"), "send-to-symbolic", TRUE, { CANCEL } },
  [STEP_PAUSED] = { "paused",
                    N_ ("Not all of it is in your account yet"),
                    "media-playback-pause-symbolic",
                    TRUE,
                    { RESUME, ROLL_BACK } },
  [STEP_DONE] = { "done", N_ ("All of it is in your account"), "emblem-ok-symbolic", FALSE, { CLOSE, ROLL_BACK } },
  [STEP_FAILED] = { "failed",
                    N_ ("It did not all go to your account"),
                    "dialog-warning-symbolic",
                    TRUE,
                    { RESUME, ROLL_BACK } },
  [STEP_ROLLING_BACK] = { "rolling_back", N_ ("Everything becomes as it was before"), "edit-undo-symbolic", FALSE },
  [STEP_ROLLED_BACK] = { "rolled_back",
                         N_ ("Here everything is as it was before. What was sent is still in the account: delete the "
                             "account, or sign in again"),
                         "edit-undo-symbolic",
                         FALSE,
                         { CLOSE } },
};

/**
 * FlowSyncSetupGroup:
 *
 * Turning syncing on with data that is already here: how far it is, and the ways to stop it, go on, or
 * have everything as before.
 */
struct _FlowSyncSetupGroup
{
  AdwPreferencesGroup parent_instance;

  FlowSyncBoard *board;
  GtkWidget *card;
  Step closed; /* the step that the user has seen, N_STEPS for none */
};

G_DEFINE_FINAL_TYPE (FlowSyncSetupGroup, flow_sync_setup_group, ADW_TYPE_PREFERENCES_GROUP)

static Step
find_step (JsonObject *setup)
{
  const char *word = setup != NULL ? flow_json_get_string (setup, "state") : NULL;

  for (Step step = 0; step < N_STEPS; step++)
    {
      if (g_strcmp0 (steps[step].word, word) == 0)
        return step;
    }
  return N_STEPS;
}

static char *
say_progress (JsonObject *setup, gboolean moving)
{
  g_autofree char *done = flow_count_text_number ((guint64) MAX (flow_json_get_int (setup, "done"), 0));
  g_autofree char *total = flow_count_text_number ((guint64) MAX (flow_json_get_int (setup, "total"), 0));
  g_autofree char *size = g_format_size ((guint64) MAX (flow_json_get_int (setup, "bytes"), 0));
  g_autofree char *so_far = g_strdup_printf (_ ("%s of %s, %s sent"), done, total, size);
  g_autofree char *left = flow_sync_words_seconds (flow_json_get_int (setup, "seconds_left"));

  return moving ? g_strdup_printf (_ ("%s, about %s left"), so_far, left) : g_steal_pointer (&so_far);
}

static char *
say_backup (JsonObject *setup)
{
  const char *path = flow_json_get_string (setup, "backup");

  return path != NULL ? g_strdup_printf (_ ("The backup is kept as %s."), path) : NULL;
}

static char *
say (FlowSyncSetupGroup *self, Step step, JsonObject *setup)
{
  JsonObject *error = flow_json_get_object (flow_sync_board_get_status (self->board), "error");
  const char *message = error != NULL ? flow_json_get_string (error, "message") : NULL;
  g_autofree char *progress = NULL;

  switch (step)
    {
    case STEP_DONE:
    case STEP_ROLLING_BACK:
    case STEP_ROLLED_BACK:
      return say_backup (setup);
    case STEP_BACKING_UP:
      return g_strdup (_ ("Nothing has left this computer yet."));
    case STEP_FAILED:
      progress = say_progress (setup, FALSE);
      return message != NULL ? g_strdup_printf ("%s\n%s", message, progress) : g_steal_pointer (&progress);
    case STEP_RUNNING:
    case STEP_PAUSED:
    case N_STEPS:
    default:
      return say_progress (setup, step == STEP_RUNNING);
    }
}

static double
get_fraction (JsonObject *setup)
{
  gint64 total = flow_json_get_int (setup, "total");

  return total > 0 ? (double) flow_json_get_int (setup, "done") / (double) total : 0;
}

static void
show_step (FlowSyncSetupGroup *self, Step step, JsonObject *setup)
{
  const StepInfo *info = &steps[step];
  g_autofree char *text = say (self, step, setup);
  FlowSyncTrouble shown = { .title = _ (info->title), .text = text };

  while (shown.n_ways < FLOW_SYNC_MAX_WAYS && info->ways[shown.n_ways].label != NULL)
    {
      shown.ways[shown.n_ways] = info->ways[shown.n_ways];
      shown.ways[shown.n_ways].label = _ (info->ways[shown.n_ways].label);
      shown.n_ways++;
    }
  flow_sync_card_show (FLOW_SYNC_CARD (self->card), info->icon, &shown);
  flow_sync_card_show_progress (FLOW_SYNC_CARD (self->card), info->moves ? get_fraction (setup) : -1);
}

static void
show (FlowSyncSetupGroup *self)
{
  JsonObject *status = flow_sync_board_get_status (self->board);
  JsonObject *setup = status != NULL ? flow_json_get_object (status, "setup") : NULL;
  Step step = find_step (setup);

  if (step != self->closed)
    self->closed = N_STEPS;
  gtk_widget_set_visible (GTK_WIDGET (self), step != N_STEPS && step != self->closed);
  if (step != N_STEPS)
    show_step (self, step, setup);
}

static void
flow_sync_setup_group_dispose (GObject *object)
{
  FlowSyncSetupGroup *self = FLOW_SYNC_SETUP_GROUP (object);

  g_clear_object (&self->board);

  G_OBJECT_CLASS (flow_sync_setup_group_parent_class)->dispose (object);
}

static void
flow_sync_setup_group_class_init (FlowSyncSetupGroupClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_sync_setup_group_dispose;
}

static void
flow_sync_setup_group_init (FlowSyncSetupGroup *self)
{
  self->closed = N_STEPS;
  self->card = flow_sync_card_new ();
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), self->card);
}

/**
 * flow_sync_setup_group_new:
 * @board: how far it is
 *
 * Make the group. It needs the actions of the page.
 *
 * Returns: (transfer floating): the group, hidden while there is nothing to say
 */
GtkWidget *
flow_sync_setup_group_new (FlowSyncBoard *board)
{
  FlowSyncSetupGroup *self = g_object_new (FLOW_TYPE_SYNC_SETUP_GROUP, NULL);

  self->board = g_object_ref (board);
  g_signal_connect_object (board, "changed", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  show (self);
  return GTK_WIDGET (self);
}

/**
 * flow_sync_setup_group_close:
 * @self: the group
 *
 * The user has seen what it says.
 */
void
flow_sync_setup_group_close (FlowSyncSetupGroup *self)
{
  JsonObject *status;

  g_return_if_fail (FLOW_IS_SYNC_SETUP_GROUP (self));

  status = flow_sync_board_get_status (self->board);
  self->closed = find_step (status != NULL ? flow_json_get_object (status, "setup") : NULL);
  show (self);
}

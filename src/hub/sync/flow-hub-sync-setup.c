/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include <glib/gi18n-lib.h>

#include "base/flow-error.h"
#include "hub/sync/flow-hub-sync-private.h"

/* Turning syncing on, as a part of it, and what people do about that. */

#define ROLLED_BACK                                                                     \
  N_ ("Your records are as they were before, and nothing is synced any more. What was " \
      "sent is still in your account; to have it deleted there, sign in again and delete the account")

#define ROLLING_BACK "rolling_back"

static const char *
name_state (FlowSyncSetupState state)
{
  switch (state)
    {
    case FLOW_SYNC_SETUP_PAUSED:
      return "paused";
    case FLOW_SYNC_SETUP_FAILED:
      return "failed";
    case FLOW_SYNC_SETUP_NONE:
    case FLOW_SYNC_SETUP_DONE:
      return NULL;
    case FLOW_SYNC_SETUP_ROLLING_BACK:
    case FLOW_SYNC_SETUP_ROLLED_BACK:
      return ROLLING_BACK;
    case FLOW_SYNC_SETUP_BACKING_UP:
    case FLOW_SYNC_SETUP_RUNNING:
    case FLOW_SYNC_SETUP_SENDING:
    default:
      return "running";
    }
}

/* How far it is survives a crash: what goes on after a restart is remembered before anything is done. */
static void
remember (FlowHubSync *self, FlowSyncSetupState state)
{
  const char *name = name_state (state);
  const char *backup = flow_sync_setup_get_backup (self->setting_up);

  if (g_strcmp0 (self->account->setup, name) == 0 && g_strcmp0 (self->account->backup, backup) == 0)
    return;
  flow_sync_account_set (&self->account->setup, name);
  flow_sync_account_set (&self->account->backup, backup);
  flow_hub_sync_save (self);
}

static void
moved_cb (gpointer data)
{
  FlowHubSync *self = data;
  FlowSyncSetupState state = flow_sync_setup_get_state (self->setting_up);
  const GError *error = flow_sync_setup_get_error (self->setting_up);

  if (self->account->server != NULL)
    remember (self, state);
  if (state == FLOW_SYNC_SETUP_SENDING)
    {
      self->setup.funcs->state (TRUE, self->error == NULL, self->setup.data);
      flow_hub_sync_schedule (self, "setup", 0);
    }
  if (state == FLOW_SYNC_SETUP_DONE)
    flow_hub_sync_say (self, "done", _ ("Everything is on your other devices as well"), "");
  if (state == FLOW_SYNC_SETUP_FAILED && error != NULL)
    flow_hub_sync_say (self, "failed", error->message, "");
  flow_hub_sync_tell (self);
}

static void
left_cb (const GError *error, gpointer data)
{
}

static void
ended_cb (const GError *error, gpointer data)
{
  FlowHubSync *self = data;

  if (error != NULL)
    {
      flow_hub_sync_set_error (self, error);
      return;
    }
  flow_hub_sync_say (self, "done", _ (ROLLED_BACK), "");
  flow_hub_sync_log_out (self, TRUE, left_cb, self);
}

/** flow_hub_sync_new_setup: (transfer full): nothing is being turned on. */
FlowSyncSetupRun *
flow_hub_sync_new_setup (FlowHubSync *self)
{
  static const FlowSyncSetupFuncs funcs = { moved_cb, ended_cb };

  return flow_sync_setup_new (self->setup.engine, self->setup.context, self->setup.clock, &funcs, self);
}

/* What was synced with another account must not be sent to this one, whenever the program was ended. */
static gboolean
forget_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  FlowHubSync *self = data;

  if (!flow_sync_reset (sync, error))
    return FALSE;
  flow_record_tables_set_device (flow_sync_engine_get_records (self->setup.engine), NULL);
  return TRUE;
}

static void
forgotten_done (gpointer data, const GError *error)
{
  FlowHubSync *self = data;

  self->forgetting = FALSE;
  if (self->stopped)
    return;
  if (error != NULL)
    {
      flow_hub_sync_set_error (self, error);
      return;
    }
  self->account->reset = FALSE;
  if (flow_hub_sync_save (self) && flow_hub_sync_check_open (self, NULL))
    flow_hub_sync_begin_setup (self);
}

static void
forget (FlowHubSync *self)
{
  if (self->forgetting)
    return;
  self->forgetting = TRUE;
  flow_sync_engine_run (self->setup.engine, forget_run, forgotten_done, self);
}

/** flow_hub_sync_begin_setup: turn syncing on, or go on with it. */
void
flow_hub_sync_begin_setup (FlowHubSync *self)
{
  FlowSyncSetupState state = flow_sync_setup_get_state (self->setting_up);

  if (self->account->setup == NULL || state == FLOW_SYNC_SETUP_BACKING_UP || state == FLOW_SYNC_SETUP_RUNNING ||
      state == FLOW_SYNC_SETUP_SENDING || state == FLOW_SYNC_SETUP_ROLLING_BACK)
    return;
  if (self->account->reset)
    forget (self);
  else
    flow_sync_setup_start (self->setting_up, self->account->device, self->account->device_name, self->account->backup);
}

/**
 * flow_hub_sync_finish_roll_back:
 * @self: syncing, whose account is not open yet
 * @on: whether records are captured
 *
 * Look whether the program was ended while it was being undone. When the records are what they were, nobody is to be
 * signed in any more: what others made since would come over them.
 *
 * Returns: whether nothing else is to be done with the account
 */
gboolean
flow_hub_sync_finish_roll_back (FlowHubSync *self, gboolean on)
{
  if (on || self->account->left || g_strcmp0 (self->account->setup, ROLLING_BACK) != 0)
    return FALSE;
  flow_hub_sync_say (self, "done", _ (ROLLED_BACK), "");
  flow_hub_sync_log_out (self, TRUE, left_cb, self);
  return TRUE;
}

/** flow_hub_sync_go_on_with_setup: what was under way goes on; what was stopped or failed waits for the user. */
void
flow_hub_sync_go_on_with_setup (FlowHubSync *self)
{
  const char *setup = self->account->setup;

  if (setup == NULL)
    return;
  if (g_str_equal (setup, "running"))
    flow_hub_sync_begin_setup (self);
  else
    flow_sync_setup_stand (self->setting_up,
                           g_str_equal (setup, "paused") ? FLOW_SYNC_SETUP_PAUSED : FLOW_SYNC_SETUP_FAILED,
                           self->account->backup);
}

static gboolean
fail (GError **error, FlowError code, const char *message)
{
  g_set_error_literal (error, FLOW_ERROR, (int) code, message);
  return FALSE;
}

static gboolean
roll_back (FlowHubSync *self, GError **error)
{
  FlowSyncSetupState state = flow_sync_setup_get_state (self->setting_up);

  if (self->account->backup == NULL)
    return fail (error, FLOW_ERROR_NOT_FOUND, _ ("There is no backup of the records from before"));
  if (state == FLOW_SYNC_SETUP_BACKING_UP || state == FLOW_SYNC_SETUP_RUNNING)
    return fail (error, FLOW_ERROR_BUSY, _ ("Cancel it first"));
  if (self->login_done != NULL)
    return fail (error, FLOW_ERROR_BUSY, _ ("Somebody is signing in already"));
  if (!flow_sync_setup_roll_back (self->setting_up, self->account->backup, error))
    return FALSE;
  flow_hub_sync_halt (self);
  return TRUE;
}

static gboolean
start (FlowHubSync *self, GError **error)
{
  if (flow_sync_setup_get_state (self->setting_up) == FLOW_SYNC_SETUP_ROLLING_BACK)
    return fail (error, FLOW_ERROR_BUSY, _ ("It is being undone already"));
  flow_hub_sync_begin_setup (self);
  return TRUE;
}

static gboolean
act (FlowHubSync *self, const char *action, GError **error)
{
  if (g_str_equal (action, "rollback"))
    return roll_back (self, error);
  if (g_str_equal (action, "show"))
    return TRUE;
  if (!flow_hub_sync_check_open (self, error))
    return FALSE;
  if (g_str_equal (action, "cancel"))
    {
      flow_sync_setup_cancel (self->setting_up);
      if (self->pass != NULL)
        flow_sync_pass_cancel (self->pass);
    }
  else if (g_str_equal (action, "start") || g_str_equal (action, "resume"))
    return start (self, error);
  else
    return fail (error, FLOW_ERROR_BAD_ARGUMENT,
                 "\"action\" must be estimate, start, cancel, resume, rollback or show");
  return TRUE;
}

/**
 * flow_hub_sync_set_up:
 * @self: syncing
 * @action: `start`, `cancel`, `resume`, `rollback` or `show`
 * @writer: inside of an object
 * @error: return location
 *
 * Turn it on, stop that, go on with it or undo it, and write how far it is.
 *
 * Returns: whether that could be begun
 */
gboolean
flow_hub_sync_set_up (FlowHubSync *self, const char *action, FlowJsonWriter *writer, GError **error)
{
  if (!act (self, action, error))
    return FALSE;
  flow_sync_setup_write (self->setting_up, writer);
  return TRUE;
}

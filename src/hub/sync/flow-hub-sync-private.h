/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/sync/flow-hub-sync.h"
#include "hub/sync/flow-remote-socket.h"
#include "hub/sync/flow-sync-backoff.h"
#include "hub/sync/flow-sync-keyring.h"
#include "hub/sync/flow-sync-network.h"
#include "hub/sync/flow-sync-pairing.h"
#include "hub/sync/flow-sync-pass.h"
#include "hub/sync/flow-sync-setup.h"
#include "sync/flow-sync-snapshot.h"

G_BEGIN_DECLS

/** FlowSyncDeviceRow: a device of the account, as the cloud knows it. */
typedef struct
{
  char *id;
  char *created;
  char *last_seen; /* (nullable) */
  gboolean connected;
  gboolean retired;
} FlowSyncDeviceRow;

/**
 * FlowSyncKeyChange:
 * @passphrase: (nullable): another one
 * @words: (nullable): recovery words that were made
 *
 * What a change of keys works with, also on another thread. Reference counted.
 */
typedef struct
{
  char *passphrase;
  char **words;
} FlowSyncKeyChange;

/**
 * FlowSyncJob:
 * @sync: who does it; %NULL when it was given up
 * @done: (nullable): who hears the end of it
 * @answer: (nullable): or who hears an answer
 * @blob: (nullable): or who hears a blob
 * @data: for them
 * @busy: it is on another thread: it ends by itself also when it was given up
 * @text: (nullable): what it works with
 * @change: (nullable): how it changes keys
 * @flag: whatever else it has to know
 * @checks: keys are opened only to see whether they can be
 *
 * Something that somebody waits for.
 */
typedef struct
{
  FlowHubSync *sync;
  FlowHubSyncDone done;
  FlowHubSyncAnswer answer;
  FlowTraceBlobDone blob;
  gpointer data;
  gboolean busy;
  char *text;
  FlowSyncKeyChange *change;
  gboolean flag;
  gboolean checks;
} FlowSyncJob;

struct _FlowHubSync
{
  FlowHubSyncSetup setup;
  FlowSettingsSnapshot *settings;
  char *instance;
  gboolean stopped;

  /* Who has signed in; nobody: without a server */
  FlowSyncAccount *account;
  FlowSecrets *secrets;
  gpointer opening;   /* (nullable): secrets are being asked for */
  FlowRemote *remote; /* (nullable), as those that follow: not open */
  FlowRemoteSession *session;
  FlowSyncKeyring *keyring;
  FlowRemoteSocket *socket;
  gboolean opening_socket;
  FlowSyncBackoff socket_backoff;
  GSource *socket_timer; /* (nullable): it is not opened before */
  gint64 socket_us;      /* when it was opened; 0: it is not */
  char *device;          /* (nullable): what the engine says this device is */
  gboolean new_device;   /* it has to become another one to sign in again */

  /* What is done */
  FlowSyncLink link;
  FlowSyncPass *pass; /* (nullable) */
  GPtrArray *pushed;  /* FlowSyncParcel */
  FlowSyncBackoff backoff;
  FlowSyncNetwork *network; /* (nullable) */
  GSource *timer;
  gint64 due_us; /* when the next pass begins; G_MAXINT64: not by itself */
  const char *due_reason;
  const char *missed; /* (nullable): why the next one was due while one was under way */
  gboolean held;      /* without a network, and the user wants to be asked */
  gboolean counting;
  gboolean tidying;
  FlowSyncTidy tidy; /* how far that is */
  char *conflict;    /* (nullable): the id of the last one that people are asked about */
  GPtrArray *waits;  /* of who waits for the end of a pass */

  /* What is said of it */
  GError *error; /* (nullable) */
  gint64 last_success_ns;
  FlowSyncCounts counts;
  guint64 raw_bytes;
  guint64 sealed_bytes;
  double speed_up;
  double speed_down;
  gint64 speed_us;
  GHashTable *names;  /* id of a device -> its name */
  GPtrArray *devices; /* FlowSyncDeviceRow */
  gboolean asking_devices;

  GPtrArray *jobs;         /* FlowSyncJob: not answered */
  FlowSyncLoginRun *login; /* (nullable) */
  FlowHubSyncAnswer login_done;
  gpointer login_data;
  gpointer login_work; /* (nullable): the one that prepares it */
  gboolean forgetting; /* what was synced with another account */
  FlowSyncSetupRun *setting_up;
  FlowSyncPairing *pairing;
  gint64 mail;           /* the number of the last message of others that was taken */
  gboolean reading_mail; /* and then it is deleted */
  gboolean mail_came;    /* while it was read */
  GSource *mail_timer;   /* (nullable): reading it failed */
};

/* flow-hub-sync.c */
void flow_hub_sync_tell (FlowHubSync *self);
void flow_hub_sync_say (FlowHubSync *self, const char *kind, const char *message, const char *detail);
void flow_hub_sync_set_error (FlowHubSync *self, const GError *error);
void flow_hub_sync_set_signed_out (FlowHubSync *self, const GError *error);
gboolean flow_hub_sync_save (FlowHubSync *self);
gboolean flow_hub_sync_check_signed_in (FlowHubSync *self, GError **error);
gboolean flow_hub_sync_check_open (FlowHubSync *self, GError **error);

/* flow-hub-sync-job.c */
FlowSyncJob *flow_sync_job_new (FlowHubSync *self, FlowHubSyncDone done, FlowHubSyncAnswer answer, gpointer data);
FlowSyncJob *flow_sync_job_new_blob (FlowHubSync *self, FlowTraceBlobDone blob, gpointer data);
void flow_sync_job_end (FlowSyncJob *self, const char *answer, GBytes *blob, const GError *error);
gboolean flow_sync_job_is_well (FlowSyncJob *self, const FlowRemoteAnswer *answer, const GError *error);
void flow_sync_job_send (FlowSyncJob *self, const char *method, const char *path, const char *content_type,
                         GBytes *body, gsize max_answer, FlowRemoteDone done);
void flow_hub_sync_end_jobs (FlowHubSync *self, const GError *error);

/* flow-hub-sync-account.c */
void flow_hub_sync_open_account (FlowHubSync *self);
void flow_hub_sync_close_account (FlowHubSync *self, const GError *error);
void flow_hub_sync_connect (FlowHubSync *self, FlowRemote *remote, const char *access, const char *refresh,
                            guint expires_in_s);
void flow_hub_sync_lose_device (FlowHubSync *self, const GError *error);
void flow_hub_sync_use_account_key (FlowHubSync *self, const guint8 key[FLOW_SECRET_KEY_SIZE], FlowSyncJob *job);

/* flow-hub-sync-drive.c */
void flow_hub_sync_drive_init (FlowHubSync *self);
void flow_hub_sync_drive_clear (FlowHubSync *self);
gboolean flow_hub_sync_may_run (FlowHubSync *self);
void flow_hub_sync_schedule (FlowHubSync *self, const char *reason, guint delay_ms);
void flow_hub_sync_halt (FlowHubSync *self);
void flow_hub_sync_watch_network (FlowHubSync *self);
void flow_hub_sync_end_waits (FlowHubSync *self, const GError *error);

/* flow-hub-sync-tidy.c */
void flow_hub_sync_tidy (FlowHubSync *self);

/* flow-hub-sync-keys.c */
FlowSyncKeyChange *flow_sync_key_change_new (const char *passphrase);
void flow_hub_sync_check_passphrase (FlowHubSync *self, const char *passphrase, FlowHubSyncDone done, gpointer data);
void flow_sync_key_change_unref (gpointer change);

/* flow-hub-sync-socket.c */
void flow_hub_sync_open_socket (FlowHubSync *self);
void flow_hub_sync_close_socket (FlowHubSync *self);
void flow_hub_sync_trust_socket (FlowHubSync *self);
gboolean flow_hub_sync_tell_cloud (const char *json, gpointer sync);

/* flow-hub-sync-devices.c */
FlowSyncPairing *flow_hub_sync_new_pairing (FlowHubSync *self);
void flow_hub_sync_ask_devices (FlowHubSync *self);
void flow_hub_sync_write_peers (FlowHubSync *self, FlowJsonWriter *writer);
void flow_hub_sync_read_mail (FlowHubSync *self);
void flow_hub_sync_stop_mail (FlowHubSync *self);
void flow_sync_device_row_free (gpointer row);

/* flow-hub-sync-setup.c */
FlowSyncSetupRun *flow_hub_sync_new_setup (FlowHubSync *self);
void flow_hub_sync_begin_setup (FlowHubSync *self);
void flow_hub_sync_go_on_with_setup (FlowHubSync *self);
gboolean flow_hub_sync_finish_roll_back (FlowHubSync *self, gboolean on);

/* flow-hub-sync-login.c */
void flow_hub_sync_stop_login (FlowHubSync *self, const GError *error);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync-trouble"

#include "app/sync/flow-sync-trouble.h"

#include <glib/gi18n.h>

#include "hub/flow-json-read.h"

/* What is known of a code of errors.json; the ways end with the first without a label. */
typedef struct
{
  const char *code;
  const char *title;
  const char *text; /* NULL: what the hub says */
  FlowSyncWay ways[FLOW_SYNC_MAX_WAYS];
} Kind;

#define AGAIN                     \
  {                               \
    N_ ("_Try Again"), "sync.now" \
  }
#define SIGN_IN                            \
  {                                        \
    N_ ("Sign _In Again…"), "sync.sign-in" \
  }
#define UNLOCK { N_ ("_Unlock…"), "sync.keep::keyring" }
#define ASK_KEYRING                         \
  {                                         \
    N_ ("_Try Again"), "sync.keep::keyring" \
  }
#define IN_FILE                                    \
  {                                                \
    N_ ("Keep Them in a _File"), "sync.keep::file" \
  }
#define NOWHERE                                           \
  {                                                       \
    N_ ("_Ask Me After Each Start"), "sync.keep::session" \
  }

static const Kind kinds[] = {
  { "needs_passphrase",
    N_ ("The key of your account is not here yet"),
    N_ ("You are signed in, but what the server has can only be read with a key that it does not have. Your passphrase "
        "opens it, and so do the recovery words, or a device that has it already."),
    { { N_ ("_Passphrase or Words…"), "sync.unlock" }, { N_ ("From _Another Device…"), "sync.pair::join" } } },
  { "signed_out",
    N_ ("The server signed this device out"),
    N_ ("What changes here is kept, and goes to your other devices when you sign in again."),
    { SIGN_IN } },
  { "secrets_locked",
    N_ ("The keyring is locked"),
    N_ ("The keys to what you sync are in the keyring of your desktop. Unlock it, or keep the keys elsewhere; you sign "
        "in again for that."),
    { UNLOCK, IN_FILE, NOWHERE } },
  { "secrets_missing",
    N_ ("This desktop has no keyring"),
    N_ ("The keys to what you sync are best kept in a keyring. Install one, like GNOME Keyring or KWallet, then try "
        "again, or keep the keys elsewhere."),
    { IN_FILE, NOWHERE, ASK_KEYRING } },
  { "secrets_refused",
    N_ ("The keyring refused"),
    N_ ("It did not hand out the keys to what you sync, or did not answer in time. Allow it there, then try again, or "
        "keep the keys elsewhere."),
    { ASK_KEYRING, IN_FILE, NOWHERE } },
  { "local_only",
    N_ ("Everything stays on this computer"),
    N_ ("The preferences forbid connections to other computers."),
    { { N_ ("_Allow It"), "sync.allow" } } },
  { "clock_wrong",
    N_ ("The clock of this computer is wrong"),
    N_ ("The server does not take changes from the future. Set the clock right; nothing is lost, and syncing goes on "
        "by itself."),
    { AGAIN } },
  { "cloned",
    N_ ("Another computer is signed in as this device"),
    N_ ("This happens when a disk or a backup is copied. Sign in again here, and this computer becomes a device of its "
        "own."),
    { SIGN_IN } },
  { "device_removed",
    N_ ("This device was removed from your account"),
    N_ ("What is here stays here. Sign in again to add the device."),
    { SIGN_IN } },
  { "bad_credentials", N_ ("The server does not take your name and password"), NULL, { SIGN_IN } },
  { "bad_passphrase",
    N_ ("The key does not fit what the server has"),
    N_ ("The passphrase may have been changed on another device."),
    { { N_ ("_Passphrase or Words…"), "sync.unlock" } } },
  { "disk_full",
    N_ ("The disk is full"),
    N_ ("What your other devices have changed cannot be stored. Make room; syncing goes on by itself."),
    { AGAIN } },
  { "too_large", N_ ("The server has no room for more"), NULL, { AGAIN } },
  { "bad_answer",
    N_ ("The server does not answer as it should"),
    N_ ("What waits is kept, and sent when the server works again."),
    { AGAIN } },
  { "not_authentic",
    N_ ("What the server sent cannot be read"),
    N_ ("It is damaged, or was made with another key. Nothing of it was taken."),
    { AGAIN } },
};

static const Kind unknown = { NULL, N_ ("Syncing does not work"), NULL, { AGAIN } };

static const Kind *
find_kind (const char *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      if (g_strcmp0 (kinds[i].code, code) == 0)
        return &kinds[i];
    }
  return &unknown;
}

static void
take (FlowSyncTrouble *trouble, const Kind *kind, const char *message)
{
  *trouble = (FlowSyncTrouble) { .title = _ (kind->title), .text = kind->text != NULL ? _ (kind->text) : message };
  while (trouble->n_ways < FLOW_SYNC_MAX_WAYS && kind->ways[trouble->n_ways].label != NULL)
    {
      trouble->ways[trouble->n_ways] = kind->ways[trouble->n_ways];
      trouble->ways[trouble->n_ways].label = _ (kind->ways[trouble->n_ways].label);
      trouble->n_ways++;
    }
}

/* Where keys are kept is told beside the error: what has them in memory goes on until the next start. */
static const char *
find_keeper_code (JsonObject *status)
{
  static const char *const codes[][2] = {
    { "locked", "secrets_locked" },
    { "missing", "secrets_missing" },
    { "refused", "secrets_refused" },
  };
  JsonObject *secrets = flow_json_get_object (status, "secrets");
  const char *state = secrets != NULL ? flow_json_get_string (secrets, "state") : NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      if (g_strcmp0 (codes[i][0], state) == 0)
        return codes[i][1];
    }
  return NULL;
}

/**
 * flow_sync_trouble_find:
 * @status: what the verb `sync-status` answered
 * @trouble: (out caller-allocates): what is wrong; its texts are good as long as @status
 *
 * Returns: %FALSE when nothing is wrong that needs the user
 */
gboolean
flow_sync_trouble_find (JsonObject *status, FlowSyncTrouble *trouble)
{
  JsonObject *error = flow_json_get_object (status, "error");
  const char *code = error != NULL ? flow_json_get_string (error, "code") : NULL;
  const char *state = flow_json_get_string (status, "state"), *keeper = find_keeper_code (status);

  if (g_strcmp0 (state, "off") == 0)
    return FALSE;
  if (keeper != NULL)
    take (trouble, find_kind (keeper), NULL);
  else if (g_strcmp0 (state, "needs_passphrase") == 0)
    take (trouble, find_kind ("needs_passphrase"), NULL);
  else if (code == NULL || g_str_equal (code, "offline"))
    return FALSE;
  else
    take (trouble, find_kind (code), flow_json_get_string (error, "message"));
  return TRUE;
}

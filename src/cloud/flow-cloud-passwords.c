/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-passwords.h"

#include <string.h>

#include "base/flow-id.h"
#include "cloud/flow-cloud-error.h"
#include "secret/flow-digest.h"
#include "secret/flow-password.h"

#define THREADS 2
#define MAX_WAITING 64
#define DECOY_BITS 128

/**
 * FlowCloudPasswords:
 *
 * Two threads on which passwords are hashed, so that neither the processors nor the memory can be had by whoever tries
 * many, and a bound of how many may wait. Who asks for a user that is not there waits as long as everybody.
 */
struct _FlowCloudPasswords
{
  FlowCallQueue *calls;
  GThreadPool *pool;
  char *decoy; /* the hash that nobody's password fits */
  guint hashes;
};

/**
 * flow_cloud_password_clear:
 * @password: a password
 *
 * Free what it has, and leave nothing of it in the memory.
 */
void
flow_cloud_password_clear (FlowCloudPassword *password)
{
  if (password->password != NULL)
    flow_digest_wipe (password->password, strlen (password->password));
  g_clear_pointer (&password->password, g_free);
  g_clear_pointer (&password->hash, g_free);
  g_clear_pointer (&password->made, g_free);
  g_clear_error (&password->error);
}

/* The work that takes the time; whose password it is must make no difference to it. */
static char *
make_hash (FlowCloudPasswords *self, const char *password, GError **error)
{
  g_atomic_int_inc (&self->hashes);
  return flow_password_hash (&flow_password_login, password, error);
}

static void
check (FlowCloudPasswords *self, FlowCloudPassword *password)
{
  const char *hash = password->hash != NULL ? password->hash : self->decoy;

  g_atomic_int_inc (&self->hashes);
  if (!flow_password_verify (hash, password->password, &password->matches, &password->error))
    return;
  password->matches = password->matches && password->hash != NULL;
  if (password->matches && flow_password_needs_hash (password->hash, &flow_password_login))
    password->made = make_hash (self, password->password, &password->error);
}

static void
password_cb (gpointer data, gpointer user_data)
{
  FlowCloudPasswords *self = user_data;
  FlowCloudPassword *password = data;

  if (password->wants_hash)
    password->made = make_hash (self, password->password, &password->error);
  else
    check (self, password);
  flow_call_queue_push (self->calls, &password->call);
}

/**
 * flow_cloud_passwords_new:
 * @calls: where the answers go
 * @error: return location
 *
 * Returns: (transfer full): the threads, or %NULL when there is no memory for a hash
 */
FlowCloudPasswords *
flow_cloud_passwords_new (FlowCallQueue *calls, GError **error)
{
  g_autoptr (FlowCloudPasswords) self = g_new0 (FlowCloudPasswords, 1);
  g_autofree char *nobody = flow_id_new_token (DECOY_BITS);

  self->calls = calls;
  self->decoy = flow_password_hash (&flow_password_login, nobody, error);
  if (self->decoy == NULL)
    return NULL;
  self->pool = g_thread_pool_new (password_cb, self, THREADS, FALSE, error);
  return self->pool != NULL ? g_steal_pointer (&self) : NULL;
}

/** flow_cloud_passwords_stop: answer those that wait, and end the threads. Nothing may be pushed any more. */
void
flow_cloud_passwords_stop (FlowCloudPasswords *self)
{
  if (self->pool != NULL)
    g_thread_pool_free (g_steal_pointer (&self->pool), FALSE, TRUE);
}

/** flow_cloud_passwords_free: stop it if need be, and free it. */
void
flow_cloud_passwords_free (FlowCloudPasswords *self)
{
  flow_cloud_passwords_stop (self);
  g_free (self->decoy);
  g_free (self);
}

/**
 * flow_cloud_passwords_push:
 * @self: the threads
 * @password: what is to be done; its call comes when it is
 * @error: return location
 *
 * Have a password checked or hashed.
 *
 * Returns: %FALSE with %FLOW_CLOUD_ERROR_BUSY when too many wait; the call does not come then
 */
gboolean
flow_cloud_passwords_push (FlowCloudPasswords *self, FlowCloudPassword *password, GError **error)
{
  if (g_thread_pool_unprocessed (self->pool) < MAX_WAITING)
    return g_thread_pool_push (self->pool, password, error);
  g_set_error_literal (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_BUSY, "too many others are signing in");
  return FALSE;
}

/**
 * flow_cloud_passwords_get_hashes:
 * @self: the threads
 *
 * Returns: how many hashes have been computed, also of passwords that are nobody's
 */
guint
flow_cloud_passwords_get_hashes (FlowCloudPasswords *self)
{
  return (guint) g_atomic_int_get (&self->hashes);
}

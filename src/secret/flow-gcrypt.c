/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-secret"

#include "secret/flow-gcrypt-private.h"

static gpointer
init_once (gpointer data)
{
  /* libsecret may have been first. */
  if (gcry_control (GCRYCTL_INITIALIZATION_FINISHED_P) != 0)
    return NULL;
  if (gcry_check_version ("1.10.0") == NULL)
    g_error ("libgcrypt %s is too old", gcry_check_version (NULL));
  /* Locked memory is scarce, and what is in it has been typed or received outside of it anyway. */
  gcry_control (GCRYCTL_DISABLE_SECMEM, 0);
  gcry_control (GCRYCTL_INITIALIZATION_FINISHED, 0);
  return NULL;
}

/**
 * flow_gcrypt_init:
 *
 * Make the cipher library ready. Every entry into it comes by here.
 */
void
flow_gcrypt_init (void)
{
  static GOnce once = G_ONCE_INIT;

  g_once (&once, init_once, NULL);
}

/**
 * flow_gcrypt_demand:
 * @result: what a call returned that fails only without memory or without the algorithm
 * @what: what was to be done
 *
 * End the process if it failed: nothing that needs a secret may go on without its cipher.
 */
void
flow_gcrypt_demand (gcry_error_t result, const char *what)
{
  if (result != 0)
    g_error ("%s: %s", what, gcry_strerror (result));
}

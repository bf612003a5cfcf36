/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-accounts.h"

#include "cloud/flow-cloud-error.h"

#define MIN_NAME 1
#define MAX_NAME 128

/** flow_cloud_user_clear: free what it has, and make it nobody. */
void
flow_cloud_user_clear (FlowCloudUser *user)
{
  g_clear_pointer (&user->name, g_free);
  g_clear_pointer (&user->password, g_free);
  user->number = 0;
}

/** flow_cloud_user_free: free a user. */
void
flow_cloud_user_free (FlowCloudUser *user)
{
  flow_cloud_user_clear (user);
  g_free (user);
}

/** flow_cloud_device_clear: free what it has, and make it none. */
void
flow_cloud_device_clear (FlowCloudDevice *device)
{
  g_clear_pointer (&device->label, g_bytes_unref);
  device->number = 0;
}

/** flow_cloud_device_free: free a device. */
void
flow_cloud_device_free (FlowCloudDevice *device)
{
  flow_cloud_device_clear (device);
  g_free (device);
}

/** flow_cloud_session_clear: free what it has, and make it none. */
void
flow_cloud_session_clear (FlowCloudSession *session)
{
  g_clear_pointer (&session->attempt, g_free);
  session->number = 0;
}

/* Nothing that can't be seen, and no blanks at the ends. */
static gboolean
is_name (const char *name)
{
  glong length = g_utf8_validate (name, -1, NULL) ? g_utf8_strlen (name, -1) : 0;

  if (length < MIN_NAME || length > MAX_NAME)
    return FALSE;
  for (const char *at = name; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (!g_unichar_isgraph (c) && (c != ' ' || at == name || at[1] == '\0'))
        return FALSE;
    }
  return TRUE;
}

/**
 * flow_cloud_name_key:
 * @name: a user's name
 * @error: return location
 *
 * Make the text under which a user is found: the same for names that differ in case or in how their letters are
 * written (NFKC).
 *
 * Returns: (transfer full): the key, or %NULL with %FLOW_CLOUD_ERROR_BAD_REQUEST when it can be nobody's name
 */
char *
flow_cloud_name_key (const char *name, GError **error)
{
  g_autofree char *folded = NULL;
  g_autofree char *normal = NULL;

  if (is_name (name))
    {
      normal = g_utf8_normalize (name, -1, G_NORMALIZE_NFKC);
      folded = g_utf8_casefold (normal, -1);
      return g_utf8_normalize (folded, -1, G_NORMALIZE_NFKC);
    }
  g_set_error (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_BAD_REQUEST, "a name has %d to %d visible characters",
               MIN_NAME, MAX_NAME);
  return NULL;
}

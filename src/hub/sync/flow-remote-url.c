/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-remote"

#include "hub/sync/flow-remote-url.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/flow-error.h"

#define MAX_URL 2048

static gboolean
fail (FlowError code, const char *message, GError **error)
{
  g_set_error_literal (error, FLOW_ERROR, (int) code, message);
  return FALSE;
}

/* Names are not looked up: what is called localhost is this computer (RFC 6761, section 6.3). */
static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  if (address != NULL)
    return g_inet_address_get_is_loopback (address);
  return g_ascii_strcasecmp (host, "localhost") == 0;
}

static gboolean
check_parts (GUri *uri, GError **error)
{
  const char *host = g_uri_get_host (uri);

  if (host == NULL || *host == '\0')
    return fail (FLOW_ERROR_BAD_ARGUMENT, _ ("The address of the cloud names no host"), error);
  if (g_uri_get_userinfo (uri) != NULL || g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    return fail (FLOW_ERROR_BAD_ARGUMENT, _ ("The address of the cloud may hold no user, query or fragment"), error);
  if (g_str_equal (g_uri_get_scheme (uri), "https"))
    return TRUE;
  if (!g_str_equal (g_uri_get_scheme (uri), "http"))
    return fail (FLOW_ERROR_BAD_ARGUMENT, _ ("The address of the cloud must begin with https://"), error);
  return is_loopback (host) ||
         fail (FLOW_ERROR_INSECURE_URL, _ ("A cloud on another computer needs https, not http"), error);
}

static GUri *
parse (const char *text, GError **error)
{
  g_autoptr (GUri) uri = NULL;

  if (strlen (text) <= MAX_URL && g_utf8_validate (text, -1, NULL))
    uri = g_uri_parse (text, G_URI_FLAGS_ENCODED, NULL);
  if (uri == NULL)
    fail (FLOW_ERROR_BAD_ARGUMENT, _ ("That is no address of a cloud; one looks like https://cloud.example"), error);
  return g_steal_pointer (&uri);
}

/**
 * flow_remote_url_check:
 * @text: what somebody gave as the address of a cloud
 * @error: return location
 *
 * Bring the address of a cloud into one form: scheme, host, port and a path without a slash at its end. Plain http is
 * allowed to this computer alone.
 *
 * Returns: (transfer full): the address, or %NULL with %FLOW_ERROR_BAD_ARGUMENT or %FLOW_ERROR_INSECURE_URL
 */
char *
flow_remote_url_check (const char *text, GError **error)
{
  g_autoptr (GUri) uri = parse (text, error);
  g_autofree char *path = NULL;

  if (uri == NULL || !check_parts (uri, error))
    return NULL;
  path = g_strdup (g_uri_get_path (uri));
  for (gsize length = strlen (path); length > 0 && path[length - 1] == '/'; length--)
    path[length - 1] = '\0';
  return g_uri_join (G_URI_FLAGS_ENCODED, g_uri_get_scheme (uri), NULL, g_uri_get_host (uri), g_uri_get_port (uri),
                     path, NULL, NULL);
}

/**
 * flow_remote_url_get_host:
 * @url: what flow_remote_url_check() returned
 *
 * Returns: (transfer full): the host that is spoken with, and its port: `cloud.example:443`
 */
char *
flow_remote_url_get_host (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL);
  int port;

  g_return_val_if_fail (uri != NULL, NULL);

  port = g_uri_get_port (uri);
  if (port < 0)
    port = g_str_equal (g_uri_get_scheme (uri), "https") ? 443 : 80;
  return g_strdup_printf (strchr (g_uri_get_host (uri), ':') != NULL ? "[%s]:%d" : "%s:%d", g_uri_get_host (uri), port);
}

/**
 * flow_remote_url_is_local:
 * @url: what flow_remote_url_check() returned
 *
 * Returns: whether it is on this computer
 */
gboolean
flow_remote_url_is_local (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL);

  return uri != NULL && is_loopback (g_uri_get_host (uri));
}

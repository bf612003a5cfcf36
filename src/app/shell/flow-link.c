/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-link"

#include "app/shell/flow-link.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"

#define SCHEME "flowscope"

/**
 * flow_link_is_ours:
 * @uri: a URI
 *
 * Returns: whether it has the scheme `flowscope`
 */
gboolean
flow_link_is_ours (const char *uri)
{
  g_autofree char *scheme = g_uri_parse_scheme (uri);

  return scheme != NULL && g_ascii_strcasecmp (scheme, SCHEME) == 0;
}

/**
 * flow_link_is_sync:
 * @uri: a URI
 *
 * Returns: whether it leads to what the user's devices keep the same: `flowscope://sync`
 */
gboolean
flow_link_is_sync (const char *uri)
{
  g_autoptr (GUri) parsed = flow_link_is_ours (uri) ? g_uri_parse (uri, G_URI_FLAGS_NONE, NULL) : NULL;

  return parsed != NULL && g_strcmp0 (g_uri_get_host (parsed), "sync") == 0;
}

static gboolean
set_bad (const char *text, GError **error)
{
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT,
               _ ("“%s” does not lead to a trace; a link is like flowscope://trace/ID?span=ID"), text);
  return FALSE;
}

static gboolean
parse_id (const char *hex, gsize n, guint8 *id)
{
  return strlen (hex) == 2 * n && flow_id_from_hex (hex, n, id);
}

static gboolean
parse_ids (const char *trace, const char *span, FlowLink *link)
{
  *link = (FlowLink) { 0 };
  if (!parse_id (trace, sizeof link->trace_id, link->trace_id))
    return FALSE;
  return span == NULL || *span == '\0' || parse_id (span, sizeof link->span_id, (guint8 *) &link->span_id);
}

static gboolean
parse_uri (const char *text, FlowLink *link, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);
  g_autoptr (GHashTable) query = NULL;
  const char *path = uri != NULL ? g_uri_get_path (uri) : NULL;

  if (uri == NULL || g_strcmp0 (g_uri_get_host (uri), "trace") != 0 || *path != '/')
    return set_bad (text, error);
  if (g_uri_get_query (uri) != NULL)
    query = g_uri_parse_params (g_uri_get_query (uri), -1, "&", G_URI_PARAMS_NONE, NULL);
  if (!parse_ids (path + 1, query != NULL ? g_hash_table_lookup (query, "span") : NULL, link))
    return set_bad (text, error);
  return TRUE;
}

/**
 * flow_link_parse:
 * @text: `flowscope://trace/ID?span=ID`, `ID/SPAN` or `ID`, in hexadecimal digits
 * @link: (out caller-allocates): where it leads
 * @error: return location
 *
 * Read a link. What else its query has is ignored.
 *
 * Returns: %FALSE with %FLOW_ERROR_BAD_ARGUMENT when it is none
 */
gboolean
flow_link_parse (const char *text, FlowLink *link, GError **error)
{
  g_auto (GStrv) parts = NULL;

  if (flow_link_is_ours (text))
    return parse_uri (text, link, error);
  parts = g_strsplit (text, "/", 3);
  if (g_strv_length (parts) > 2 || parts[0] == NULL || !parse_ids (parts[0], parts[1], link))
    return set_bad (text, error);
  return TRUE;
}

/**
 * flow_link_to_text:
 * @link: a link
 *
 * Returns: (transfer full): `ID` or `ID/SPAN`
 */
char *
flow_link_to_text (const FlowLink *link)
{
  char trace[33];
  char span[17];

  flow_id_to_hex (link->trace_id, sizeof link->trace_id, trace);
  flow_id_to_hex ((const guint8 *) &link->span_id, sizeof link->span_id, span);
  return link->span_id != 0 ? g_strconcat (trace, "/", span, NULL) : g_strdup (trace);
}

/**
 * flow_link_to_uri:
 * @link: a link
 *
 * Returns: (transfer full): `flowscope://trace/ID?span=ID`
 */
char *
flow_link_to_uri (const FlowLink *link)
{
  g_autofree char *text = flow_link_to_text (link);
  char *slash = strchr (text, '/');

  if (slash == NULL)
    return g_strconcat (SCHEME "://trace/", text, NULL);
  *slash = '\0';
  return g_strconcat (SCHEME "://trace/", text, "?span=", slash + 1, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit"

#include "edit/flow-edit-opening.h"

#include <string.h>

#define MAX_TYPE 16
#define MAX_SITE 260

/**
 * flow_edit_change_new:
 * @revision: which the text has after it
 * @operation: (nullable): what leads there
 * @client: (nullable): the client that it came from
 * @op_id: (nullable): its id there
 * @by: (nullable): name of the endpoint
 *
 * Returns: (transfer full): a step of a text
 */
FlowEditChange *
flow_edit_change_new (guint64 revision, FlowTextOperation *operation, const char *client, const char *op_id,
                      const char *by)
{
  FlowEditChange *self = g_new (FlowEditChange, 1);

  *self = (FlowEditChange) {
    .revision = revision,
    .operation = operation != NULL ? flow_text_operation_ref (operation) : NULL,
    .client = g_strdup (client != NULL ? client : ""),
    .op_id = g_strdup (op_id != NULL ? op_id : ""),
    .by = g_strdup (by != NULL ? by : ""),
  };
  return self;
}

/** flow_edit_change_free: free a step. */
void
flow_edit_change_free (FlowEditChange *self)
{
  g_clear_pointer (&self->operation, flow_text_operation_unref);
  g_free (self->client);
  g_free (self->op_id);
  g_free (self->by);
  g_free (self);
}

/** flow_edit_opened_clear: free what is in it. */
void
flow_edit_opened_clear (FlowEditOpened *self)
{
  g_clear_pointer (&self->text, flow_text_unref);
  g_clear_pointer (&self->changes, g_ptr_array_unref);
  *self = (FlowEditOpened) { 0 };
}

static gboolean
is_given (const char *text)
{
  return text != NULL && text[0] != '\0';
}

static char *
without_fragment (const char *url)
{
  gsize n = strcspn (url, "#");

  return g_strndup (url, MIN (n, FLOW_EDIT_MAX_URL));
}

/**
 * flow_edit_identity_new:
 * @url: (nullable): of the page
 * @title: (nullable): of the page
 * @field: (nullable): what is known about the field
 *
 * Make the identity of a field: the page without its fragment, and what names the field best in it. Two fields may have
 * the same one.
 *
 * Returns: (transfer full): the identity
 */
char *
flow_edit_identity_new (const char *url, const char *title, const FlowEditField *field)
{
  g_autofree char *page = without_fragment (url != NULL ? url : "");
  const char *names[] = { field != NULL ? field->key : NULL, field != NULL ? field->id : NULL,
                          field != NULL ? field->name : NULL, field != NULL ? field->path : NULL, title };
  static const char *const prefixes[] = { "key", "id", "name", "path", "title" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (is_given (names[i]))
      {
        g_autofree char *valid = g_utf8_make_valid (names[i], (gssize) strnlen (names[i], FLOW_EDIT_MAX_URL));

        return g_strdup_printf ("%s\n%s\n%s", page, prefixes[i], valid);
      }
  return g_strconcat (page, "\n", NULL);
}

static gboolean
is_site_char (char c)
{
  return g_ascii_isalnum (c) || strchr (".-_:[]", c) != NULL;
}

/**
 * flow_edit_site_of_url:
 * @url: (nullable): a page's address, or `host:port`
 *
 * Find the host of a page, with its port when it names one.
 *
 * Returns: (transfer full): in lower case; empty for a file, and for what is not an address
 */
char *
flow_edit_site_of_url (const char *url)
{
  const char *scheme = url != NULL ? strstr (url, "://") : NULL;
  const char *start = scheme != NULL ? scheme + 3 : url;
  const char *at;
  gsize n;

  if (url == NULL || g_ascii_strncasecmp (url, "file:", 5) == 0 || url[0] == '/')
    return g_strdup ("");
  n = strcspn (start, "/?#\\");
  at = g_strrstr_len (start, (gssize) n, "@");
  if (at != NULL)
    {
      n -= (gsize) (at + 1 - start);
      start = at + 1;
    }
  if (n > MAX_SITE)
    return g_strdup ("");
  for (gsize i = 0; i < n; i++)
    if (!is_site_char (start[i]))
      return g_strdup ("");
  return g_ascii_strdown (start, (gssize) n);
}

/**
 * flow_edit_type_clean:
 * @type: (nullable): what somebody says a text is: `md`, `.md`
 *
 * Make a text's type of what came from outside.
 *
 * Returns: (transfer full): letters, digits, `+`, `-` and `_` in lower case, at most 16; `txt` for anything else
 */
char *
flow_edit_type_clean (const char *type)
{
  const char *start = type != NULL && type[0] == '.' ? type + 1 : type;
  gsize n = start != NULL ? strlen (start) : 0;

  if (n == 0 || n > MAX_TYPE)
    return g_strdup ("txt");
  for (gsize i = 0; i < n; i++)
    if (!g_ascii_isalnum (start[i]) && strchr ("+-_", start[i]) == NULL)
      return g_strdup ("txt");
  return g_ascii_strdown (start, (gssize) n);
}

static gboolean
host_matches (const char *host, gsize n, const char *denied)
{
  gsize m = strlen (denied);

  if (m == 0)
    return FALSE;
  if (denied[0] == '.')
    return (n == m - 1 && g_ascii_strncasecmp (host, denied + 1, n) == 0) ||
           (n > m && g_ascii_strncasecmp (host + n - m, denied, m) == 0);
  return n == m && g_ascii_strncasecmp (host, denied, n) == 0;
}

/**
 * flow_edit_host_denied:
 * @site: host[:port]
 * @denied_hosts: (nullable): `example.org` for the host alone, `.example.org` for it and all below it; `host:port` for
 *   one port of it
 *
 * Returns: whether the user does not want texts of this site in an editor
 */
gboolean
flow_edit_host_denied (const char *site, const char *const *denied_hosts)
{
  const char *colon = strrchr (site, ':');
  gsize n = colon != NULL && strchr (colon, ']') == NULL ? (gsize) (colon - site) : strlen (site);

  for (guint i = 0; denied_hosts != NULL && denied_hosts[i] != NULL; i++)
    if (host_matches (site, n, denied_hosts[i]) || g_ascii_strcasecmp (site, denied_hosts[i]) == 0)
      return TRUE;
  return FALSE;
}

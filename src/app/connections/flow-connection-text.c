/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-connection-text"

#include "app/connections/flow-connection-text.h"

#include <glib/gi18n.h>

#define SECOND_NS G_GINT64_CONSTANT (1000000000)

/* Who is counted together in the status line. */
typedef enum
{
  EDITORS,
  PAGES,
  PROGRAMS,
  OTHERS,
  N_GROUPS
} Group;

/* The kinds of channels that the protocol knows. */
static const struct
{
  const char *kind;
  const char *name;
  const char *icon;
  Group group;
} kinds[] = {
  { "vscode_extension", N_ ("Visual Studio Code"), "text-editor-symbolic", EDITORS },
  { "editor", N_ ("Editor"), "text-editor-symbolic", EDITORS },
  { "browser_page", N_ ("Web page"), "web-browser-symbolic", PAGES },
  { "cli", N_ ("Command line"), "utilities-terminal-symbolic", PROGRAMS },
  { "cloud_platform", N_ ("Cloud"), "network-server-symbolic", OTHERS },
  { "web_portal", N_ ("Web portal"), "network-server-symbolic", OTHERS },
  { "desktop_app", N_ ("FlowScope"), "org.flowscope.FlowScope-symbolic", OTHERS },
};

/**
 * flow_connection_knows_kind:
 * @kind: (nullable): a word
 *
 * Returns: whether it is a kind of channel, as the protocol names it
 */
gboolean
flow_connection_knows_kind (const char *kind)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      if (g_strcmp0 (kinds[i].kind, kind) == 0)
        return TRUE;
    }
  return FALSE;
}

/**
 * flow_connection_text_kind:
 * @kind: (nullable): a kind of channel, as the protocol names it
 *
 * Returns: (transfer none): what people call it
 */
const char *
flow_connection_text_kind (const char *kind)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      if (g_strcmp0 (kinds[i].kind, kind) == 0)
        return _ (kinds[i].name);
    }
  return kind != NULL ? kind : _ ("Program");
}

/**
 * flow_connection_text_icon:
 * @kind: (nullable): a kind of channel, as the protocol names it
 *
 * Returns: (transfer none): the name of its icon
 */
const char *
flow_connection_text_icon (const char *kind)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      if (g_strcmp0 (kinds[i].kind, kind) == 0)
        return kinds[i].icon;
    }
  return "application-x-executable-symbolic";
}

/**
 * flow_connection_text_name:
 * @channel: a channel, with its members `client`, `version` and `kind`
 *
 * Returns: (transfer full): “Neovim 0.9.5”; its kind when it has no name
 */
char *
flow_connection_text_name (FlowEntry *channel)
{
  const char *client = flow_entry_get_text (channel, "client");
  const char *version = flow_entry_get_text (channel, "version");

  if (client == NULL || *client == '\0')
    return g_strdup (flow_connection_text_kind (flow_entry_get_text (channel, "kind")));
  if (version == NULL || *version == '\0')
    return g_strdup (client);
  return g_strconcat (client, " ", version, NULL);
}

static Group
group_of (const char *kind)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      if (g_strcmp0 (kinds[i].kind, kind) == 0)
        return kinds[i].group;
    }
  return OTHERS;
}

/**
 * flow_connection_is_editor:
 * @channel: a channel
 *
 * Returns: whether people write code in it
 */
gboolean
flow_connection_is_editor (FlowEntry *channel)
{
  return group_of (flow_entry_get_text (channel, "kind")) == EDITORS;
}

static char *
count_group (Group group, guint n)
{
  switch (group)
    {
    case EDITORS:
      return g_strdup_printf (ngettext ("%u editor", "%u editors", n), n);
    case PAGES:
      return g_strdup_printf (ngettext ("%u page", "%u pages", n), n);
    case PROGRAMS:
      return g_strdup_printf (ngettext ("%u program", "%u programs", n), n);
    case OTHERS:
    case N_GROUPS:
    default:
      return g_strdup_printf (ngettext ("%u other", "%u others", n), n);
    }
}

/**
 * flow_connection_text_counts:
 * @channels: who is connected
 *
 * Returns: (transfer full) (nullable): “3 editors, 1 page”; %NULL when nobody is
 */
char *
flow_connection_text_counts (GListModel *channels)
{
  guint counts[N_GROUPS] = { 0 };
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) parts = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (channels); i++)
    {
      g_autoptr (FlowEntry) channel = g_list_model_get_item (channels, i);

      counts[group_of (flow_entry_get_text (channel, "kind"))]++;
    }
  for (Group group = EDITORS; group < N_GROUPS; group++)
    {
      g_autofree char *part = counts[group] > 0 ? count_group (group, counts[group]) : NULL;

      if (part != NULL)
        g_strv_builder_add (builder, part);
    }
  parts = g_strv_builder_end (builder);
  return parts[0] != NULL ? g_strjoinv (", ", parts) : NULL;
}

/**
 * flow_connection_text_editor:
 * @channels: who is connected
 *
 * Returns: (transfer full) (nullable): the editor that is in use, or one that is connected; %NULL when none is
 */
char *
flow_connection_text_editor (GListModel *channels)
{
  g_autoptr (FlowEntry) found = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (channels); i++)
    {
      g_autoptr (FlowEntry) channel = g_list_model_get_item (channels, i);

      if (flow_connection_is_editor (channel) && (found == NULL || flow_entry_get_flag (channel, "focused")))
        g_set_object (&found, channel);
    }
  return found != NULL ? flow_connection_text_name (found) : NULL;
}

/**
 * flow_connection_text_when:
 * @time_ns: a time, ns since 1970; 0 for none
 * @now_ns: the time now
 *
 * Returns: (transfer full): “10:32”, with the date when that is another day's
 */
char *
flow_connection_text_when (gint64 time_ns, gint64 now_ns)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (time_ns / SECOND_NS);
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_local (now_ns / SECOND_NS);

  if (time_ns == 0 || time == NULL || now == NULL)
    return g_strdup ("–");
  if (g_date_time_get_year (time) == g_date_time_get_year (now) &&
      g_date_time_get_day_of_year (time) == g_date_time_get_day_of_year (now))
    /* Translators: a time of today. */
    return g_date_time_format (time, _ ("%H:%M"));
  /* Translators: a date and a time. */
  return g_date_time_format (time, _ ("%-d %b %Y %H:%M"));
}

/**
 * flow_connection_text_ms:
 * @ms: milliseconds
 *
 * Returns: (transfer full): “0.42 ms”, with two or three digits
 */
char *
flow_connection_text_ms (double ms)
{
  return g_strdup_printf (ms < 10 ? "%.2f ms" : ms < 100 ? "%.1f ms" : "%.0f ms", ms);
}

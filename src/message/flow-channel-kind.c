/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-message"

#include "message/flow-channel-kind.h"

#include <string.h>

static const char *const names[FLOW_N_CHANNEL_KINDS] = {
  [FLOW_CHANNEL_KIND_DESKTOP_APP] = "desktop_app",
  [FLOW_CHANNEL_KIND_VSCODE_EXTENSION] = "vscode_extension",
  [FLOW_CHANNEL_KIND_EDITOR] = "editor",
  [FLOW_CHANNEL_KIND_CLI] = "cli",
  [FLOW_CHANNEL_KIND_CLOUD_PLATFORM] = "cloud_platform",
  [FLOW_CHANNEL_KIND_WEB_PORTAL] = "web_portal",
  [FLOW_CHANNEL_KIND_BROWSER_PAGE] = "browser_page",
};

/**
 * flow_channel_kind_get_name:
 * @kind: a kind
 *
 * Get the name of a kind, as it stands in a message: `vscode_extension`.
 *
 * Returns: (transfer none): the name
 */
const char *
flow_channel_kind_get_name (FlowChannelKind kind)
{
  g_return_val_if_fail ((guint) kind < FLOW_N_CHANNEL_KINDS, NULL);

  return names[kind];
}

/**
 * flow_channel_kind_from_name:
 * @name: (array length=length): a name from a message
 * @length: its length in bytes
 * @kind: (out) (optional): the kind
 *
 * Find the kind that has a name.
 *
 * Returns: %FALSE when no kind has it
 */
gboolean
flow_channel_kind_from_name (const char *name, gsize length, FlowChannelKind *kind)
{
  for (guint i = 0; i < FLOW_N_CHANNEL_KINDS; i++)
    {
      if (strlen (names[i]) != length || memcmp (names[i], name, length) != 0)
        continue;
      if (kind != NULL)
        *kind = (FlowChannelKind) i;
      return TRUE;
    }
  return FALSE;
}

/**
 * flow_channel_kind_serves:
 * @kind: the kind of a channel
 * @target: the kind that a message is for
 *
 * Find out whether a channel may get what is for a kind. VS Code is an editor too.
 *
 * Returns: %TRUE when it may
 */
gboolean
flow_channel_kind_serves (FlowChannelKind kind, FlowChannelKind target)
{
  return kind == target || (target == FLOW_CHANNEL_KIND_EDITOR && kind == FLOW_CHANNEL_KIND_VSCODE_EXTENSION);
}

/**
 * flow_channel_instance_is_valid:
 * @instance: (array length=length): what a client wants to be called
 * @length: its length in bytes
 *
 * Find out whether a text may be the second part of a channel's name: 1 to 64 ASCII letters, digits, `.`, `_` and `-`.
 *
 * Returns: %TRUE when it may
 */
gboolean
flow_channel_instance_is_valid (const char *instance, gsize length)
{
  if (length == 0 || length > FLOW_CHANNEL_MAX_INSTANCE)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      char c = instance[i];

      if (!g_ascii_isalnum (c) && c != '.' && c != '_' && c != '-')
        return FALSE;
    }
  return TRUE;
}

/**
 * flow_channel_name_split:
 * @name: a target or a source
 * @kind: (out) (optional): its kind
 * @instance: (out) (optional) (nullable) (transfer none): what follows the slash, a part of @name; %NULL when @name is
 *   a kind alone
 *
 * Take a channel's name apart: `editor/nvim-1` is the channel `nvim-1` of the kind `editor`.
 *
 * Returns: %FALSE when @name is neither a kind nor the name of a channel
 */
gboolean
flow_channel_name_split (const char *name, FlowChannelKind *kind, const char **instance)
{
  const char *slash = strchr (name, '/');
  gsize length = slash != NULL ? (gsize) (slash - name) : strlen (name);

  if (!flow_channel_kind_from_name (name, length, kind))
    return FALSE;
  if (slash != NULL && !flow_channel_instance_is_valid (slash + 1, strlen (slash + 1)))
    return FALSE;
  if (instance != NULL)
    *instance = slash != NULL ? slash + 1 : NULL;
  return TRUE;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** FLOW_CHANNEL_HUB: the full name of the hub itself: the source of its own messages. */
#define FLOW_CHANNEL_HUB "desktop_app/hub"
/** FLOW_CHANNEL_MAX_INSTANCE: longest instance of a channel's name, in bytes. */
#define FLOW_CHANNEL_MAX_INSTANCE 64

/**
 * FlowChannelKind:
 * @FLOW_CHANNEL_KIND_DESKTOP_APP: the hub itself; nobody else may be one
 * @FLOW_CHANNEL_KIND_VSCODE_EXTENSION: VS Code and what is built from it
 * @FLOW_CHANNEL_KIND_EDITOR: every other editor; as a target also VS Code
 * @FLOW_CHANNEL_KIND_CLI: the command line and scripts
 * @FLOW_CHANNEL_KIND_CLOUD_PLATFORM: the cloud
 * @FLOW_CHANNEL_KIND_WEB_PORTAL: the cloud's pages
 * @FLOW_CHANNEL_KIND_BROWSER_PAGE: a web page or a browser's extension; whoever has an origin is one
 *
 * What a program at the other end of a channel is. A channel's full name is `KIND/INSTANCE`.
 */
typedef enum
{
  FLOW_CHANNEL_KIND_DESKTOP_APP,
  FLOW_CHANNEL_KIND_VSCODE_EXTENSION,
  FLOW_CHANNEL_KIND_EDITOR,
  FLOW_CHANNEL_KIND_CLI,
  FLOW_CHANNEL_KIND_CLOUD_PLATFORM,
  FLOW_CHANNEL_KIND_WEB_PORTAL,
  FLOW_CHANNEL_KIND_BROWSER_PAGE,
  FLOW_N_CHANNEL_KINDS,
} FlowChannelKind;

/** FLOW_CHANNEL_KIND_MASK: the bit of a kind in a set of kinds. */
#define FLOW_CHANNEL_KIND_MASK(kind) (1u << (kind))

const char *flow_channel_kind_get_name (FlowChannelKind kind);
gboolean flow_channel_kind_from_name (const char *name, gsize length, FlowChannelKind *kind);
gboolean flow_channel_kind_serves (FlowChannelKind kind, FlowChannelKind target);
gboolean flow_channel_instance_is_valid (const char *instance, gsize length);
gboolean flow_channel_name_split (const char *name, FlowChannelKind *kind, const char **instance);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-context.h"

G_BEGIN_DECLS

/** FLOW_HUB_PROTOCOL: version of the protocol in the discovery file. */
#define FLOW_HUB_PROTOCOL 1

/**
 * FlowDiscovery:
 * @path: the file that said so; %NULL in one that is to be written
 * @protocol: version of the protocol
 * @version: version of the program
 * @pid: its process
 * @port: the hub's own port
 * @url: where its WebSocket is
 * @token: the secret of this run
 * @data_dir: its data directory
 * @otlp_http: (nullable): where it takes OTLP over HTTP, %NULL when that doorway is off
 * @web_dev_sync: (nullable): where web-dev-sync has a port of its own
 * @ghosttext: (nullable): where GhostText has
 * @atomic_chrome: (nullable): where Atomic Chrome has
 *
 * Where a running hub is and how to speak with it: the content of `hub.json` (protocol.md).
 */
typedef struct
{
  char *path;
  int protocol;
  char *version;
  gint64 pid;
  guint port;
  char *url;
  char *token;
  char *data_dir;
  char *otlp_http;
  char *web_dev_sync;
  char *ghosttext;
  char *atomic_chrome;
} FlowDiscovery;

/**
 * FlowDiscoveryFile:
 *
 * A discovery file that this process has written, and its hold on the name.
 */
typedef struct _FlowDiscoveryFile FlowDiscoveryFile;

void flow_discovery_free (FlowDiscovery *self);
FlowDiscovery *flow_discovery_read (const char *path, GError **error);
gboolean flow_discovery_is_alive (const FlowDiscovery *self);
FlowDiscovery *flow_discovery_find (FlowContext *context, const char *data_dir, GError **error);

FlowDiscoveryFile *flow_discovery_publish (FlowContext *context, const FlowDiscovery *info, GError **error);
const char *flow_discovery_file_get_path (FlowDiscoveryFile *self);
void flow_discovery_withdraw (FlowDiscoveryFile *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowDiscovery, flow_discovery_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowDiscoveryFile, flow_discovery_withdraw)

G_END_DECLS

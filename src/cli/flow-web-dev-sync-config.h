/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowWebDevSyncConfig:
 * @editor: (nullable): the program of the preferred editor, when it is one that is known here
 * @port: the port of the server that the client spoke to, 0 when it was none of this machine
 *
 * What a client of web-dev-sync was set to, as far as it means something here.
 */
typedef struct
{
  const char *editor;
  guint port;
} FlowWebDevSyncConfig;

char *flow_web_dev_sync_config_get_path (void);
gboolean flow_web_dev_sync_config_read (FlowWebDevSyncConfig *self, const char *path, GError **error);

G_END_DECLS

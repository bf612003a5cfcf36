/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/flow-hub.h"

G_BEGIN_DECLS

/**
 * FlowDaemonOptions:
 * @data_dir: (nullable): `--data-dir`
 * @log_json: `--log json`
 * @show_version: `--version`
 * @hub: ports and origins, for flow_hub_new()
 *
 * What the command line, the configuration file and the environment say.
 */
typedef struct
{
  char *data_dir;
  gboolean log_json;
  gboolean show_version;
  FlowHubOptions hub;

  /*< private >*/
  GStrv origins;
  char *sync_path;
  char *metrics_path;
} FlowDaemonOptions;

gboolean flow_daemon_options_parse (FlowDaemonOptions *self, int *argc, char ***argv, GError **error);
void flow_daemon_options_clear (FlowDaemonOptions *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowDaemonOptions, flow_daemon_options_clear)

G_END_DECLS

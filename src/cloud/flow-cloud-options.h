/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "base/flow-clock.h"

G_BEGIN_DECLS

/** FLOW_CLOUD_PORT: where the cloud listens when nobody says otherwise. */
#define FLOW_CLOUD_PORT 31900

/**
 * FlowCloudOptions:
 * @data_dir: where everything is kept
 * @listen: addresses to listen on; none: the loopback ones
 * @port: the port, 0 for a free one
 * @url: (nullable): under which it is known to its users; says who issued a token
 * @tls_cert: (nullable): certificate chain as PEM
 * @tls_key: (nullable): its private key as PEM
 * @proxies: addresses and networks whose X-Forwarded-For is believed
 * @registration: whether everybody may make an account
 * @limits: whether rates are limited
 * @metrics_token: (nullable): lets others than this machine read `/metrics`
 * @max_bytes: bytes a user may keep, 0 for any number
 * @connections: most connections at once
 * @log_json: log as JSON
 * @log_requests: log every request
 * @show_version: `--version`
 * @clock: (nullable): what time it is, for tests
 *
 * How the cloud is to run.
 */
typedef struct
{
  char *data_dir;
  GStrv listen;
  guint port;
  char *url;
  char *tls_cert;
  char *tls_key;
  GStrv proxies;
  gboolean registration;
  gboolean limits;
  char *metrics_token;
  gint64 max_bytes;
  guint connections;
  gboolean log_json;
  gboolean log_requests;
  gboolean show_version;

  const FlowClock *clock;
} FlowCloudOptions;

gboolean flow_cloud_options_parse (FlowCloudOptions *self, int *argc, char ***argv, GError **error);
void flow_cloud_options_clear (FlowCloudOptions *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowCloudOptions, flow_cloud_options_clear)

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** FLOW_CLOUD_REFRESH_KEY_SIZE: bytes of the key behind refresh tokens. */
#define FLOW_CLOUD_REFRESH_KEY_SIZE 32

/**
 * FlowCloudKey:
 * @kid: its name in tokens
 * @private_pem: signs
 * @public_pem: verifies
 * @created_s: when it was made, s since the epoch
 *
 * A key that signs access tokens (ES256).
 */
typedef struct
{
  char *kid;
  char *private_pem;
  char *public_pem;
  gint64 created_s;
} FlowCloudKey;

GPtrArray *flow_cloud_keys_load (const char *data_dir, GError **error);
gboolean flow_cloud_keys_rotate (const char *data_dir, gint64 now_s, char **kid, GError **error);
gboolean flow_cloud_keys_load_refresh (const char *data_dir, guint8 *key, GError **error);
void flow_cloud_key_free (FlowCloudKey *key);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * FlowHttpClient:
 *
 * Just enough HTTP/1.1 to speak with a hub on this machine: one kept-alive connection to 127.0.0.1, one request at a
 * time, blocking. A whole HTTP library would take longer to load than most verbs take to run.
 */
typedef struct _FlowHttpClient FlowHttpClient;

FlowHttpClient *flow_http_client_new (guint port, const char *token);
void flow_http_client_free (FlowHttpClient *self);
GBytes *flow_http_client_send (FlowHttpClient *self, const char *method, const char *path, const char *content_type,
                               GBytes *body, guint *status, GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowHttpClient, flow_http_client_free)

G_END_DECLS

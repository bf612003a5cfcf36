/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowLink:
 * @trace_id: the trace
 * @span_id: the span in it, as it is in memory; 0 for none
 *
 * What a link leads to.
 */
typedef struct
{
  guint8 trace_id[16];
  guint64 span_id;
} FlowLink;

gboolean flow_link_is_ours (const char *uri);
gboolean flow_link_is_sync (const char *uri);
gboolean flow_link_parse (const char *text, FlowLink *link, GError **error);
char *flow_link_to_uri (const FlowLink *link);
char *flow_link_to_text (const FlowLink *link);

G_END_DECLS

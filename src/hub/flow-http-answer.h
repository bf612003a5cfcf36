/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowHttpAnswer:
 * @status: the HTTP status
 * @date: the time as an HTTP date
 * @content_type: (nullable): type of the body
 * @headers: (nullable): further header lines, each with its line end
 * @body: (nullable): the body
 * @without_body: the request was HEAD: the body is announced and left out
 * @keep: whether another request may follow on the connection
 *
 * An answer in parts.
 */
typedef struct
{
  guint status;
  const char *date;
  const char *content_type;
  const GString *headers;
  GBytes *body;
  gboolean without_body;
  gboolean keep;
} FlowHttpAnswer;

void flow_http_answer_write (GString *out, const FlowHttpAnswer *answer);

G_END_DECLS

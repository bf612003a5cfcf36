/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <glib.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "hub/flow-http-chunks.h"
#include "hub/flow-http-head.h"
#include "wire/flow-http-text.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_head (const FlowHttpHead *head, FlowHttpProblem problem)
{
  if (problem.status != 0)
    {
      g_assert (problem.message != NULL && problem.status >= 400);
      return;
    }
  g_assert (*head->method != '\0' && (*head->path == '/' || g_str_equal (head->path, "*")));
  g_assert (!head->chunked || head->content_length < 0);
  g_assert (head->n_hosts == 0 || head->host != NULL);
}

/* Any bytes as a request: its head, and what is behind it as a chunked body. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  gsize scanned = 0;
  gssize end = flow_http_text_find_end ((const char *) data, size, &scanned);
  const guint8 *at = data + MAX (end, 0);
  const guint8 *payload;
  FlowHttpChunks chunks = { 0 };
  gsize length, total = 0;

  if (end > 0)
    {
      g_autofree char *copy = g_memdup2 (data, (gsize) end);
      FlowHttpHead head;

      check_head (&head, flow_http_head_parse (&head, copy, (gsize) end));
    }
  while (flow_http_chunks_read (&chunks, &at, data + size, &payload, &length) == FLOW_HTTP_CHUNKS_PAYLOAD)
    {
      g_assert (payload >= data && payload + length <= data + size);
      total += length;
    }
  g_assert (at <= data + size && total <= size);
  return 0;
}

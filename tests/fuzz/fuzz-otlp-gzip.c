/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "trace/flow-otlp-inflate.h"

#define LIMIT (1 << 20)

/* Any bytes as gzip: refused, or at most the limit. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) compressed = g_bytes_new_static (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = flow_otlp_inflate_gzip (compressed, LIMIT, &error);

  g_assert ((body == NULL) == (error != NULL));
  g_assert (body == NULL || g_bytes_get_size (body) <= LIMIT);
  return 0;
}

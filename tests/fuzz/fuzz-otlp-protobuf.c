/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "trace/flow-otlp-decoder.h"

/* Any bytes as each of the three requests: refused, or a batch that survives a round trip. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  for (guint signal = 0; signal < FLOW_N_SIGNALS; signal++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (FlowSpanBatch) batch = flow_otlp_decode_protobuf ((FlowSignal) signal, data, size, &error);

      g_assert ((batch == NULL) == (error != NULL));
      if (batch != NULL)
        fuzz_check_batch (batch);
    }
  return 0;
}

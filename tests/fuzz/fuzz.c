/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "trace/flow-otlp-decoder.h"
#include "trace/flow-otlp-encoder.h"

static void
check_same (const FlowSpanBatch *batch, const FlowSpanBatch *again, const char *text)
{
  g_autoptr (GString) text_again = g_string_new (NULL);

  g_assert (again != NULL);
  g_assert (again->n_rows == batch->n_rows);
  g_assert (again->rejected == 0);
  flow_otlp_encode_json (again, text_again);
  g_assert (g_str_equal (text, text_again->str));
}

/* Whatever a decoder took can be written in both encodings, is taken again, and says the same. */
void
fuzz_check_batch (const FlowSpanBatch *batch)
{
  g_auto (FlowBuffer) protobuf = { 0 };
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (FlowSpanBatch) second = NULL, third = NULL;

  flow_otlp_encode_json (batch, text);
  flow_otlp_encode_protobuf (batch, &protobuf);
  second = flow_otlp_decode_protobuf (batch->signal, protobuf.data, protobuf.length, NULL);
  check_same (batch, second, text->str);
  third = flow_otlp_decode_json (batch->signal, text->str, text->len, NULL);
  check_same (batch, third, text->str);
}

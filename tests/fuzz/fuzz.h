/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "trace/flow-span-batch.h"

G_BEGIN_DECLS

/* The entry of every target, called by libFuzzer or by replay.c. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

void fuzz_check_batch (const FlowSpanBatch *batch);

G_END_DECLS

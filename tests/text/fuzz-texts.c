/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "text/flow-text-diff.h"
#include "text/flow-text-format.h"
#include "text/flow-text-merge.h"
#include "text/flow-text-overlap.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_file (const char *bytes, gsize size)
{
  g_autoptr (FlowTextFormat) format = flow_text_format_new (NULL);
  g_autoptr (FlowText) text = flow_text_format_read (format, bytes, size, NULL);
  g_autoptr (GBytes) written = NULL;

  if (text == NULL)
    return;
  written = flow_text_format_write (format, text);
  g_assert_cmpmem (g_bytes_get_data (written, NULL), g_bytes_get_size (written), bytes, size);
}

static FlowTextOperation *
check_diff (FlowText *before, FlowText *after)
{
  g_autoptr (FlowTextOperation) operation = flow_text_diff (before, after);
  g_autoptr (FlowText) made = flow_text_operation_apply (operation, before, NULL);

  g_assert (made != NULL && flow_text_equal (made, after));
  return g_steal_pointer (&operation);
}

static void
check_merge (FlowText *base, FlowText *ours, FlowText *theirs)
{
  g_autoptr (FlowTextMerge) merge = flow_text_merge_new (base, ours, theirs, FLOW_TEXT_MERGE_DEFAULT);
  g_autoptr (FlowText) both = flow_text_merge_get_text (merge, FLOW_TEXT_MERGE_BOTH);
  g_autoptr (FlowTextOperation) our = check_diff (base, ours);
  g_autoptr (FlowTextOperation) their = check_diff (base, theirs);
  FlowTextOverlap overlap;

  g_assert (g_utf8_validate (flow_text_get_data (both), -1, NULL));
  if (flow_text_overlap (base, our, their, &overlap))
    g_assert (overlap.length > 0 && overlap.start + overlap.length <= flow_text_get_length (base));
}

/* Any bytes as a file; cut in three at U+0001, as a base and what two sides made of it. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *bytes = g_strndup ((const char *) data, size);
  g_auto (GStrv) parts = g_strsplit (bytes, "\x01", 3);
  FlowText *texts[3] = { NULL };
  guint n = g_strv_length (parts);

  check_file ((const char *) data, size);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      texts[i] = flow_text_new (i < n ? parts[i] : "", -1, NULL);
      if (texts[i] == NULL)
        break;
    }
  if (texts[0] != NULL && texts[1] != NULL && texts[2] != NULL)
    check_merge (texts[0], texts[1], texts[2]);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_clear_pointer (&texts[i], flow_text_unref);
  return 0;
}

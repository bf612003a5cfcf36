/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <stddef.h>
#include <stdint.h>

#include "text/flow-text-operation-json.h"
#include "text/flow-text-transform.h"

#define MAX_BASE 100000

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* What an operation that was taken must be able to do with a text that it fits. */
static void
use (FlowTextOperation *operation)
{
  gsize length = flow_text_operation_get_base_length (operation);
  g_autofree char *filler = g_strnfill (length, 'x');
  g_autoptr (FlowText) text = flow_text_new (filler, -1, NULL);
  g_autoptr (FlowText) after = flow_text_operation_apply (operation, text, NULL);
  g_autoptr (FlowTextOperation) inverse = flow_text_operation_invert (operation, text);
  g_autoptr (FlowTextOperation) nothing = flow_text_operation_compose (operation, inverse);
  g_autoptr (FlowText) back = flow_text_operation_apply (nothing, text, NULL);
  g_autoptr (FlowTextOperation) left = NULL;
  g_autoptr (FlowTextOperation) right = NULL;
  g_autoptr (FlowText) twice = NULL;

  g_assert (after != NULL && back != NULL && flow_text_equal (text, back));
  flow_text_operation_transform (operation, operation, &left, &right);
  twice = flow_text_operation_apply (right, after, NULL);
  g_assert (twice != NULL);
}

/* Any bytes as an operation: refused, or written as it is read. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowTextOperation) operation = flow_text_operation_from_json ((const char *) data, (gssize) size, &error);
  g_autoptr (FlowTextOperation) again = NULL;
  g_autoptr (GString) json = NULL;

  g_assert ((operation == NULL) == (error != NULL));
  if (operation == NULL)
    return 0;
  json = g_string_new (NULL);
  flow_text_operation_to_json (operation, json);
  again = flow_text_operation_from_json (json->str, (gssize) json->len, NULL);
  g_assert (again != NULL && flow_text_operation_equal (operation, again));
  if (flow_text_operation_get_base_length (operation) <= MAX_BASE)
    use (operation);
  return 0;
}

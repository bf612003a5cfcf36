/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <stdio.h>
#include <stdlib.h>

#include "base/flow-json-escape.h"
#include "text-random.h"
#include "text/flow-text-operation-json.h"
#include "text/flow-text-transform.h"

/* Writes what becomes of random operations, an object a line, for another library to check.
 * Argument: how many. */

#define MAX_LENGTH 60

static void
print_text (const char *name, const FlowText *text)
{
  g_autoptr (GString) out = g_string_new (NULL);

  flow_json_escape (out, flow_text_get_data (text), (gssize) flow_text_get_size (text));
  printf ("\"%s\":\"%s\",", name, out->str);
}

static void
print_operation (const char *name, const FlowTextOperation *operation)
{
  g_autoptr (GString) out = g_string_new (NULL);

  flow_text_operation_to_json (operation, out);
  printf ("\"%s\":%s,", name, out->str);
}

static void
print_vector (GRand *rand)
{
  g_autoptr (FlowText) text = text_random (rand, MAX_LENGTH);
  g_autoptr (FlowTextOperation) left = text_random_operation (rand, text);
  g_autoptr (FlowTextOperation) right = text_random_operation (rand, text);
  g_autoptr (FlowTextOperation) left_after = NULL;
  g_autoptr (FlowTextOperation) right_after = NULL;
  g_autoptr (FlowTextOperation) composed = NULL;
  g_autoptr (FlowText) result = NULL;
  gsize index = (gsize) g_rand_int_range (rand, 0, (gint32) flow_text_get_length (text) + 1);

  flow_text_operation_transform (left, right, &left_after, &right_after);
  composed = flow_text_operation_compose (left, right_after);
  result = flow_text_operation_apply (composed, text, NULL);
  putchar ('{');
  print_text ("text", text);
  print_operation ("left", left);
  print_operation ("right", right);
  print_operation ("leftAfter", left_after);
  print_operation ("rightAfter", right_after);
  print_operation ("composed", composed);
  print_text ("result", result);
  printf ("\"index\":%" G_GSIZE_FORMAT ",\"moved\":%" G_GSIZE_FORMAT "}\n", index,
          flow_text_operation_transform_index (left, index, FALSE));
}

int
main (int argc, char *argv[])
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);

  for (int i = argc > 1 ? (int) g_ascii_strtoll (argv[1], NULL, 10) : 1; i > 0; i--)
    print_vector (rand);
  return EXIT_SUCCESS;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "text-random.h"

#include <string.h>

#include "text/flow-text-operation-builder.h"
#include "text/flow-text-operation-json.h"

/* Few, so that texts repeat themselves: what is hard for differences and merges. Of one to four bytes. */
static const char *const alphabet[] = { "a", "b", "c", " ", "\n", "x", "ä", "ß", "日", "\xf0\x9f\x98\x80" };

static void
append_random (GRand *rand, GString *out, gsize length)
{
  for (gsize i = 0; i < length; i++)
    g_string_append (out, alphabet[g_rand_int_range (rand, 0, G_N_ELEMENTS (alphabet))]);
}

/* A text of up to so many characters. */
FlowText *
text_random (GRand *rand, gsize max_length)
{
  g_autoptr (GString) out = g_string_new (NULL);

  append_random (rand, out, (gsize) g_rand_int_range (rand, 0, (gint32) max_length + 1));
  return flow_text_new (out->str, (gssize) out->len, NULL);
}

/* Any operation that fits a text. */
FlowTextOperation *
text_random_operation (GRand *rand, const FlowText *text)
{
  g_auto (FlowTextOperationBuilder) builder;
  gsize left = flow_text_get_length (text);

  flow_text_operation_builder_init (&builder);
  while (left > 0 || g_rand_boolean (rand))
    {
      gsize n = (gsize) g_rand_int_range (rand, 0, (gint32) MIN (left, 20) + 1);
      g_autoptr (GString) inserted = NULL;

      switch (g_rand_int_range (rand, 0, 4))
        {
        case 0:
          inserted = g_string_new (NULL);
          append_random (rand, inserted, (gsize) g_rand_int_range (rand, 0, 6));
          flow_text_operation_builder_insert (&builder, inserted->str, (gssize) inserted->len);
          n = 0;
          break;
        case 1:
          flow_text_operation_builder_delete (&builder, n);
          break;
        default:
          flow_text_operation_builder_retain (&builder, n);
        }
      left -= n;
    }
  return flow_text_operation_builder_end (&builder);
}

/* A text in which some lines are changed, taken out, doubled or new. */
FlowText *
text_random_edit (GRand *rand, FlowText *text, guint n_lines)
{
  g_auto (GStrv) all = g_strsplit (flow_text_get_data (text), "\n", -1);
  g_autoptr (GPtrArray) edited = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *joined = NULL;

  for (guint i = 0; all[i] != NULL; i++)
    g_ptr_array_add (edited, g_strdup (all[i]));
  for (guint i = 0; i < n_lines; i++)
    {
      guint at = (guint) g_rand_int_range (rand, 0, (gint32) edited->len);
      char *line = g_ptr_array_index (edited, at);

      switch (g_rand_int_range (rand, 0, 4))
        {
        case 0:
          if (edited->len > 1)
            g_ptr_array_remove_index (edited, at);
          break;
        case 1:
          g_ptr_array_insert (edited, (gint) at, g_strdup_printf ("new line %u", g_rand_int (rand)));
          break;
        case 2:
          g_ptr_array_insert (edited, (gint) at, g_strdup (line));
          break;
        default:
          g_ptr_array_index (edited, at) = g_strdup_printf ("%s /* %u */", line, g_rand_int (rand) % 1000);
          g_free (line);
        }
    }
  g_ptr_array_add (edited, NULL);
  joined = g_strjoinv ("\n", (char **) edited->pdata);
  return flow_text_new (joined, -1, NULL);
}

FlowText *
text_from (const char *utf8)
{
  g_autoptr (GError) error = NULL;
  FlowText *text = flow_text_new (utf8, -1, &error);

  g_assert_no_error (error);
  return text;
}

FlowTextOperation *
text_operation_from (const char *json)
{
  g_autoptr (GError) error = NULL;
  FlowTextOperation *operation = flow_text_operation_from_json (json, -1, &error);

  g_assert_no_error (error);
  return operation;
}

void
text_assert_equal (const FlowText *text, const FlowText *expected)
{
  g_assert_cmpstr (flow_text_get_data (text), ==, flow_text_get_data (expected));
  g_assert_true (flow_text_equal (text, expected));
}

void
text_assert_is (const FlowText *text, const char *expected)
{
  g_assert_cmpstr (flow_text_get_data (text), ==, expected);
  g_assert_cmpuint (flow_text_get_size (text), ==, strlen (expected));
  g_assert_cmpuint (flow_text_get_length (text), ==, (gsize) g_utf8_strlen (expected, -1));
}

void
text_assert_operation_is (const FlowTextOperation *operation, const char *json)
{
  g_autoptr (GString) written = g_string_new (NULL);

  flow_text_operation_to_json (operation, written);
  g_assert_cmpstr (written->str, ==, json);
}

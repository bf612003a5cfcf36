/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/edit-work.h"

#include <gio/gio.h>
#include <string.h>

#include "text/flow-text-diff.h"
#include "text/flow-text-operation-builder.h"
#include "text/flow-text-operation-json.h"

static void
append_folder (GString *out, const char *path, gsize size)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, (GCompareFunc) g_strcmp0);
  for (guint i = 0; i < names->len && out->len < size; i++)
    {
      g_autofree char *child = g_build_filename (path, g_ptr_array_index (names, i), NULL);
      g_autofree char *contents = NULL;
      gsize length;

      if (g_str_equal (g_ptr_array_index (names, i), "node_modules"))
        continue;
      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        append_folder (out, child, size);
      else if (g_str_has_suffix (child, ".c") && g_file_get_contents (child, &contents, &length, NULL))
        g_string_append_len (out, contents, (gssize) length);
    }
}

/* The sources of this program one after the other, and again from the first when they are not enough. */
static FlowText *
read_sources (gsize size)
{
  static const char *const folders[] = { "src", "tests" };
  const char *root = g_getenv ("FLOW_TEST_SOURCE_ROOT");
  g_autoptr (GString) out = g_string_sized_new (size);
  gsize before;

  do
    {
      before = out->len;
      for (guint i = 0; root != NULL && i < G_N_ELEMENTS (folders); i++)
        {
          g_autofree char *path = g_build_filename (root, folders[i], NULL);

          append_folder (out, path, size);
        }
    }
  while (out->len < size && out->len > before);
  if (out->len < size)
    g_error ("FLOW_TEST_SOURCE_ROOT does not say where the sources are");
  while (((guint8) out->str[size] & 0xc0) == 0x80)
    size--;
  return flow_text_new (out->str, (gssize) size, NULL);
}

/* Words typed in and taken out at places all over the text. */
static FlowText *
change (GRand *rand, FlowText *text, guint n_edits)
{
  g_auto (FlowTextOperationBuilder) builder;
  g_autoptr (FlowTextOperation) operation = NULL;
  gsize part = flow_text_get_length (text) / n_edits;

  flow_text_operation_builder_init (&builder);
  for (guint i = 0; i < n_edits; i++)
    {
      gsize before = (gsize) g_rand_int_range (rand, 0, (gint32) part - 30), taken = 0;
      g_autofree char *typed = g_strdup_printf ("typed_%u ", g_rand_int (rand) % 1000);

      flow_text_operation_builder_retain (&builder, before);
      if (n_edits == 1)
        typed[1] = '\0';
      else if (g_rand_int_range (rand, 0, 3) > 0)
        taken = (gsize) g_rand_int_range (rand, 0, 30);
      flow_text_operation_builder_insert (&builder, typed, -1);
      flow_text_operation_builder_delete (&builder, taken);
      flow_text_operation_builder_retain (&builder, part - before - taken);
    }
  operation = flow_text_operation_builder_end (&builder);
  return flow_text_operation_apply (operation, text, NULL);
}

/* Take @size bytes of real sources and change them at @n_edits places on each side; one edit is one letter. */
void
edit_work_init (EditWork *self, const char *name, gsize size, guint n_edits, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  self->name = g_strdup (name);
  self->base = read_sources (size);
  self->ours = change (rand, self->base, n_edits);
  self->theirs = change (rand, self->base, n_edits);
  self->our_change = flow_text_diff (self->base, self->ours);
  self->their_change = flow_text_diff (self->base, self->theirs);
}

void
edit_work_clear (EditWork *self)
{
  g_free (self->name);
  flow_text_unref (self->base);
  flow_text_unref (self->ours);
  flow_text_unref (self->theirs);
  flow_text_operation_unref (self->our_change);
  flow_text_operation_unref (self->their_change);
}

static void
save (const char *folder, const char *name, const char *data, gsize size)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  if (!g_file_set_contents (path, data, (gssize) size, &error))
    g_error ("%s", error->message);
}

static void
save_operation (const char *folder, const char *name, const FlowTextOperation *operation)
{
  g_autoptr (GString) json = g_string_new (NULL);

  flow_text_operation_to_json (operation, json);
  save (folder, name, json->str, json->len);
}

/* Write it for a program in another language. */
void
edit_work_save (const EditWork *self, const char *folder)
{
  save (folder, "base.txt", flow_text_get_data (self->base), flow_text_get_size (self->base));
  save (folder, "ours.txt", flow_text_get_data (self->ours), flow_text_get_size (self->ours));
  save (folder, "theirs.txt", flow_text_get_data (self->theirs), flow_text_get_size (self->theirs));
  save_operation (folder, "ours.json", self->our_change);
  save_operation (folder, "theirs.json", self->their_change);
}

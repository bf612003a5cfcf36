/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-edits"

#include "hub/edits/flow-edit-choices.h"

#include "base/flow-error.h"

/**
 * flow_edit_choices_set:
 * @settings: the settings
 * @key: `edit.editors-by-site` or `edit.editors-by-type`
 * @subject: a host, or a file's extension
 * @choice: (nullable): the editor for it, %NULL for none of its own
 * @error: return location
 *
 * Set which editor a site or a type has. Its line keeps its place.
 *
 * Errors: %FLOW_ERROR_BAD_ARGUMENT, those of flow_settings_set().
 *
 * Returns: whether it is set
 */
gboolean
flow_edit_choices_set (FlowSettings *settings, const char *key, const char *subject, const char *choice, GError **error)
{
  g_autoptr (GVariant) before = flow_settings_get (settings, key, error);
  g_autofree char *name = g_ascii_strdown (subject, -1);
  GVariantBuilder builder;
  const char *other, *editor;
  gboolean is_set = FALSE;
  GVariantIter iter;

  if (before == NULL)
    return FALSE;
  if (name[0] == '\0' || (choice != NULL && choice[0] == '\0'))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "the site, the type and the editor have names");
      return FALSE;
    }
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ss)"));
  g_variant_iter_init (&iter, before);
  while (g_variant_iter_next (&iter, "(&s&s)", &other, &editor))
    {
      gboolean is_ours = g_ascii_strcasecmp (other, name) == 0;

      if (!is_ours)
        g_variant_builder_add (&builder, "(ss)", other, editor);
      else if (choice != NULL && !is_set)
        g_variant_builder_add (&builder, "(ss)", name, choice);
      is_set |= is_ours;
    }
  if (choice != NULL && !is_set)
    g_variant_builder_add (&builder, "(ss)", name, choice);
  return flow_settings_set (settings, key, g_variant_builder_end (&builder), error);
}

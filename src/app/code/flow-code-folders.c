/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-code"

#include "app/code/flow-code-folders.h"

#include "app/connections/flow-connection-text.h"
#include "base/flow-error.h"

#define WORKSPACES "workspace-folders"
#define PATH_MAPS "path-maps"

/* Settings are text, the names of folders need not be. */
static gboolean
check_folder (const char *folder, GError **error)
{
  if (g_utf8_validate (folder, -1, NULL))
    return TRUE;
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_UNSUPPORTED,
                       "The name of this folder is not UTF-8, so that it cannot be remembered");
  return FALSE;
}

/**
 * flow_code_trusted_paths_new:
 * @services: what pages work with
 *
 * Returns: (transfer full): what the user said yes to, here or in `flowctl open`
 */
FlowTrustedPaths *
flow_code_trusted_paths_new (FlowServices *services)
{
  g_autofree char *file = g_build_filename (flow_context_get_state_dir (flow_services_get_context (services)),
                                            "trusted-paths", NULL);

  return flow_trusted_paths_new (file);
}

/**
 * flow_code_get_workspaces:
 * @services: what pages work with
 *
 * Returns: (transfer full) (array zero-terminated=1): the folders with the user's source code
 */
char **
flow_code_get_workspaces (FlowServices *services)
{
  g_autoptr (GVariant) value = flow_settings_get (flow_services_get_settings (services), WORKSPACES, NULL);

  return value != NULL ? g_variant_dup_strv (value, NULL) : g_new0 (char *, 1);
}

/* What an editor has open is what the user works in. */
static void
add_open_folders (FlowServices *services, FlowLocator *locator)
{
  GListModel *channels = flow_board_get_list (FLOW_BOARD (flow_services_get_connections (services)),
                                              FLOW_CONNECTIONS_CHANNELS);

  for (guint i = 0; i < g_list_model_get_n_items (channels); i++)
    {
      g_autoptr (FlowEntry) channel = g_list_model_get_item (channels, i);
      JsonArray *folders = flow_entry_get_list (channel, "workspaces");
      guint n = flow_connection_is_editor (channel) && folders != NULL ? json_array_get_length (folders) : 0;

      for (guint j = 0; j < n; j++)
        flow_locator_add_folder (locator, json_array_get_string_element (folders, j));
    }
}

/**
 * flow_code_locator_new:
 * @services: what pages work with
 *
 * Make a locator that knows the folders of path-maps, workspace-folders, those that editors have open, and what the
 * user said yes to.
 *
 * Returns: (transfer full): the locator
 */
FlowLocator *
flow_code_locator_new (FlowServices *services)
{
  g_autoptr (FlowSettingsSnapshot) settings = flow_settings_snapshot (flow_services_get_settings (services));
  FlowLocator *locator = flow_locator_new (settings->path_maps, settings->n_path_maps);
  g_autoptr (FlowTrustedPaths) trusted = flow_code_trusted_paths_new (services);
  g_auto (GStrv) workspaces = flow_code_get_workspaces (services);

  for (char **folder = workspaces; *folder != NULL; folder++)
    flow_locator_add_folder (locator, *folder);
  for (const char *const *path = flow_trusted_paths_list (trusted); *path != NULL; path++)
    flow_locator_add_folder (locator, *path);
  add_open_folders (services, locator);
  return locator;
}

/**
 * flow_code_add_workspace:
 * @services: what pages work with
 * @folder: an absolute folder
 * @error: return location
 *
 * Remember a folder with source code, once.
 *
 * Returns: %FALSE with %FLOW_ERROR_UNSUPPORTED for a name that is not UTF-8, or the errors of flow_settings_set()
 */
gboolean
flow_code_add_workspace (FlowServices *services, const char *folder, GError **error)
{
  g_auto (GStrv) before = flow_code_get_workspaces (services);
  g_autoptr (GStrvBuilder) after = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;

  if (!check_folder (folder, error))
    return FALSE;
  if (g_strv_contains ((const char *const *) before, folder))
    return TRUE;
  g_strv_builder_addv (after, (const char **) before);
  g_strv_builder_add (after, folder);
  all = g_strv_builder_end (after);
  return flow_settings_set (flow_services_get_settings (services), WORKSPACES,
                            g_variant_new_strv ((const char *const *) all, -1), error);
}

/**
 * flow_code_add_path_map:
 * @services: what pages work with
 * @service: a pattern of service names
 * @remote: the prefix that paths have where the program runs
 * @local: the folder here
 * @error: return location
 *
 * Remember where the files of a program elsewhere are. A line for the same service and prefix is replaced; new ones
 * come first, as the first that fits wins.
 *
 * Returns: %FALSE with %FLOW_ERROR_UNSUPPORTED for a name that is not UTF-8, or the errors of flow_settings_set()
 */
gboolean
flow_code_add_path_map (FlowServices *services, const char *service, const char *remote, const char *local,
                        GError **error)
{
  FlowSettings *settings = flow_services_get_settings (services);
  g_autoptr (FlowSettingsSnapshot) now = flow_settings_snapshot (settings);
  GVariantBuilder builder;

  if (!check_folder (local, error))
    return FALSE;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sss)"));
  g_variant_builder_add (&builder, "(sss)", service, remote, local);
  for (gsize i = 0; i < now->n_path_maps; i++)
    {
      const FlowPathMap *map = &now->path_maps[i];

      if (!g_str_equal (map->service, service) || !g_str_equal (map->remote, remote))
        g_variant_builder_add (&builder, "(sss)", map->service, map->remote, map->local);
    }
  return flow_settings_set (settings, PATH_MAPS, g_variant_builder_end (&builder), error);
}

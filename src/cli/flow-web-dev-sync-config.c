/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-web-dev-sync"

#include "cli/flow-web-dev-sync-config.h"

#include "base/flow-error.h"
#include "hub/flow-json-read.h"
#include "launch/flow-editor-preset.h"

#define MAX_BYTES (64 * 1024)

/**
 * flow_web_dev_sync_config_get_path:
 *
 * Returns: (transfer full): where such a client has its file
 */
char *
flow_web_dev_sync_config_get_path (void)
{
  return g_build_filename (g_get_home_dir (), ".webdevsync", "config.json", NULL);
}

/* What such a client calls the editors, beside the names of their programs. */
static const char *
find_editor (const char *name)
{
  static const char *const others[][2] = {
    { "vscode", "code" }, { "vs code", "code" }, { "vscodium", "codium" },
    { "neovim", "nvim" }, { "sublime", "subl" }, { "emacs", "emacsclient" },
  };
  g_autofree char *folded = name != NULL ? g_ascii_strdown (name, -1) : NULL;
  const FlowEditorPreset *preset = folded != NULL ? flow_editor_preset_for_program (folded) : NULL;

  for (gsize i = 0; preset == NULL && folded != NULL && i < G_N_ELEMENTS (others); i++)
    {
      if (g_str_equal (others[i][0], folded))
        preset = flow_editor_preset_for_program (others[i][1]);
    }
  return preset != NULL ? preset->program : NULL;
}

static guint
find_port (const char *url)
{
  static const char *const hosts[] = { "localhost", "127.0.0.1", "::1", "[::1]", NULL };
  g_autoptr (GUri) uri = url != NULL ? g_uri_parse (url, G_URI_FLAGS_NONE, NULL) : NULL;
  int port = uri != NULL ? g_uri_get_port (uri) : -1;

  if (port <= 0 || port > 65535 || g_uri_get_host (uri) == NULL || !g_strv_contains (hosts, g_uri_get_host (uri)))
    return 0;
  return (guint) port;
}

/**
 * flow_web_dev_sync_config_read:
 * @self: where it goes
 * @path: the client's file
 * @error: return location
 *
 * Read `preferred_ide` and `websocket_url`; its other members mean nothing here.
 *
 * Errors: %FLOW_ERROR_BAD_ARGUMENT when it is no such file, and file errors.
 *
 * Returns: whether it could be read
 */
gboolean
flow_web_dev_sync_config_read (FlowWebDevSyncConfig *self, const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) object = NULL;
  gsize length;

  *self = (FlowWebDevSyncConfig) { NULL, 0 };
  if (!g_file_get_contents (path, &text, &length, error))
    return FALSE;
  object = length <= MAX_BYTES ? flow_json_read_object (text, length, NULL) : NULL;
  if (object == NULL)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "%s is not a JSON object", path);
      return FALSE;
    }
  self->editor = find_editor (flow_json_get_string (object, "preferred_ide"));
  self->port = find_port (flow_json_get_string (object, "websocket_url"));
  return TRUE;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-window-state"

#include "app/shell/flow-window-state.h"

#define GROUP "window"
#define DEFAULT_WIDTH 1200
#define DEFAULT_HEIGHT 760
#define LEAST 100
#define MOST 16384

static char *
name_file (FlowContext *context)
{
  return g_build_filename (flow_context_get_state_dir (context), "window.ini", NULL);
}

static int
read_size (GKeyFile *file, const char *key, int fallback)
{
  int size = g_key_file_get_integer (file, GROUP, key, NULL);

  return size >= LEAST && size <= MOST ? size : fallback;
}

/**
 * flow_window_state_load:
 * @self: (out caller-allocates): where it goes
 * @context: where files are
 *
 * Find out how the window was left. What was never kept, or makes no sense, is as at the first start.
 */
void
flow_window_state_load (FlowWindowState *self, FlowContext *context)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *path = name_file (context);

  g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL);
  self->width = read_size (file, "width", DEFAULT_WIDTH);
  self->height = read_size (file, "height", DEFAULT_HEIGHT);
  self->maximized = g_key_file_get_boolean (file, GROUP, "maximized", NULL);
  self->page = g_key_file_get_string (file, GROUP, "page", NULL);
}

/**
 * flow_window_state_save:
 * @self: how the window is
 * @context: where files are
 * @error: return location
 *
 * Keep it for the next start, in `window.ini` of the state folder.
 *
 * Returns: %FALSE with a #GFileError when it cannot be written
 */
gboolean
flow_window_state_save (const FlowWindowState *self, FlowContext *context, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *path = name_file (context);

  g_key_file_set_integer (file, GROUP, "width", self->width);
  g_key_file_set_integer (file, GROUP, "height", self->height);
  g_key_file_set_boolean (file, GROUP, "maximized", self->maximized);
  if (self->page != NULL)
    g_key_file_set_string (file, GROUP, "page", self->page);
  return g_key_file_save_to_file (file, path, error);
}

/**
 * flow_window_state_clear:
 * @self: a state
 *
 * Free what it holds.
 */
void
flow_window_state_clear (FlowWindowState *self)
{
  g_clear_pointer (&self->page, g_free);
}

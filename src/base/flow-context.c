/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-context"

#include "base/flow-context.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "base/flow-error.h"
#include "base/flow-paths.h"

/**
 * FlowContext:
 *
 * Where files live. Every path of FlowScope comes from here, so that a test, a second hub or another
 * platform changes one place. Immutable and reference-counted; any thread may use it.
 */
struct _FlowContext
{
  char *data_dir;
  char *config_dir;
  char *cache_dir;
  char *state_dir;
  char *runtime_dir;
  char *database_path;
};

G_DEFINE_BOXED_TYPE (FlowContext, flow_context, flow_context_ref, flow_context_unref)

static void
context_clear (gpointer data)
{
  FlowContext *self = data;

  g_free (self->data_dir);
  g_free (self->config_dir);
  g_free (self->cache_dir);
  g_free (self->state_dir);
  g_free (self->runtime_dir);
  g_free (self->database_path);
}

/* A program that only reads must work where it may not write, so only a log line comes of a failure. */
static void
try_ensure_dir (const char *path)
{
  g_autoptr (GError) error = NULL;

  if (!flow_context_ensure_dir (path, &error))
    g_debug ("%s", error->message);
}

/**
 * flow_context_new:
 * @data_dir: (nullable): where the database goes; %NULL for `$XDG_DATA_HOME/flowscope`
 * @error: return location
 *
 * Find all folders by the XDG Base Directory Specification and make those that are missing, for the user
 * alone (mode 0700). Only the data folder must be there in the end.
 *
 * Returns: (transfer full): the context, or %NULL with %FLOW_ERROR_FAILED when there can be no data folder
 */
FlowContext *
flow_context_new (const char *data_dir, GError **error)
{
  g_autoptr (FlowContext) self = g_atomic_rc_box_new0 (FlowContext);

  self->data_dir = data_dir != NULL ? g_canonicalize_filename (data_dir, NULL)
                                    : g_build_filename (g_get_user_data_dir (), "flowscope", NULL);
  self->config_dir = g_build_filename (g_get_user_config_dir (), "flowscope", NULL);
  self->cache_dir = g_build_filename (g_get_user_cache_dir (), "flowscope", NULL);
  self->state_dir = g_build_filename (g_get_user_state_dir (), "flowscope", NULL);
  self->runtime_dir = flow_paths_runtime_dir ();
  self->database_path = g_build_filename (self->data_dir, "flowscope.db", NULL);

  if (!flow_context_ensure_dir (self->data_dir, error))
    return NULL;
  try_ensure_dir (self->config_dir);
  try_ensure_dir (self->cache_dir);
  try_ensure_dir (self->state_dir);
  try_ensure_dir (self->runtime_dir);

  return g_steal_pointer (&self);
}

/**
 * flow_context_ref:
 * @self: a context
 *
 * Take a reference.
 *
 * Returns: (transfer full): @self
 */
FlowContext *
flow_context_ref (FlowContext *self)
{
  return g_atomic_rc_box_acquire (self);
}

/**
 * flow_context_unref:
 * @self: (transfer full): a context
 *
 * Give a reference back.
 */
void
flow_context_unref (FlowContext *self)
{
  g_atomic_rc_box_release_full (self, context_clear);
}

/**
 * flow_context_get_data_dir:
 * @self: a context
 *
 * Get the folder of the database, its lock and its backups.
 *
 * Returns: (transfer none): an absolute path
 */
const char *
flow_context_get_data_dir (const FlowContext *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->data_dir;
}

/**
 * flow_context_get_config_dir:
 * @self: a context
 *
 * Get the folder of `settings.ini`.
 *
 * Returns: (transfer none): an absolute path
 */
const char *
flow_context_get_config_dir (const FlowContext *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->config_dir;
}

/**
 * flow_context_get_cache_dir:
 * @self: a context
 *
 * Get the folder of what can be made again.
 *
 * Returns: (transfer none): an absolute path
 */
const char *
flow_context_get_cache_dir (const FlowContext *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->cache_dir;
}

/**
 * flow_context_get_state_dir:
 * @self: a context
 *
 * Get the folder of what should outlive a restart but not travel: window sizes, histories.
 *
 * Returns: (transfer none): an absolute path
 */
const char *
flow_context_get_state_dir (const FlowContext *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->state_dir;
}

/**
 * flow_context_get_runtime_dir:
 * @self: a context
 *
 * Get the folder of the discovery file.
 *
 * Returns: (transfer none): an absolute path
 */
const char *
flow_context_get_runtime_dir (const FlowContext *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->runtime_dir;
}

/**
 * flow_context_get_database_path:
 * @self: a context
 *
 * Get the path of the database.
 *
 * Returns: (transfer none): an absolute path, `flowscope.db` in the data folder
 */
const char *
flow_context_get_database_path (const FlowContext *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->database_path;
}

/**
 * flow_context_build_path:
 * @self: a context
 * @name: a file name
 *
 * Name a file in the data folder.
 *
 * Returns: (transfer full): an absolute path
 */
char *
flow_context_build_path (const FlowContext *self, const char *name)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return g_build_filename (self->data_dir, name, NULL);
}

/**
 * flow_context_ensure_dir:
 * @path: an absolute path
 * @error: return location
 *
 * Make a folder and its parents for the user alone (mode 0700). One that is there stays as it is.
 *
 * Returns: %FALSE with %FLOW_ERROR_FAILED when it cannot be made or something else has the name
 */
gboolean
flow_context_ensure_dir (const char *path, GError **error)
{
  g_return_val_if_fail (path != NULL, FALSE);

  if (g_mkdir_with_parents (path, 0700) == 0)
    return TRUE;

  g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED, _ ("Cannot make the folder %s: %s"), path, g_strerror (errno));
  return FALSE;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-autostart"

#include "app/desktop/flow-autostart.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <libportal/portal.h>

#define KEY "ui.autostart"
#define FILE_NAME "org.flowscope.FlowScope.desktop"
#define BACKGROUND "--background"

/**
 * FlowAutostart:
 *
 * Makes the setting `ui.autostart` true on the desktop. In a sandbox the background portal is asked, which may ask the
 * user; elsewhere a file is written to the autostart folder. (Outside of a sandbox a portal knows no name for the
 * program and would write a file that no desktop reads.) When it cannot be done the setting goes back to what is true.
 *
 * The file may be changed by others: a desktop that lets the user switch programs off marks it, and that counts.
 */
struct _FlowAutostart
{
  GObject parent_instance;

  FlowSettings *settings;
  FlowAutostartMethod method;
  XdpPortal *portal;
  GCancellable *cancellable;
  GSource *apply; /* soon */
  gboolean on;    /* what the desktop was told last, or said itself */
};

G_DEFINE_FINAL_TYPE (FlowAutostart, flow_autostart, G_TYPE_OBJECT)

enum
{
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
is_wanted (FlowAutostart *self)
{
  g_autoptr (GVariant) value = flow_settings_get (self->settings, KEY, NULL);

  return value != NULL && g_variant_get_boolean (value);
}

/* The setting says what is true on the desktop. */
static void
follow (FlowAutostart *self, gboolean on)
{
  g_autoptr (GError) error = NULL;

  self->on = on;
  if (is_wanted (self) != on && !flow_settings_set (self->settings, KEY, g_variant_new_boolean (on), &error))
    g_warning ("%s: %s", KEY, error->message);
}

static void
fail (FlowAutostart *self, gboolean wanted, const char *reason)
{
  g_message ("starting with the desktop could not be switched %s: %s", wanted ? "on" : "off", reason);
  follow (self, !wanted);
  g_signal_emit (self, signals[FAILED], 0, reason);
}

/* --- The file -------------------------------------------------------------------------------------------- */

static char *
build_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "autostart", FILE_NAME, NULL);
}

static char *
find_program (void)
{
  const char *image = g_getenv ("APPIMAGE");
  char *program = image != NULL ? g_strdup (image) : g_file_read_link ("/proc/self/exe", NULL);

  return program != NULL ? program : g_strdup ("flowscope");
}

/* An argument as the key Exec of the Desktop Entry Specification wants it. */
static char *
quote (const char *argument)
{
  GString *quoted = g_string_new ("\"");

  for (const char *at = argument; *at != '\0'; at++)
    {
      if (strchr ("\"`$\\", *at) != NULL)
        g_string_append_c (quoted, '\\');
      if (*at == '%')
        g_string_append_c (quoted, '%');
      g_string_append_c (quoted, *at);
    }
  g_string_append_c (quoted, '"');
  return g_string_free (quoted, FALSE);
}

static char *
build_file (void)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *program = find_program ();
  g_autofree char *quoted = quote (program);
  g_autofree char *command = g_strconcat (quoted, " " BACKGROUND, NULL);
  const struct
  {
    const char *key;
    const char *value;
  } entries[] = {
    { G_KEY_FILE_DESKTOP_KEY_TYPE, G_KEY_FILE_DESKTOP_TYPE_APPLICATION },
    { G_KEY_FILE_DESKTOP_KEY_NAME, "FlowScope" },
    { G_KEY_FILE_DESKTOP_KEY_ICON, "org.flowscope.FlowScope" },
    { G_KEY_FILE_DESKTOP_KEY_TRY_EXEC, program },
    { G_KEY_FILE_DESKTOP_KEY_EXEC, command },
    { "X-GNOME-Autostart-enabled", "true" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (entries); i++)
    g_key_file_set_string (file, G_KEY_FILE_DESKTOP_GROUP, entries[i].key, entries[i].value);
  return g_key_file_to_data (file, NULL, NULL);
}

static gboolean
write_file (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *text = build_file ();
  g_autofree char *before = NULL;

  /* Every start comes here: writing would wait for the disk. */
  if (g_file_get_contents (path, &before, NULL, NULL) && g_str_equal (before, text))
    return TRUE;
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (errno), _ ("%s cannot be made: %s"), folder,
                   g_strerror (errno));
      return FALSE;
    }
  return g_file_set_contents (path, text, -1, error);
}

static gboolean
remove_file (const char *path, GError **error)
{
  if (g_unlink (path) == 0 || errno == ENOENT || errno == ENOTDIR)
    return TRUE;
  g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (errno), _ ("%s cannot be removed: %s"), path,
               g_strerror (errno));
  return FALSE;
}

/* Whether somebody switched it off without removing it. */
static gboolean
is_switched_off (const char *path)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *enabled = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    return FALSE;
  enabled = g_key_file_get_string (file, G_KEY_FILE_DESKTOP_GROUP, "X-GNOME-Autostart-enabled", NULL);
  return g_strcmp0 (enabled, "false") == 0 ||
         g_key_file_get_boolean (file, G_KEY_FILE_DESKTOP_GROUP, G_KEY_FILE_DESKTOP_KEY_HIDDEN, NULL);
}

static void
apply_file (FlowAutostart *self)
{
  g_autofree char *path = build_path ();
  g_autoptr (GError) error = NULL;
  gboolean wanted = is_wanted (self);

  self->on = wanted;
  if (!(wanted ? write_file (path, &error) : remove_file (path, &error)))
    fail (self, wanted, error->message);
}

/* --- The portal ------------------------------------------------------------------------------------------ */

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (FlowAutostart) self = data;
  g_autoptr (GError) error = NULL;
  gboolean allowed = xdp_portal_request_background_finish (XDP_PORTAL (source), result, &error);

  if (self->settings == NULL || allowed)
    return;
  if (error != NULL)
    g_dbus_error_strip_remote_error (error);
  /* Not to be allowed what is not wanted any more is no failure. */
  if (is_wanted (self))
    fail (self, TRUE, error != NULL ? error->message : _ ("The desktop did not allow it"));
}

static void
ask_portal (FlowAutostart *self)
{
  g_autoptr (GPtrArray) command = g_ptr_array_new ();
  XdpBackgroundFlags flags = is_wanted (self) ? XDP_BACKGROUND_FLAG_AUTOSTART : XDP_BACKGROUND_FLAG_NONE;

  self->on = is_wanted (self);
  if (self->portal == NULL)
    self->portal = xdp_portal_new ();
  g_ptr_array_add (command, (gpointer) "flowscope");
  g_ptr_array_add (command, (gpointer) BACKGROUND);
  xdp_portal_request_background (self->portal, NULL, (char *) _ ("Takes in what your programs send."), command, flags,
                                 self->cancellable, answered_cb, g_object_ref (self));
}

/* --- The object ------------------------------------------------------------------------------------------ */

static void
cancel_apply (FlowAutostart *self)
{
  if (self->apply != NULL)
    g_source_destroy (self->apply);
  g_clear_pointer (&self->apply, g_source_unref);
}

static gboolean
apply_cb (gpointer data)
{
  FlowAutostart *self = data;

  cancel_apply (self);
  if (is_wanted (self) == self->on)
    return G_SOURCE_REMOVE;
  if (self->method == FLOW_AUTOSTART_PORTAL)
    ask_portal (self);
  else
    apply_file (self);
  return G_SOURCE_REMOVE;
}

/* Not at once: who changes the setting should see that done before it may have to go back. */
static void
changed_cb (FlowAutostart *self)
{
  if (self->apply != NULL)
    return;
  self->apply = g_idle_source_new ();
  g_source_set_name (self->apply, "flow-autostart-apply");
  g_source_set_callback (self->apply, apply_cb, self, NULL);
  g_source_attach (self->apply, NULL);
}

static void
flow_autostart_dispose (GObject *object)
{
  FlowAutostart *self = FLOW_AUTOSTART (object);

  cancel_apply (self);
  g_cancellable_cancel (self->cancellable);
  if (self->settings != NULL)
    g_signal_handlers_disconnect_by_data (self->settings, self);
  g_clear_object (&self->settings);
  g_clear_object (&self->portal);

  G_OBJECT_CLASS (flow_autostart_parent_class)->dispose (object);
}

static void
flow_autostart_finalize (GObject *object)
{
  g_object_unref (FLOW_AUTOSTART (object)->cancellable);

  G_OBJECT_CLASS (flow_autostart_parent_class)->finalize (object);
}

static void
flow_autostart_class_init (FlowAutostartClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_autostart_dispose;
  G_OBJECT_CLASS (klass)->finalize = flow_autostart_finalize;

  /**
   * FlowAutostart::failed:
   * @self: the object
   * @reason: why, for people
   *
   * Emitted when the setting could not be made true; it says the opposite again.
   */
  signals[FAILED] = g_signal_new ("failed", FLOW_TYPE_AUTOSTART, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                  G_TYPE_STRING);
}

static void
flow_autostart_init (FlowAutostart *self)
{
  self->cancellable = g_cancellable_new ();
}

/**
 * flow_autostart_new:
 * @settings: with `ui.autostart`
 * @method: how the desktop is told
 *
 * Returns: (transfer full): an object that follows the setting from now on
 */
FlowAutostart *
flow_autostart_new (FlowSettings *settings, FlowAutostartMethod method)
{
  FlowAutostart *self = g_object_new (FLOW_TYPE_AUTOSTART, NULL);

  self->settings = g_object_ref (settings);
  self->method = method;
  if (method == FLOW_AUTOSTART_AUTO)
    self->method = xdp_portal_running_under_sandbox () ? FLOW_AUTOSTART_PORTAL : FLOW_AUTOSTART_FILE;
  g_signal_connect_swapped (settings, "changed::" KEY, G_CALLBACK (changed_cb), self);
  return self;
}

/**
 * flow_autostart_start:
 * @self: the object
 *
 * Bring the setting and the desktop together once, when the program starts: either may have changed meanwhile.
 */
void
flow_autostart_start (FlowAutostart *self)
{
  g_autofree char *path = build_path ();

  g_return_if_fail (FLOW_IS_AUTOSTART (self));

  if (self->method == FLOW_AUTOSTART_PORTAL)
    {
      if (is_wanted (self))
        ask_portal (self);
    }
  else if (is_wanted (self) && is_switched_off (path))
    follow (self, FALSE);
  else if (is_wanted (self) || g_file_test (path, G_FILE_TEST_EXISTS))
    apply_file (self);
}

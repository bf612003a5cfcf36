/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-renderer"

#include "app/shell/flow-renderer.h"

#define DRM_FOLDER "/sys/class/drm"
#define RENDER_NODE "renderD"

/* Kernel drivers that have a render node, or may have one, and nothing that renders. */
static const char *const without_gpu[] = { "vgem", "vkms", "bochs-drm", "simpledrm",  "simple-framebuffer", "cirrus",
                                           "ast",  "udl",  "mgag200",   "hyperv_drm", "vboxvideo",          NULL };

static gboolean
says_software (const char *variable)
{
  static const char *const names[] = { "llvmpipe", "softpipe", "swrast", NULL };
  const char *value = g_getenv (variable);

  return value != NULL && g_strv_contains (names, value);
}

static gboolean
is_set (const char *variable)
{
  const char *value = g_getenv (variable);

  return value != NULL && *value != '\0' && !g_str_equal (value, "0") && g_ascii_strcasecmp (value, "false") != 0;
}

/* An X display of another machine has no GPU of ours; “:0” and “unix:0” are here. */
static gboolean
is_far_display (void)
{
  const char *display = g_getenv ("DISPLAY");

  return g_getenv ("WAYLAND_DISPLAY") == NULL && display != NULL && *display != ':' && *display != '/' &&
         !g_str_has_prefix (display, "unix:");
}

static gboolean
node_renders (const char *node)
{
  g_autofree char *link = g_build_filename (DRM_FOLDER, node, "device", "driver", NULL);
  g_autofree char *target = g_file_read_link (link, NULL);
  g_autofree char *driver = target != NULL ? g_path_get_basename (target) : NULL;

  return driver == NULL || !g_strv_contains (without_gpu, driver);
}

static gboolean
has_gpu (void)
{
  g_autoptr (GDir) folder = g_dir_open (DRM_FOLDER, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *device = g_build_filename ("/dev/dri", name, NULL);

      if (g_str_has_prefix (name, RENDER_NODE) && g_file_test (device, G_FILE_TEST_EXISTS) && node_renders (name))
        return TRUE;
    }
  /* NVIDIA's own driver and Windows' subsystem need no render node. */
  return g_file_test ("/dev/nvidiactl", G_FILE_TEST_EXISTS) || g_file_test ("/dev/dxg", G_FILE_TEST_EXISTS);
}

/**
 * flow_renderer_is_software:
 *
 * Find out whether OpenGL would be computed by the processor, without starting OpenGL, which would cost a start more
 * than everything else.
 *
 * Returns: %TRUE when no GPU renders
 */
gboolean
flow_renderer_is_software (void)
{
  return is_set ("LIBGL_ALWAYS_SOFTWARE") || says_software ("GALLIUM_DRIVER") ||
         says_software ("MESA_LOADER_DRIVER_OVERRIDE") || is_far_display () || !has_gpu ();
}

/**
 * flow_renderer_choose:
 *
 * Have GTK draw with Cairo where OpenGL is software: that takes 50 ms a frame, however little changes. What the user
 * set wins. To be called before GTK starts, while there is one thread.
 */
void
flow_renderer_choose (void)
{
  if (flow_renderer_is_software ())
    g_setenv ("GSK_RENDERER", "cairo", FALSE);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-tray-icon"

#include "app/desktop/flow-tray-icon.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <gdk/gdk.h>
#include <math.h>

#define APP_ID "org.flowscope.FlowScope"
#define SYMBOL "/org/flowscope/FlowScope/icons/symbolic/apps/" APP_ID "-symbolic.svg"

/* In parts of the size. */
#define MARK_CENTRE 0.70
#define MARK_RADIUS 0.28
#define MARK_GAP 0.07

/* How a state looks: by shapes, not only by colours, each of which has a contrast of 3:1 to black and to white. */
typedef struct
{
  const char *name; /* in the icon theme */
  guint32 symbol;   /* 0xRRGGBB */
  guint32 mark;     /* 0xRRGGBB, 0: none */
  void (*draw) (cairo_t *cr);
} Look;

/* The marks are drawn in white, in a circle of radius 1 around the origin. */

static void
draw_busy (cairo_t *cr)
{
  for (int i = -1; i <= 1; i++)
    {
      cairo_arc (cr, i * 0.48, 0, 0.19, 0, 2 * G_PI);
      cairo_fill (cr);
    }
}

static void
draw_paused (cairo_t *cr)
{
  cairo_rectangle (cr, -0.45, -0.5, 0.3, 1.0);
  cairo_rectangle (cr, 0.15, -0.5, 0.3, 1.0);
  cairo_fill (cr);
}

static void
draw_offline (cairo_t *cr)
{
  cairo_set_line_width (cr, 0.3);
  cairo_move_to (cr, -0.42, -0.42);
  cairo_line_to (cr, 0.42, 0.42);
  cairo_move_to (cr, 0.42, -0.42);
  cairo_line_to (cr, -0.42, 0.42);
  cairo_stroke (cr);
}

static void
draw_attention (cairo_t *cr)
{
  cairo_rectangle (cr, -0.15, -0.65, 0.3, 0.75);
  cairo_fill (cr);
  cairo_arc (cr, 0, 0.45, 0.19, 0, 2 * G_PI);
  cairo_fill (cr);
}

static const Look looks[FLOW_TRAY_N_STATES] = {
  [FLOW_TRAY_OK] = { APP_ID "-symbolic", 0x3584e4, 0, NULL },
  [FLOW_TRAY_BUSY] = { APP_ID "-busy-symbolic", 0x3584e4, 0x9141ac, draw_busy },
  [FLOW_TRAY_PAUSED] = { APP_ID "-paused-symbolic", 0x77767b, 0x5e5c64, draw_paused },
  [FLOW_TRAY_OFFLINE] = { APP_ID "-offline-symbolic", 0x77767b, 0xe01b24, draw_offline },
  [FLOW_TRAY_ATTENTION] = { APP_ID "-attention-symbolic", 0x3584e4, 0xc64600, draw_attention },
};

static void
set_colour (cairo_t *cr, guint32 rgb)
{
  cairo_set_source_rgb (cr, (rgb >> 16) / 255.0, (rgb >> 8 & 0xff) / 255.0, (rgb & 0xff) / 255.0);
}

static GdkPixbuf *
load_symbol (int size)
{
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  GdkPixbuf *pixbuf = NULL;

  stream = g_resources_open_stream (SYMBOL, G_RESOURCE_LOOKUP_FLAGS_NONE, &error);
  if (stream != NULL)
    pixbuf = gdk_pixbuf_new_from_stream_at_scale (stream, size, size, TRUE, NULL, &error);
  if (pixbuf == NULL)
    g_debug ("no symbol: %s", error->message);
  return pixbuf;
}

/* Only the shape of the symbol counts, as for any symbolic icon. */
static void
draw_symbol (cairo_t *cr, guint32 colour, int size)
{
  g_autoptr (GdkPixbuf) symbol = load_symbol (size);
  cairo_pattern_t *mask;

  set_colour (cr, colour);
  if (symbol == NULL || !gdk_pixbuf_get_has_alpha (symbol))
    {
      cairo_arc (cr, size / 2.0, size / 2.0, size * 0.4, 0, 2 * G_PI);
      cairo_fill (cr);
      return;
    }
  cairo_push_group (cr);
  gdk_cairo_set_source_pixbuf (cr, symbol, 0, 0);
  cairo_paint (cr);
  mask = cairo_pop_group (cr);
  set_colour (cr, colour);
  cairo_mask (cr, mask);
  cairo_pattern_destroy (mask);
}

static void
draw_mark (cairo_t *cr, const Look *look, int size)
{
  cairo_save (cr);
  cairo_scale (cr, size, size);
  cairo_translate (cr, MARK_CENTRE, MARK_CENTRE);
  cairo_set_operator (cr, CAIRO_OPERATOR_CLEAR);
  cairo_arc (cr, 0, 0, MARK_RADIUS + MARK_GAP, 0, 2 * G_PI);
  cairo_fill (cr);
  cairo_set_operator (cr, CAIRO_OPERATOR_OVER);
  set_colour (cr, look->mark);
  cairo_arc (cr, 0, 0, MARK_RADIUS, 0, 2 * G_PI);
  cairo_fill (cr);
  cairo_scale (cr, MARK_RADIUS, MARK_RADIUS);
  set_colour (cr, 0xffffff);
  look->draw (cr);
  cairo_restore (cr);
}

/**
 * flow_tray_icon_draw:
 * @state: what the icon says
 * @size: pixels, of both sides
 *
 * Draw the program's symbol with a mark for the state, in colours that are seen on light and on dark panels: a host
 * that takes pixels does not recolour them.
 *
 * Returns: (transfer full): an image of format ARGB32
 */
cairo_surface_t *
flow_tray_icon_draw (FlowTrayState state, int size)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, size, size);
  cairo_t *cr = cairo_create (surface);

  draw_symbol (cr, looks[state].symbol, size);
  if (looks[state].mark != 0)
    draw_mark (cr, &looks[state], size);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

/**
 * flow_tray_icon_get_name:
 * @state: what the icon says
 *
 * Returns: (transfer none): the name of its symbolic icon in the theme
 */
const char *
flow_tray_icon_get_name (FlowTrayState state)
{
  return looks[state].name;
}

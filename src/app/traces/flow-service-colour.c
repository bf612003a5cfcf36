/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-service-colour"

#include "app/traces/flow-service-colour.h"

/*
 * Red is for errors only. White text is readable (4.5 to 1) on a light theme's colour, black text on a dark theme's;
 * so each also stands out from the page behind it.
 */
static const struct
{
  guint32 light;
  guint32 dark;
} palette[FLOW_SERVICE_COLOURS] = {
  { 0x1a5fb4, 0x78aeed }, /* blue */
  { 0x26732f, 0x7fd487 }, /* green */
  { 0x813d9c, 0xcf95e6 }, /* purple */
  { 0x8a6100, 0xf0c95c }, /* gold */
  { 0x0b7285, 0x5bc8dc }, /* cyan */
  { 0xa5297f, 0xe88fd0 }, /* magenta */
  { 0x5c6b00, 0xb9cc4a }, /* olive */
  { 0x4f46b8, 0xa8a2f5 }, /* indigo */
  { 0xa84e00, 0xf5a35c }, /* orange */
  { 0x0a7a62, 0x56d3b0 }, /* teal */
  { 0x7a5230, 0xcfa882 }, /* brown */
  { 0x526077, 0xa9b6c9 }, /* slate */
};

/* Where the hash begins, the same for ever so that colours stay: of three million numbers the one that gives services
 * which often work together (frontend, api, auth, cart, worker, redis ...) the most colours. */
#define BASIS 2168147907u

/**
 * flow_service_colour_index:
 * @name: (array length=length) (element-type char): a service's name
 * @length: its bytes
 *
 * Returns: which of the %FLOW_SERVICE_COLOURS is the service's, in every run and on every machine
 */
guint
flow_service_colour_index (const char *name, gsize length)
{
  guint32 hash = BASIS;

  /* FNV-1a; its low bits alone are weak, so the high ones are folded in. */
  for (gsize i = 0; i < length; i++)
    hash = (hash ^ (guint8) name[i]) * 16777619u;
  hash ^= hash >> 15;
  return hash % FLOW_SERVICE_COLOURS;
}

/**
 * flow_service_colour_at:
 * @index: less than %FLOW_SERVICE_COLOURS
 * @dark: for a dark theme
 * @colour: (out caller-allocates): return location
 *
 * Get a colour of the palette.
 */
void
flow_service_colour_at (guint index, gboolean dark, GdkRGBA *colour)
{
  guint32 rgb;

  g_return_if_fail (index < FLOW_SERVICE_COLOURS);

  rgb = dark ? palette[index].dark : palette[index].light;
  colour->red = (rgb >> 16) / 255.0f;
  colour->green = (rgb >> 8 & 0xff) / 255.0f;
  colour->blue = (rgb & 0xff) / 255.0f;
  colour->alpha = 1.0f;
}

/**
 * flow_service_colour:
 * @name: (array length=length) (element-type char): a service's name
 * @length: its bytes
 * @dark: for a dark theme
 * @colour: (out caller-allocates): return location
 *
 * Get the colour that a service is drawn in everywhere. Usable from any thread.
 */
void
flow_service_colour (const char *name, gsize length, gboolean dark, GdkRGBA *colour)
{
  flow_service_colour_at (flow_service_colour_index (name, length), dark, colour);
}

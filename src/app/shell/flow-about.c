/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-about"

#include "app/shell/flow-about.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <sqlite3.h>

#include "base/flow-version.h"

static char *
debug_info (void)
{
  return g_strdup_printf (
      "FlowScope %s\nGTK %u.%u.%u\nlibadwaita %u.%u.%u\nGLib %u.%u.%u\nSQLite %s\nGSK_RENDERER %s\n", FLOW_VERSION,
      gtk_get_major_version (), gtk_get_minor_version (), gtk_get_micro_version (), adw_get_major_version (),
      adw_get_minor_version (), adw_get_micro_version (), glib_major_version, glib_minor_version, glib_micro_version,
      sqlite3_libversion (), g_getenv ("GSK_RENDERER") != NULL ? g_getenv ("GSK_RENDERER") : "-");
}

/**
 * flow_about_show:
 * @parent: (nullable): the window in front
 *
 * Show what this program is.
 */
void
flow_about_show (GtkWindow *parent)
{
  g_autofree char *info = debug_info ();

  adw_show_about_window (parent, "application-name", "FlowScope", "application-icon", "org.flowscope.FlowScope",
                         "version", FLOW_VERSION, "developer-name", _ ("The FlowScope developers"), "license-type",
                         GTK_LICENSE_GPL_3_0, "comments", _ ("See what your programs did, and open the line of code."),
                         "debug-info", info, "debug-info-filename", "flowscope-versions.txt",
                         /* Translators: your names, one a line. */
                         "translator-credits", _ ("translator-credits"), NULL);
}

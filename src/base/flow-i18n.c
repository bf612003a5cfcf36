/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-i18n"

#include "base/flow-i18n.h"

#include <glib/gi18n-lib.h>
#include <locale.h>

#include "base/flow-version.h"

/**
 * flow_i18n_init:
 *
 * Speak the user's language: to be called once, first thing in a program. Numbers keep the C locale, since
 * what the programs print is also read by programs. In a build folder its own translations are used.
 */
void
flow_i18n_init (void)
{
  gboolean uninstalled = g_file_test (FLOW_BUILD_LOCALEDIR, G_FILE_TEST_IS_DIR);

  setlocale (LC_ALL, "");
  setlocale (LC_NUMERIC, "C");
  bindtextdomain (GETTEXT_PACKAGE, uninstalled ? FLOW_BUILD_LOCALEDIR : FLOW_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-theme"

#include "app/shell/flow-theme.h"

#include <adwaita.h>

static void
apply (FlowSettings *settings)
{
  g_autoptr (GVariant) value = flow_settings_get (settings, "ui.theme", NULL);
  const char *theme = value != NULL ? g_variant_get_string (value, NULL) : "auto";
  AdwColorScheme scheme = ADW_COLOR_SCHEME_DEFAULT;

  if (g_str_equal (theme, "dark"))
    scheme = ADW_COLOR_SCHEME_FORCE_DARK;
  else if (g_str_equal (theme, "light"))
    scheme = ADW_COLOR_SCHEME_FORCE_LIGHT;
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), scheme);
}

static void
changed_cb (FlowSettings *settings, const char *key, gpointer data)
{
  apply (settings);
}

/**
 * flow_theme_follow:
 * @settings: the settings
 *
 * Have all windows be light or dark as the setting `ui.theme` says, from now on.
 */
void
flow_theme_follow (FlowSettings *settings)
{
  g_signal_connect (settings, "changed::ui.theme", G_CALLBACK (changed_cb), NULL);
  apply (settings);
}

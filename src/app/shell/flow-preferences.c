/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-preferences"

#include "app/shell/flow-preferences.h"

#include <glib/gi18n.h>

#include "app/code/flow-editor-preferences-page.h"
#include "app/edits/flow-edit-settings.h"
#include "app/edits/flow-held-editors.h"
#include "app/shell/flow-encryption-row.h"
#include "app/shell/flow-ports-group.h"
#include "app/shell/flow-retention-row.h"
#include "app/shell/flow-setting-row.h"
#include "app/shell/flow-storage-group.h"

#define EDITOR "editor"
#define EDITING "editing"
#define SYNC "sync"

typedef struct
{
  const char *name;
  const char *title;
  const char *icon;
} PageInfo;

/* A key, and the page and the group that it stands in. */
typedef struct
{
  const char *page;
  const char *group;
  const char *key;
} KeyPlace;

static const PageInfo pages[] = {
  { "general", N_ ("General"), "preferences-system-symbolic" }, { "capture", N_ ("Capture"), "media-record-symbolic" },
  { "storage", N_ ("Storage"), "drive-harddisk-symbolic" },     { EDITING, N_ ("Editing"), "document-edit-symbolic" },
  { SYNC, N_ ("Sync"), "emblem-synchronizing-symbolic" },       { "ports", N_ ("Ports"), "network-wired-symbolic" },
};

/* Every key of the schema is here, in the order in which it is shown; a test fails when one is missing. */
static const KeyPlace places[] = {
  { "general", N_ ("Window"), "ui.theme" },
  { "general", N_ ("Window"), "ui.auto-open-traces" },
  { "general", N_ ("Window"), "ui.saved-filters" },
  { "general", N_ ("Background"), "ui.run-in-background" },
  { "general", N_ ("Background"), "ui.autostart" },
  { "general", N_ ("Background"), "ui.notifications" },
  { "general", N_ ("Editors"), "ui.show-inline-metrics" },
  { "general", N_ ("Editors"), "integrations.vscode.inline-metrics" },
  { "general", N_ ("Editors"), "integrations.vscode.code-navigation" },
  { "general", N_ ("Editors"), "integrations.vscode.auto-launch" },
  { "capture", N_ ("Capture"), "capture.enabled" },
  { "capture", N_ ("Who May Send"), "allow-other-users" },
  { "capture", N_ ("Who May Send"), "allowed-origins" },
  { "capture", N_ ("Who May Send"), "denied-origins" },
  { "capture", N_ ("Who May Send"), "allowed-hosts" },
  { "capture", N_ ("Limits"), "limits.body-mb" },
  { "capture", N_ ("Limits"), "limits.queue-mb" },
  { "storage", N_ ("What Is Kept"), "capture.retention-days" },
  { "storage", N_ ("What Is Kept"), "capture.retention-size-mb" },
  { "storage", N_ ("Diagnosis"), "slow-query-ms" },
  { EDITING, N_ ("Editors"), "edit.command" },
  { EDITING, N_ ("Editors"), "edit.editors-by-site" },
  { EDITING, N_ ("Editors"), "edit.editors-by-type" },
  { EDITING, N_ ("Editors"), "integrations.vscode.edit-on-close" },
  { EDITING, N_ ("Not Edited"), "edit.denied-hosts" },
  { EDITING, N_ ("Journal"), "edit.journal-days" },
  { EDITING, N_ ("Journal"), "edit.journal-size-mb" },
  { SYNC, N_ ("Privacy"), "privacy.local-only" },
  { SYNC, N_ ("Privacy"), "privacy.encrypt-sensitive-data" },
  { SYNC, N_ ("Privacy"), "privacy.share-usage-metrics" },
  { SYNC, N_ ("Your Other Devices"), "sync.auto-sync" },
  { SYNC, N_ ("Your Other Devices"), "sync.enable-offline-mode" },
  { SYNC, N_ ("Your Other Devices"), "sync.conflict-resolution" },
  { SYNC, N_ ("Traces on Other Devices"), "sync.traces" },
  { SYNC, N_ ("Traces on Other Devices"), "integrations.cloud.auto-upload" },
  { SYNC, N_ ("Connection"), "sync.interval" },
  { SYNC, N_ ("Connection"), "sync.compress-from-bytes" },
  { SYNC, N_ ("Connection"), "sync.compression-level" },
  { "ports", N_ ("Ports"), "ports.hub" },
  { "ports", N_ ("Ports"), "ports.otlp-http-enabled" },
  { "ports", N_ ("Ports"), "ports.otlp-http" },
  { "ports", N_ ("Pages"), "ports.web-dev-sync-enabled" },
  { "ports", N_ ("Pages"), "ports.web-dev-sync" },
  { "ports", N_ ("Pages"), "ports.ghosttext-enabled" },
  { "ports", N_ ("Pages"), "ports.ghosttext" },
  { "ports", N_ ("Pages"), "ports.atomic-chrome-enabled" },
  { "ports", N_ ("Pages"), "ports.atomic-chrome" },
  { EDITOR, NULL, "editor-command" },
  { EDITOR, NULL, "path-maps" },
  { EDITOR, NULL, "workspace-folders" },
};

static GtkWidget *
make_row (FlowServices *services, const char *key)
{
  FlowSettings *settings = flow_services_get_settings (services);

  if (g_str_has_prefix (key, "capture.retention-"))
    return flow_retention_row_new (settings, key);
  if (g_str_equal (key, "edit.command") || g_str_has_prefix (key, "edit.editors-by-"))
    return flow_edit_settings_row_new (services, key);
  return flow_setting_row_new (settings, key);
}

static void
add_rows (AdwPreferencesPage *page, FlowServices *services, const char *name)
{
  AdwPreferencesGroup *group = NULL;
  const char *title = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      if (!g_str_equal (places[i].page, name))
        continue;
      if (group == NULL || !g_str_equal (title, places[i].group))
        {
          title = places[i].group;
          group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
          adw_preferences_group_set_title (group, _ (title));
          adw_preferences_page_add (page, group);
        }
      adw_preferences_group_add (group, make_row (services, places[i].key));
      if (g_str_equal (places[i].key, "privacy.encrypt-sensitive-data"))
        adw_preferences_group_add (group, flow_encryption_row_new (services));
      /* The last one about editors. */
      if (g_str_equal (places[i].key, "integrations.vscode.edit-on-close"))
        adw_preferences_page_add (page, ADW_PREFERENCES_GROUP (flow_held_editors_new (services)));
    }
}

static void
add_page (AdwPreferencesWindow *window, GtkWidget *page, const char *name, const char *title, const char *icon)
{
  adw_preferences_page_set_name (ADW_PREFERENCES_PAGE (page), name);
  adw_preferences_page_set_title (ADW_PREFERENCES_PAGE (page), title);
  adw_preferences_page_set_icon_name (ADW_PREFERENCES_PAGE (page), icon);
  adw_preferences_window_add (window, ADW_PREFERENCES_PAGE (page));
}

/**
 * flow_preferences_new:
 * @services: the settings and the hub
 * @keeper: restarts the hub
 *
 * Make the preferences: the pages `general`, `capture`, `storage`, `editing`, `sync`, `ports` and `editor`.
 *
 * Returns: (transfer none): an #AdwPreferencesWindow, not shown yet
 */
GtkWindow *
flow_preferences_new (FlowServices *services, FlowHubKeeper *keeper)
{
  AdwPreferencesWindow *window = ADW_PREFERENCES_WINDOW (adw_preferences_window_new ());

  gtk_window_set_modal (GTK_WINDOW (window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (window), 680, 640);
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      GtkWidget *page = adw_preferences_page_new ();

      add_rows (ADW_PREFERENCES_PAGE (page), services, pages[i].name);
      if (g_str_equal (pages[i].name, "storage"))
        adw_preferences_page_add (ADW_PREFERENCES_PAGE (page),
                                  ADW_PREFERENCES_GROUP (flow_storage_group_new (services)));
      if (g_str_equal (pages[i].name, "ports"))
        adw_preferences_page_add (ADW_PREFERENCES_PAGE (page),
                                  ADW_PREFERENCES_GROUP (flow_ports_group_new (services, keeper, FALSE)));
      add_page (window, page, pages[i].name, _ (pages[i].title), pages[i].icon);
    }
  add_page (window, flow_editor_preferences_page_new (services), EDITOR, _ ("Editor"), "text-editor-symbolic");
  return GTK_WINDOW (window);
}

/**
 * flow_preferences_list_keys:
 *
 * Returns: (transfer full) (array zero-terminated=1): the settings that the preferences show, in their order
 */
char **
flow_preferences_list_keys (void)
{
  g_autoptr (GStrvBuilder) keys = g_strv_builder_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    g_strv_builder_add (keys, places[i].key);
  return g_strv_builder_end (keys);
}

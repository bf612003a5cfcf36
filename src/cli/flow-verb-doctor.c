/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-doctor"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/flow-error.h"
#include "cli/flow-cli-key.h"
#include "cli/flow-port-holder.h"
#include "cli/flow-verbs.h"
#include "cli/flow-web-dev-sync-config.h"
#include "message/flow-json-member.h"
#include "secret/flow-secrets.h"
#include "store/flow-maintenance.h"
#include "store/flow-statement.h"
#include "store/flow-store.h"
#include "trace/flow-trace-key.h"

/* Below this the store soon has to turn requests away. */
#define LITTLE_SPACE (512 * G_GUINT64_CONSTANT (1048576))
/* A clock that stands before this program was made (2025-01-01) is wrong. */
#define OLDEST_NOW_NS (G_GINT64_CONSTANT (1735689600) * 1000000000)
#define KEYRING_NAME "org.freedesktop.secrets"
#define KEYRING_TIMEOUT_MS 2000

static const FlowOption options[] = { { NULL } };

typedef enum
{
  FINE,
  NOTE,
  PROBLEM,
} State;

typedef struct
{
  const char *name;
  State state;
  char *message;
  char *advice; /* (nullable) */
} Check;

static void
check_free (gpointer data)
{
  Check *check = data;

  g_free (check->message);
  g_free (check->advice);
  g_free (check);
}

static void
add (GPtrArray *checks, const char *name, State state, char *message, const char *advice)
{
  Check *check = g_new (Check, 1);

  *check = (Check) { name, state, message, g_strdup (advice) };
  g_ptr_array_add (checks, check);
}

static const FlowDiscovery *
check_hub (FlowCli *cli, GPtrArray *checks)
{
  g_autoptr (GError) error = NULL;
  const FlowDiscovery *hub = flow_cli_get_hub (cli, &error);

  if (hub != NULL)
    add (checks, "hub", FINE, g_strdup_printf (_ ("version %s runs as process %d"), hub->version, (int) hub->pid),
         NULL);
  else if (g_error_matches (error, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING))
    add (checks, "hub", NOTE, g_strdup (error->message), _ ("Start it: flowscope-hub"));
  else
    add (checks, "hub", PROBLEM, g_strdup (error->message), _ ("Remove that file and start flowscope-hub again."));
  return hub;
}

static void
check_port (GPtrArray *checks, const char *name, guint port, const FlowDiscovery *hub, const char *key)
{
  g_autofree char *holder = NULL;
  g_autofree char *advice = NULL;
  gint64 pid;

  if (port == 0)
    return;
  if (!flow_port_holder_find (port, &holder, &pid))
    {
      add (checks, name, hub != NULL ? NOTE : FINE, g_strdup_printf (_ ("%u is free"), port), NULL);
      return;
    }
  if (hub != NULL && pid == hub->pid)
    {
      add (checks, name, FINE, g_strdup_printf (_ ("%u is the hub's"), port), NULL);
      return;
    }
  advice = g_strdup_printf (_ ("Stop it, or choose another port: flowctl settings set %s %u"), key, port + 1000);
  add (checks, name, PROBLEM,
       pid > 0 ? g_strdup_printf (_ ("%u is taken by %s (process %d)"), port, holder, (int) pid)
               : g_strdup_printf (_ ("%u is taken by another user's program"), port),
       advice);
}

/* An editor may be there that listens itself; the doorway is also at the hub's own port. */
static void
check_doorway (GPtrArray *checks, const char *name, guint port, const FlowDiscovery *hub, const char *key)
{
  guint before = checks->len;

  check_port (checks, name, port, hub, key);
  if (checks->len > before && ((Check *) g_ptr_array_index (checks, before))->state == PROBLEM)
    ((Check *) g_ptr_array_index (checks, before))->state = NOTE;
}

static void
check_folder (GPtrArray *checks, const char *name, const char *path)
{
  g_autofree char *advice = NULL;
  GStatBuf info;

  if (g_stat (path, &info) != 0)
    {
      add (checks, name, NOTE, g_strdup_printf (_ ("%s is not there yet"), path), NULL);
      return;
    }
  if (info.st_uid == getuid () && (info.st_mode & 077) == 0 && g_access (path, W_OK) == 0)
    {
      add (checks, name, FINE, g_strdup (path), NULL);
      return;
    }
  advice = g_strdup_printf ("chown %u '%s' && chmod 700 '%s'", (unsigned) getuid (), path, path);
  add (checks, name, PROBLEM, g_strdup_printf (_ ("%s is not yours alone"), path), advice);
}

static void
check_disk (GPtrArray *checks, const char *path)
{
  g_autofree char *size = NULL;
  struct statvfs info;
  guint64 free_bytes;

  if (statvfs (path, &info) != 0)
    return;
  free_bytes = (guint64) info.f_bavail * info.f_frsize;
  size = g_format_size_full (free_bytes, G_FORMAT_SIZE_IEC_UNITS);
  add (checks, "disk", free_bytes < LITTLE_SPACE ? PROBLEM : FINE, g_strdup_printf (_ ("%s free in %s"), size, path),
       free_bytes < LITTLE_SPACE ? _ ("Make room, or lower capture.retention-size-mb.") : NULL);
}

static void
check_clock (FlowCli *cli, GPtrArray *checks)
{
  if (flow_cli_now (cli) < OLDEST_NOW_NS)
    add (checks, "clock", PROBLEM, g_strdup (_ ("the clock stands years ago")), _ ("Set it: timedatectl set-ntp true"));
  else
    add (checks, "clock", FINE, g_strdup (_ ("the clock is plausible")), NULL);
}

static void
check_database (GPtrArray *checks, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowStoreStatus) status = NULL;
  g_autofree char *size = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      add (checks, "database", NOTE, g_strdup (_ ("there is none yet")), NULL);
      return;
    }
  status = flow_store_status (path, &error);
  if (status == NULL)
    {
      add (checks, "database", PROBLEM, g_strdup (error->message),
           error->domain == FLOW_ERROR ? flow_error_info_for (error)->advice : NULL);
      return;
    }
  size = g_format_size_full ((guint64) status->size, G_FORMAT_SIZE_IEC_UNITS);
  add (checks, "database", FINE, g_strdup_printf (_ ("%s, schema %d"), size, status->schema_version),
       _ ("flowctl db check reads all of it."));
}

static gboolean
ask_bus (GDBusConnection *bus, const char *method, GVariant *parameters, const char *type, GVariant **answer)
{
  *answer = g_dbus_connection_call_sync (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                         method, parameters, G_VARIANT_TYPE (type), G_DBUS_CALL_FLAGS_NONE,
                                         KEYRING_TIMEOUT_MS, NULL, NULL);
  return *answer != NULL;
}

static gboolean
has_keyring (GDBusConnection *bus)
{
  g_autoptr (GVariant) owned = NULL;
  g_autoptr (GVariant) startable = NULL;
  g_autofree const char **names = NULL;
  gboolean has = FALSE;

  if (ask_bus (bus, "NameHasOwner", g_variant_new ("(s)", KEYRING_NAME), "(b)", &owned))
    g_variant_get (owned, "(b)", &has);
  if (has || !ask_bus (bus, "ListActivatableNames", NULL, "(as)", &startable))
    return has;
  g_variant_get (startable, "(^a&s)", &names);
  return g_strv_contains (names, KEYRING_NAME);
}

static void
check_keyring (GPtrArray *checks)
{
  g_autoptr (GDBusConnection) bus = NULL;
  const char *runtime = g_getenv ("XDG_RUNTIME_DIR");

  /* Without an address GIO would start a bus of its own. */
  if (g_getenv ("DBUS_SESSION_BUS_ADDRESS") != NULL || (runtime != NULL && g_file_test (runtime, G_FILE_TEST_IS_DIR)))
    bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  if (bus == NULL)
    add (checks, "keyring", NOTE, g_strdup (_ ("there is no session bus, so no keyring")),
         _ ("Without one, secrets are kept in a file that only you can read."));
  else if (has_keyring (bus))
    add (checks, "keyring", FINE, g_strdup (_ ("there is one")), NULL);
  else
    add (checks, "keyring", NOTE, g_strdup (_ ("there is none")),
         _ ("Without one, secrets are kept in a file that only you can read; gnome-keyring or KWallet provide it."));
}

/* Where there is no keyring secrets are in a file, which is worth knowing. */
static void
check_secrets (GPtrArray *checks, FlowContext *context)
{
  g_autoptr (FlowSecrets) secrets = flow_secrets_new (context, FLOW_SECRETS_AUTO);

  if (flow_secrets_uses_file (secrets))
    add (checks, "secrets", NOTE,
         g_strdup_printf (_ ("they are in %s/secrets.json, readable for you alone"),
                          flow_context_get_data_dir (context)),
         _ ("With a keyring they would be encrypted on the disk; keep the file out of backups that others can read."));
}

static void
check_encryption (FlowCli *cli, GPtrArray *checks, const char *path)
{
  g_autoptr (sqlite3) db = flow_store_open_reader (path, NULL);
  g_autoptr (GError) error = NULL;

  /* Nobody has told this process a key, so one that is needed is missed. */
  if (db == NULL || flow_trace_key_check (db, NULL))
    return;
  if (flow_cli_find_key (cli, &error))
    add (checks, "encryption", FINE, g_strdup (_ ("traces are encrypted, and their key is at hand")), NULL);
  else
    add (checks, "encryption", PROBLEM, g_strdup (error->message),
         _ ("Nothing is taken in and nothing can be shown until the key is there; then it goes on by itself."));
}

static void
write_check (FlowJsonWriter *writer, gconstpointer item)
{
  static const char *const states[] = { "ok", "note", "problem" };
  const Check *check = item;

  flow_json_writer_begin_object (writer);
  flow_json_member_text (writer, "check", check->name, -1);
  flow_json_member_text (writer, "state", states[check->state], -1);
  flow_json_member_text (writer, "message", check->message, -1);
  flow_json_member_text (writer, "advice", check->advice != NULL ? check->advice : "", -1);
  flow_json_writer_end_object (writer);
}

static void
print_text (FlowCli *cli, GPtrArray *checks)
{
  static const struct
  {
    const char *sign;
    FlowStyle style;
  } looks[] = { { "ok", FLOW_STYLE_GOOD }, { "--", FLOW_STYLE_DIM }, { "!!", FLOW_STYLE_ERROR } };

  for (guint i = 0; i < checks->len; i++)
    {
      const Check *check = g_ptr_array_index (checks, i);

      flow_cli_print (cli, "%s%s%s %-18s ", flow_cli_style (cli, looks[check->state].style), looks[check->state].sign,
                      flow_cli_style (cli, FLOW_STYLE_PLAIN), check->name);
      flow_cli_print_outside (cli, check->message, -1);
      flow_cli_print (cli, "\n");
      if (check->advice != NULL && check->state != FINE)
        {
          flow_cli_print (cli, "                      ");
          flow_cli_print_outside (cli, check->advice, -1);
          flow_cli_print (cli, "\n");
        }
    }
}

static void
check_ports (FlowCli *cli, GPtrArray *checks, const FlowDiscovery *hub)
{
  g_autoptr (GError) error = NULL;
  FlowSettings *all = flow_cli_get_settings (cli, &error);
  g_autoptr (FlowSettingsSnapshot) settings = all != NULL ? flow_settings_snapshot (all) : NULL;

  if (settings == NULL)
    {
      add (checks, "settings", PROBLEM, g_strdup (error->message), NULL);
      return;
    }
  check_port (checks, "hub port", settings->hub_port, hub, "ports.hub");
  if (settings->otlp_http_enabled)
    check_port (checks, "OTLP port", settings->otlp_http_port, hub, "ports.otlp-http");
  if (settings->web_dev_sync_enabled)
    check_doorway (checks, "web-dev-sync port", settings->web_dev_sync_port, hub, "ports.web-dev-sync");
  if (settings->ghosttext_enabled)
    check_doorway (checks, "GhostText port", settings->ghosttext_port, hub, "ports.ghosttext");
  if (settings->atomic_chrome_enabled)
    check_doorway (checks, "Atomic Chrome port", settings->atomic_chrome_port, hub, "ports.atomic-chrome");
}

/* Told until something of it was taken over, or chosen otherwise. */
static void
check_web_dev_sync (FlowCli *cli, GPtrArray *checks)
{
  FlowSettings *settings = flow_cli_get_settings (cli, NULL);
  g_autofree char *path = flow_web_dev_sync_config_get_path ();
  FlowWebDevSyncConfig config;

  if (settings == NULL || !flow_web_dev_sync_config_read (&config, path, NULL) ||
      (config.editor == NULL && config.port == 0) || !flow_settings_is_default (settings, "edit.command") ||
      !flow_settings_is_default (settings, "ports.web-dev-sync"))
    return;
  add (checks, "web-dev-sync", NOTE, g_strdup_printf (_ ("its settings are in %s"), path),
       _ ("Take them over: flowctl settings import"));
}

static gboolean
run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  FlowContext *context = flow_cli_get_context (cli, error);
  g_autoptr (GPtrArray) checks = g_ptr_array_new_with_free_func (check_free);
  const FlowDiscovery *hub;

  if (context == NULL)
    return FALSE;
  hub = check_hub (cli, checks);
  check_ports (cli, checks, hub);
  check_folder (checks, "data", flow_context_get_data_dir (context));
  check_folder (checks, "config", flow_context_get_config_dir (context));
  check_folder (checks, "runtime", flow_context_get_runtime_dir (context));
  check_disk (checks, flow_context_get_data_dir (context));
  check_database (checks, flow_context_get_database_path (context));
  check_clock (cli, checks);
  check_keyring (checks);
  check_secrets (checks, context);
  check_encryption (cli, checks, flow_context_get_database_path (context));
  check_web_dev_sync (cli, checks);

  if (flow_cli_is_json (cli))
    flow_cli_print_json_array (cli, checks, write_check);
  else
    print_text (cli, checks);
  for (guint i = 0; i < checks->len; i++)
    if (((const Check *) g_ptr_array_index (checks, i))->state == PROBLEM)
      flow_cli_set_exit_status (cli, 1);
  return TRUE;
}

const FlowVerb flow_verb_doctor = {
  .name = "doctor",
  .synopsis = "",
  .summary = N_ ("Look for what could be in the way"),
  .description = N_ (
      "Checks the hub, its ports and who holds them, the folders, the disk, the database, the clock, the keyring "
      "and the key of encrypted traces, and says what to do. The exit status is 1 when there is a problem."),
  .options = options,
  .run = run,
};

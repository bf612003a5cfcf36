/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-admin.h"

#include <stdio.h>
#include <string.h>

#include "base/flow-clock.h"
#include "base/flow-error.h"
#include "base/flow-id.h"
#include "cloud/flow-cloud-admin-data.h"
#include "cloud/flow-cloud-error.h"
#include "cloud/flow-cloud-keys.h"
#include "cloud/flow-cloud-terminal.h"
#include "secret/flow-digest.h"
#include "secret/flow-password.h"

#define MIN_PASSWORD 8

static gboolean
fail (GError **error, const char *message)
{
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, message);
  return FALSE;
}

static char *
make_hash (const char *password, GError **error)
{
  if (g_utf8_strlen (password, -1) >= MIN_PASSWORD && strlen (password) <= FLOW_PASSWORD_MAX_SIZE)
    return flow_password_hash (&flow_password_login, password, error);
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "A password has %d characters or more", MIN_PASSWORD);
  return NULL;
}

static char *
read_hash (GError **error)
{
  g_autofree char *password = flow_cloud_terminal_read_password ("Password: ", error);
  char *hash = password != NULL ? make_hash (password, error) : NULL;

  if (password != NULL)
    flow_digest_wipe (password, strlen (password));
  return hash;
}

static gboolean
user_add (FlowCloudData *data, const FlowCloudAdminWish *wish, GError **error)
{
  g_auto (FlowCloudUser) user = { .created_ms = flow_clock_wall_ns (flow_clock_system ()) / (1000 * 1000) };

  user.password = g_strdup (wish->hash);
  user.name = g_strdup (wish->name);
  flow_id_random (user.id, FLOW_CLOUD_ID_SIZE);
  if (!data->accounts->add_user (data, &user, error))
    return FALSE;
  printf ("%s was added\n", user.name);
  return TRUE;
}

static gboolean
find (FlowCloudData *data, const char *name, FlowCloudUser *user, GError **error)
{
  g_autofree char *key = flow_cloud_name_key (name, error);

  if (key == NULL || !data->accounts->find_user (data, key, user, error))
    return FALSE;
  if (user->number != 0)
    return TRUE;
  g_set_error (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_NOT_FOUND, "There is no user “%s”", name);
  return FALSE;
}

static gboolean
set_disabled (FlowCloudData *data, const char *name, gboolean disabled, GError **error)
{
  g_auto (FlowCloudUser) user = { 0 };

  if (!find (data, name, &user, error) || !data->accounts->set_disabled (data, user.number, disabled, error))
    return FALSE;
  printf ("%s %s\n", user.name, disabled ? "may not sign in any more" : "may sign in");
  return TRUE;
}

static gboolean
user_disable (FlowCloudData *data, const FlowCloudAdminWish *wish, GError **error)
{
  return set_disabled (data, wish->name, TRUE, error);
}

static gboolean
user_enable (FlowCloudData *data, const FlowCloudAdminWish *wish, GError **error)
{
  return set_disabled (data, wish->name, FALSE, error);
}

/* Whoever had the old one may have used it. */
static gboolean
end_sessions (FlowCloudData *data, gint64 user, GError **error)
{
  g_autoptr (GPtrArray) devices = data->accounts->list_devices (data, user, error);

  for (guint i = 0; devices != NULL && i < devices->len; i++)
    {
      const FlowCloudDevice *device = g_ptr_array_index (devices, i);

      if (!data->accounts->end_device_sessions (data, device->number, error))
        return FALSE;
    }
  return devices != NULL;
}

static gboolean
user_password (FlowCloudData *data, const FlowCloudAdminWish *wish, GError **error)
{
  g_auto (FlowCloudUser) user = { 0 };

  if (!find (data, wish->name, &user, error) || !data->accounts->set_password (data, user.number, wish->hash, error) ||
      !end_sessions (data, user.number, error))
    return FALSE;
  printf ("%s has another password, and all devices sign in again\n", user.name);
  return TRUE;
}

static gboolean
user_remove (FlowCloudData *data, const FlowCloudAdminWish *wish, GError **error)
{
  g_auto (FlowCloudUser) user = { 0 };

  if (!find (data, wish->name, &user, error) || !data->accounts->remove_user (data, user.number, error))
    return FALSE;
  printf ("%s and everything of it was removed\n", user.name);
  return TRUE;
}

static gboolean
print_user (FlowCloudData *data, const FlowCloudUser *user, GError **error)
{
  g_autofree char *created = flow_clock_format_utc (user->created_ms * 1000 * 1000);
  FlowCloudUsage usage = { 0 };

  if (!data->records->get_usage (data, user->number, &usage, error))
    return FALSE;
  printf ("%s\t%s\t%s\t%" G_GINT64_FORMAT " bytes\n", user->name, user->disabled ? "disabled" : "enabled", created,
          usage.bytes + usage.blob_bytes);
  return TRUE;
}

static gboolean
user_list (FlowCloudData *data, const FlowCloudAdminWish *wish, GError **error)
{
  g_autoptr (GPtrArray) users = data->accounts->list_users (data, error);

  for (guint i = 0; users != NULL && i < users->len; i++)
    if (!print_user (data, g_ptr_array_index (users, i), error))
      return FALSE;
  return users != NULL;
}

static const struct
{
  const char *name;
  gboolean takes_name;
  gboolean takes_password;
  FlowCloudAdminFunc run;
} user_verbs[] = {
  { "add", TRUE, TRUE, user_add },           { "list", FALSE, FALSE, user_list },
  { "disable", TRUE, FALSE, user_disable },  { "enable", TRUE, FALSE, user_enable },
  { "password", TRUE, TRUE, user_password }, { "remove", TRUE, FALSE, user_remove },
};

static gboolean
run_user (const FlowCloudOptions *options, int argc, char **argv, GError **error)
{
  for (guint i = 0; argc > 0 && i < G_N_ELEMENTS (user_verbs); i++)
    {
      FlowCloudAdminWish wish = { argv[1], NULL, user_verbs[i].run == user_remove };
      g_autofree char *hash = NULL;

      if (strcmp (argv[0], user_verbs[i].name) != 0)
        continue;
      if (argc != (user_verbs[i].takes_name ? 2 : 1))
        return fail (error, user_verbs[i].takes_name ? "Which user?" : "This takes no name");
      if (user_verbs[i].takes_password)
        wish.hash = hash = read_hash (error);
      if (user_verbs[i].takes_password && hash == NULL)
        return FALSE;
      return flow_cloud_admin_data_run (options->data_dir, user_verbs[i].run, &wish, error);
    }
  return fail (error, "It is: user add|list|disable|enable|password|remove [NAME]");
}

static gboolean
list_keys (const char *data_dir, GError **error)
{
  g_autoptr (GPtrArray) keys = flow_cloud_keys_load (data_dir, error);

  for (guint i = 0; keys != NULL && i < keys->len; i++)
    {
      const FlowCloudKey *key = g_ptr_array_index (keys, i);
      g_autofree char *created = flow_clock_format_utc (key->created_s * G_GINT64_CONSTANT (1000000000));

      printf ("%s\t%s\t%s\n", key->kid, created, i == 0 ? "signs" : "is believed");
    }
  return keys != NULL;
}

static gboolean
run_keys (const FlowCloudOptions *options, int argc, char **argv, GError **error)
{
  g_autofree char *kid = NULL;

  if (argc == 1 && strcmp (argv[0], "list") == 0)
    return list_keys (options->data_dir, error);
  if (argc != 1 || strcmp (argv[0], "rotate") != 0)
    return fail (error, "It is: keys list|rotate");
  if (!flow_cloud_keys_rotate (options->data_dir, g_get_real_time () / G_USEC_PER_SEC, &kid, error))
    return FALSE;
  printf ("%s signs from now on; a cloud that runs takes it on SIGHUP (systemctl reload flowscope-cloud)\n", kid);
  return TRUE;
}

static gboolean
run_migrate (const FlowCloudOptions *options, int argc, char **argv, GError **error)
{
  guint64 to = 0;

  if (argc > 1 || (argc == 1 && !g_ascii_string_to_unsigned (argv[0], 10, 0, G_MAXINT, &to, NULL)))
    return fail (error, "It is: migrate [NUMBER]");
  return flow_cloud_admin_data_migrate (options->data_dir, argc == 1 ? (int) to : -1, error);
}

static gboolean
run_backup (const FlowCloudOptions *options, int argc, char **argv, GError **error)
{
  return argc == 1 ? flow_cloud_admin_data_backup (options->data_dir, argv[0], error)
                   : fail (error, "It is: backup FILE");
}

static gboolean
run_restore (const FlowCloudOptions *options, int argc, char **argv, GError **error)
{
  return argc == 1 ? flow_cloud_admin_data_restore (options->data_dir, argv[0], error)
                   : fail (error, "It is: restore FILE");
}

/**
 * flow_cloud_admin_run:
 * @options: where the data is
 * @argc: length of @argv
 * @argv: a command and what it takes
 * @error: return location
 *
 * Do what whoever runs the cloud wants, whether it is running or not, and print what there is to know.
 *
 * Returns: %FALSE with %FLOW_ERROR_BAD_ARGUMENT for a wrong command, or why it could not be done
 */
gboolean
flow_cloud_admin_run (const FlowCloudOptions *options, int argc, char **argv, GError **error)
{
  static const struct
  {
    const char *name;
    gboolean (*run) (const FlowCloudOptions *options, int argc, char **argv, GError **error);
  } commands[] = {
    { "user", run_user },     { "keys", run_keys },       { "migrate", run_migrate },
    { "backup", run_backup }, { "restore", run_restore },
  };

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (argv[0], commands[i].name) == 0)
      return commands[i].run (options, argc - 1, argv + 1, error);
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "“%s” is no command; see --help", argv[0]);
  return FALSE;
}

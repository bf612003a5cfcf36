/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-db"

#include <glib/gi18n.h>

#include "base/flow-error.h"
#include "cli/flow-encryption.h"
#include "cli/flow-progress.h"
#include "cli/flow-verbs.h"
#include "message/flow-json-member.h"
#include "store/flow-data-lock.h"
#include "store/flow-maintenance.h"
#include "trace/flow-trace-key.h"

static const FlowOption options[] = {
  { "to", 0, FLOW_OPTION_NUMBER, "N", N_ ("With migrate: stop at schema N"), NULL },
  { NULL },
};

static const char *
database_path (FlowCli *cli, GError **error)
{
  FlowContext *context = flow_cli_get_context (cli, error);

  return context != NULL ? flow_context_get_database_path (context) : NULL;
}

static void
print_problems_json (FlowCli *cli, GPtrArray *problems)
{
  FlowJsonWriter *writer = flow_cli_begin_json (cli);

  flow_json_writer_begin_object (writer);
  flow_json_member_flag (writer, "ok", problems->len == 0);
  flow_json_writer_key (writer, "problems");
  flow_json_writer_begin_array (writer);
  for (guint i = 0; i < problems->len; i++)
    flow_json_writer_string (writer, g_ptr_array_index (problems, i), -1);
  flow_json_writer_end_array (writer);
  flow_json_writer_end_object (writer);
  flow_cli_end_json (cli);
}

static void
print_problems (FlowCli *cli, GPtrArray *problems, const char *fine)
{
  flow_cli_set_exit_status (cli, problems->len > 0 ? 1 : 0);
  if (flow_cli_is_json (cli))
    {
      print_problems_json (cli, problems);
      return;
    }
  for (guint i = 0; i < problems->len; i++)
    {
      flow_cli_print_outside (cli, g_ptr_array_index (problems, i), -1);
      flow_cli_print (cli, "\n");
    }
  if (problems->len == 0)
    flow_cli_print (cli, "%s\n", fine);
}

static gboolean
check (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  const char *path = database_path (cli, error);
  g_autoptr (GPtrArray) problems = NULL;

  if (path == NULL || !flow_store_check (path, &problems, error))
    return FALSE;
  print_problems (cli, problems, _ ("The database is in order."));
  return TRUE;
}

static gboolean
validate (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  const char *path = database_path (cli, error);
  g_autoptr (GPtrArray) problems = NULL;

  if (path == NULL || !flow_store_validate (path, &problems, error))
    return FALSE;
  print_problems (cli, problems, _ ("The schema is the one of this program."));
  return TRUE;
}

static void
progress_cb (gint64 done, gint64 total, gpointer data)
{
  flow_progress_update (data, (guint64) done, (guint64) total);
}

static gboolean
backup (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  const char *path = database_path (cli, error);
  g_autoptr (FlowProgress) progress = flow_progress_new (_ ("Backing up"));

  if (path == NULL)
    return FALSE;
  if (flow_store_backup (path, flow_arguments_word (arguments, 1), progress_cb, progress,
                         flow_progress_get_cancellable (progress), error))
    return TRUE;
  flow_progress_explain (progress, error);
  return FALSE;
}

/* Changes the file as a whole, so nobody else may have it open for writing. */
static const char *
lock_database (FlowCli *cli, FlowDataLock **lock, GError **error)
{
  const char *path = database_path (cli, error);

  if (path == NULL || !flow_data_lock_acquire (flow_cli_get_context (cli, NULL), lock, error))
    return NULL;
  return path;
}

static gboolean
vacuum (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_autoptr (FlowDataLock) lock = NULL;
  const char *path = lock_database (cli, &lock, error);

  return path != NULL && flow_store_vacuum (path, error);
}

static gboolean
migrate (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_autoptr (FlowDataLock) lock = NULL;
  const char *path = lock_database (cli, &lock, error);

  return path != NULL &&
         flow_store_migrate (path, (int) flow_arguments_number (arguments, "to", FLOW_STORE_NEWEST), error);
}

/* An older program knows nothing of encryption and would take what it reads for damage. */
static gboolean
require_plain (const char *path, GError **error)
{
  gboolean encrypted;

  if (!flow_trace_key_is_needed (path, &encrypted, error))
    return FALSE;
  if (!encrypted)
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_FAILED,
               _ ("the traces are encrypted, which older programs cannot read: “flowctl settings set %s false” first"),
               FLOW_ENCRYPTION_SETTING);
  return FALSE;
}

static gboolean
rollback (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  g_autoptr (FlowDataLock) lock = NULL;
  const char *path;
  guint64 to;

  if (!g_ascii_string_to_unsigned (flow_arguments_word (arguments, 1), 10, 0, G_MAXINT, &to, NULL))
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("“%s” is no number of a schema"),
                   flow_arguments_word (arguments, 1));
      return FALSE;
    }
  path = lock_database (cli, &lock, error);
  return path != NULL && require_plain (path, error) && flow_store_rollback_to (path, (int) to, error);
}

static void
write_migration (FlowJsonWriter *writer, const FlowMigrationStatus *migration)
{
  flow_json_writer_begin_object (writer);
  flow_json_member_int (writer, "number", migration->number);
  flow_json_member_text (writer, "name", migration->name, -1);
  flow_json_member_time (writer, "applied_unix_nano", migration->applied_at);
  flow_json_member_flag (writer, "applied", migration->applied);
  flow_json_member_flag (writer, "changed", migration->changed);
  flow_json_writer_end_object (writer);
}

static void
print_status_json (FlowCli *cli, const FlowStoreStatus *status)
{
  FlowJsonWriter *writer = flow_cli_begin_json (cli);

  flow_json_writer_begin_object (writer);
  flow_json_member_text (writer, "path", status->path, -1);
  flow_json_member_int (writer, "size", status->size);
  flow_json_member_int (writer, "wal_size", status->wal_size);
  flow_json_member_int (writer, "page_size", status->page_size);
  flow_json_member_int (writer, "page_count", status->page_count);
  flow_json_member_int (writer, "freelist_count", status->freelist_count);
  flow_json_member_int (writer, "schema_version", status->schema_version);
  flow_json_member_int (writer, "newest_version", status->newest_version);
  flow_json_writer_key (writer, "migrations");
  flow_json_writer_begin_array (writer);
  for (guint i = 0; i < status->migrations->len; i++)
    write_migration (writer, g_ptr_array_index (status->migrations, i));
  flow_json_writer_end_array (writer);
  flow_json_writer_end_object (writer);
  flow_cli_end_json (cli);
}

static void
print_status (FlowCli *cli, const FlowStoreStatus *status)
{
  g_autofree char *size = g_format_size_full ((guint64) status->size, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *wal = g_format_size_full ((guint64) status->wal_size, G_FORMAT_SIZE_IEC_UNITS);

  flow_cli_print_outside (cli, status->path, -1);
  flow_cli_print (cli, _ ("\n%s, write-ahead log %s, %d of %d pages unused\nschema %d, newest %d\n"), size, wal,
                  (int) status->freelist_count, (int) status->page_count, status->schema_version,
                  status->newest_version);
  for (guint i = 0; i < status->migrations->len; i++)
    {
      const FlowMigrationStatus *migration = g_ptr_array_index (status->migrations, i);
      const char *state = migration->changed   ? _ ("applied with another text")
                          : migration->applied ? _ ("applied")
                                               : _ ("not applied");

      flow_cli_print (cli, "  %04d %s: %s\n", migration->number, migration->name != NULL ? migration->name : "", state);
    }
}

static gboolean
show_status (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  const char *path = database_path (cli, error);
  g_autoptr (FlowStoreStatus) status = path != NULL ? flow_store_status (path, error) : NULL;

  if (status == NULL)
    return FALSE;
  if (flow_cli_is_json (cli))
    print_status_json (cli, status);
  else
    print_status (cli, status);
  return TRUE;
}

static const FlowCommand commands[] = {
  { "status", "", N_ ("Say how big the database is and which schema it has"), 0, 0, show_status },
  { "check", "", N_ ("Read everything and look for damage"), 0, 0, check },
  { "backup", "FILE", N_ ("Copy it to FILE, also while the hub runs"), 1, 1, backup },
  { "vacuum", "", N_ ("Write it anew without unused pages"), 0, 0, vacuum },
  { "migrate", "", N_ ("Bring it to the newest schema, or to that of --to"), 0, 0, migrate },
  { "rollback", "N", N_ ("Go back to schema N; what only newer ones hold is lost"), 1, 1, rollback },
  { "validate", "", N_ ("Compare its schema with what this program makes"), 0, 0, validate },
  { NULL },
};

const FlowVerb flow_verb_db = {
  .name = "db",
  .synopsis = "COMMAND",
  .summary = N_ ("Look after the database"),
  .description = N_ (
      "vacuum, migrate and rollback need the hub to be stopped. check and validate exit with 1 when they find "
      "something. A backup is made before a migration and before a rollback."),
  .options = options,
  .commands = commands,
};

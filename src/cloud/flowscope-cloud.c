/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/flow-error.h"
#include "base/flow-i18n.h"
#include "base/flow-log.h"
#include "base/flow-version.h"
#include "cloud/flow-cloud-admin.h"
#include "cloud/flow-cloud.h"
#include "hub/flow-process.h"
#include "message/flow-json-member.h"

/* The cloud: start, say where, run until told to stop. */

static gboolean
signal_cb (gpointer loop)
{
  /* The next one ends the process at once. */
  signal (SIGTERM, SIG_DFL);
  signal (SIGINT, SIG_DFL);
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
reload_cb (gpointer cloud)
{
  flow_cloud_reload (cloud);
  return G_SOURCE_CONTINUE;
}

static void
print_ready (FlowCloud *cloud)
{
  g_autoptr (GString) out = g_string_new ("ready ");
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, out);
  flow_json_writer_begin_object (&writer);
  flow_json_member_text (&writer, "url", flow_cloud_get_url (cloud), -1);
  flow_json_member_int (&writer, "pid", getpid ());
  flow_json_writer_end_object (&writer);
  puts (out->str);
  fflush (stdout);
}

static int
run (const FlowCloudOptions *options, GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (FlowCloud) cloud = flow_cloud_new (options, error);

  if (cloud == NULL)
    return 1;
  g_unix_signal_add (SIGTERM, signal_cb, loop);
  g_unix_signal_add (SIGINT, signal_cb, loop);
  g_unix_signal_add (SIGHUP, reload_cb, cloud);
  if (!flow_cloud_start (cloud, error))
    return 1;
  print_ready (cloud);
  g_main_loop_run (loop);
  flow_cloud_stop (cloud);
  return 0;
}

static int
get_status (const GError *error)
{
  return error->domain == G_OPTION_ERROR || g_error_matches (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT) ? 2 : 1;
}

int
main (int argc, char **argv)
{
  g_auto (FlowCloudOptions) options = { 0 };
  g_autoptr (GError) error = NULL;
  int status = 0;

  flow_i18n_init ();
  signal (SIGPIPE, SIG_IGN);
  flow_process_tune_memory ();
  flow_process_raise_file_limit ();
  if (flow_cloud_options_parse (&options, &argc, &argv, &error))
    {
      if (options.show_version)
        return printf ("flowscope-cloud %s\n", FLOW_VERSION) < 0;
      flow_log_init (options.log_json);
      if (argc > 1)
        flow_cloud_admin_run (&options, argc - 1, argv + 1, &error);
      else
        status = run (&options, &error);
    }
  if (error == NULL)
    return status;
  fprintf (stderr, "flowscope-cloud: %s\n", error->message);
  return get_status (error);
}

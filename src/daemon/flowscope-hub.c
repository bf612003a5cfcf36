/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-daemon"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/flow-i18n.h"
#include "base/flow-log.h"
#include "base/flow-version.h"
#include "daemon/flow-daemon-options.h"
#include "hub/flow-process.h"
#include "message/flow-json-writer.h"

/* The hub without a desktop: start, say where, run until told to stop. */

static gboolean
signal_cb (gpointer loop)
{
  /* The next one ends the process at once. */
  signal (SIGTERM, SIG_DFL);
  signal (SIGINT, SIG_DFL);
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

static void
print_ready (FlowHub *hub)
{
  g_autoptr (GString) out = g_string_new ("ready ");
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, out);
  flow_json_writer_begin_object (&writer);
  flow_json_writer_key (&writer, "url");
  flow_json_writer_string (&writer, flow_hub_get_url (hub), -1);
  flow_json_writer_key (&writer, "otlp");
  if (flow_hub_get_otlp_endpoint (hub) != NULL)
    flow_json_writer_string (&writer, flow_hub_get_otlp_endpoint (hub), -1);
  else
    flow_json_writer_null (&writer);
  flow_json_writer_key (&writer, "pid");
  flow_json_writer_int64 (&writer, getpid ());
  flow_json_writer_end_object (&writer);
  puts (out->str);
  fflush (stdout);
}

static int
run (FlowDaemonOptions *options, GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (FlowContext) context = flow_context_new (options->data_dir, error);
  g_autoptr (FlowSettings) settings = context != NULL ? flow_settings_new (context, error) : NULL;
  g_autoptr (FlowHub) hub = settings != NULL ? flow_hub_new (context, settings, &options->hub) : NULL;

  if (hub == NULL)
    return 1;
  g_unix_signal_add (SIGTERM, signal_cb, loop);
  g_unix_signal_add (SIGINT, signal_cb, loop);
  g_signal_connect_swapped (hub, "stop-requested", G_CALLBACK (g_main_loop_quit), loop);
  if (!flow_hub_start (hub, error))
    return 1;
  print_ready (hub);
  g_main_loop_run (loop);
  flow_hub_stop (hub);
  return 0;
}

int
main (int argc, char **argv)
{
  g_auto (FlowDaemonOptions) options = { 0 };
  g_autoptr (GError) error = NULL;
  int status;

  flow_i18n_init ();
  signal (SIGPIPE, SIG_IGN);
  flow_process_tune_memory ();
  if (!flow_daemon_options_parse (&options, &argc, &argv, &error))
    {
      fprintf (stderr, "flowscope-hub: %s\n", error->message);
      return 2;
    }
  if (options.show_version)
    return printf ("flowscope-hub %s\n", FLOW_VERSION) < 0;

  flow_log_init (options.log_json);
  status = run (&options, &error);
  if (error != NULL)
    fprintf (stderr, "flowscope-hub: %s\n", error->message);
  return status;
}

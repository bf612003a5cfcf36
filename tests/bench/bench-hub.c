/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/bench-hub.h"

#include <json-glib/json-glib.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench-util.h"
#include "bench/otlp-gen.h"

static guint16
port_of (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);

  return uri != NULL ? (guint16) g_uri_get_port (uri) : 0;
}

static char *
hub_program (void)
{
  const char *build = g_getenv ("FLOW_TEST_BUILD_ROOT");

  if (build == NULL)
    g_error ("FLOW_TEST_BUILD_ROOT does not say where the build is");
  return g_build_filename (build, "src", "daemon", "flowscope-hub", NULL);
}

/* Start a hub on free ports and read its ready line. */
void
bench_hub_start (BenchHub *self, const char *folder)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GDataInputStream) lines = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *program = hub_program (), *run = g_build_filename (folder, "run", NULL), *line = NULL;

  self->folder = g_strdup (folder);
  g_mkdir_with_parents (run, 0700);
  g_subprocess_launcher_setenv (launcher, "XDG_RUNTIME_DIR", run, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_CONFIG_HOME", folder, TRUE);
  /* Nothing goes into the keyring of whoever measures. */
  g_subprocess_launcher_unsetenv (launcher, "DBUS_SESSION_BUS_ADDRESS");
  self->process = g_subprocess_launcher_spawn (launcher, &error, program, "--data-dir", folder, "--port", "0",
                                               "--otlp-port", "0", NULL);
  if (self->process == NULL)
    g_error ("%s", error->message);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  line = g_data_input_stream_read_line_utf8 (lines, NULL, NULL, &error);
  if (line == NULL || !g_str_has_prefix (line, "ready ") ||
      !json_parser_load_from_data (parser, line + strlen ("ready "), -1, NULL))
    g_error ("The hub did not start");
  self->pid = atoi (g_subprocess_get_identifier (self->process));
  self->port = port_of (json_object_get_string_member (json_node_get_object (json_parser_get_root (parser)), "otlp"));
}

void
bench_hub_stop (BenchHub *self)
{
  g_subprocess_send_signal (self->process, 15);
  g_subprocess_wait (self->process, NULL, NULL);
  g_clear_object (&self->process);
  g_clear_pointer (&self->folder, g_free);
}

double
bench_hub_cpu_s (const BenchHub *self)
{
  return bench_cpu_s (self->pid);
}

typedef struct
{
  const BenchHub *hub;
  const BenchLoad *load;
  guint index;
  guint64 accepted;
} Sender;

static void
read_answer (GDataInputStream *in)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *status = g_data_input_stream_read_line (in, NULL, NULL, &error);
  gsize length = 0;

  if (status == NULL || strstr (status, " 200 ") == NULL)
    g_error ("The hub answered %s", status != NULL ? status : "nothing");
  while (TRUE)
    {
      g_autofree char *line = g_data_input_stream_read_line (in, NULL, NULL, &error);

      if (line == NULL)
        g_error ("The hub hung up");
      if (line[0] == 0)
        break;
      if (g_ascii_strncasecmp (line, "content-length:", 15) == 0)
        length = (gsize) g_ascii_strtoull (line + 15, NULL, 10);
    }
  while (length > 0)
    {
      gssize skipped = g_input_stream_skip (G_INPUT_STREAM (in), length, NULL, NULL);

      if (skipped <= 0)
        g_error ("The hub hung up");
      length -= (gsize) skipped;
    }
}

static void
post (GOutputStream *out, GDataInputStream *in, gboolean json, gconstpointer body, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *head = g_strdup_printf (
      "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/%s\r\n"
      "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n",
      json ? "json" : "x-protobuf", length);
  GOutputVector vectors[] = { { head, strlen (head) }, { body, length } };

  if (!g_output_stream_writev_all (out, vectors, 2, NULL, NULL, &error))
    g_error ("%s", error->message);
  read_answer (in);
}

static gpointer
sender_thread (gpointer data)
{
  Sender *self = data;
  const BenchLoad *load = self->load;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_to_host (client, "127.0.0.1", self->hub->port,
                                                                              NULL, &error);
  g_autoptr (GDataInputStream) in = NULL;
  g_auto (FlowBuffer) body = { 0 };
  g_autoptr (GString) text = g_string_new (NULL);
  OtlpGen gen;

  if (connection == NULL)
    g_error ("%s", error->message);
  in = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  g_data_input_stream_set_newline_type (in, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  otlp_gen_init (&gen, load->seed + self->index * 1000003);
  for (guint i = self->index; i < load->bodies; i += load->connections)
    {
      double start;

      body.length = 0;
      g_string_truncate (text, 0);
      if (load->json)
        otlp_gen_json (&gen, load->spans, text);
      else
        otlp_gen_protobuf (&gen, load->spans, &body);
      if (load->disguised)
        flow_buffer_put (&body, "\x78\x01", 2);
      start = bench_wall_s ();
      for (guint repeat = 0; repeat < MAX (load->repeats, 1); repeat++)
        post (g_io_stream_get_output_stream (G_IO_STREAM (connection)), in, load->json,
              load->json ? (gconstpointer) text->str : body.data, load->json ? text->len : body.length);
      if (load->latencies_ms != NULL)
        load->latencies_ms[i] = (bench_wall_s () - start) * 1e3;
      self->accepted += (guint64) load->spans * MAX (load->repeats, 1);
    }
  return NULL;
}

/* Run a load to its end. The hub's CPU is taken from just before the first request to just after the last answer. */
void
bench_load_run (const BenchHub *hub, const BenchLoad *load, BenchLoadResult *result)
{
  g_autofree Sender *senders = g_new0 (Sender, load->connections);
  g_autofree GThread **threads = g_new0 (GThread *, load->connections);
  double cpu = bench_hub_cpu_s (hub), wall = bench_wall_s ();

  *result = (BenchLoadResult) { 0 };
  for (guint i = 0; i < load->connections; i++)
    {
      senders[i] = (Sender) { hub, load, i, 0 };
      threads[i] = g_thread_new ("sender", sender_thread, &senders[i]);
    }
  for (guint i = 0; i < load->connections; i++)
    {
      g_thread_join (threads[i]);
      result->spans += senders[i].accepted;
    }
  result->wall_s = bench_wall_s () - wall;
  result->hub_cpu_s = bench_hub_cpu_s (hub) - cpu;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/bench-util.h"

#include <glib/gstdio.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "bench/otlp-gen.h"
#include "support/test-folder.h"
#include "trace/flow-otlp-decoder.h"

/* Spans a body, as exporters send them. */
#define BODY_SPANS 512
/* Bodies that may wait for the writer. */
#define IN_FLIGHT 16

double
bench_cpu_s (GPid pid)
{
  struct timespec time = { 0 };
  clockid_t clock = CLOCK_PROCESS_CPUTIME_ID;

  if (pid != 0 && clock_getcpuclockid (pid, &clock) != 0)
    g_error ("The CPU clock of process %d cannot be read", pid);
  clock_gettime (clock, &time);
  return (double) time.tv_sec + (double) time.tv_nsec * 1e-9;
}

double
bench_wall_s (void)
{
  return (double) g_get_monotonic_time () * 1e-6;
}

/* Memory that a process has in RAM. */
double
bench_resident_kib (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/statm", (int) pid);
  FILE *file = fopen (path, "r");
  long total = 0, resident = 0;

  if (file == NULL || fscanf (file, "%ld %ld", &total, &resident) != 2)
    g_error ("%s cannot be read", path);
  fclose (file);
  return (double) resident * (double) sysconf (_SC_PAGESIZE) / 1024;
}

/* Beside the build, not in a tmpfs, so that syncing is real. */
char *
bench_folder_new (void)
{
  const char *base = g_getenv ("FLOW_BENCH_FOLDER");
  char *folder = g_build_filename (base != NULL ? base : "/var/tmp", "flowscope-bench-XXXXXX", NULL);

  if (g_mkdtemp (folder) == NULL)
    g_error ("No folder for the benchmark in %s", folder);
  return folder;
}

void
bench_folder_remove (char *folder)
{
  test_remove_tree (folder);
  g_free (folder);
}

void
bench_title (const char *title)
{
  g_print ("\n%s\n", title);
}

void
bench_row (const char *what, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_print ("  %-58s %s\n", what, text);
}

char *
bench_store_path (const char *folder)
{
  return g_build_filename (folder, "flowscope.db", NULL);
}

void
bench_store_open (BenchStore *self, const char *folder)
{
  g_autoptr (GError) error = NULL;

  self->folder = g_strdup (folder);
  self->context = flow_context_new (folder, &error);
  if (self->context == NULL)
    g_error ("%s", error->message);
  self->store = flow_store_new (self->context);
  self->traces = flow_trace_store_new (self->store);
  if (!flow_store_open (self->store, &error))
    g_error ("%s", error->message);
}

void
bench_store_close (BenchStore *self)
{
  flow_store_close (self->store);
  g_clear_object (&self->store);
  g_clear_pointer (&self->traces, flow_trace_store_free);
  g_clear_pointer (&self->context, flow_context_unref);
  g_clear_pointer (&self->folder, g_free);
}

typedef struct
{
  GMutex mutex;
  GCond cond;
  guint in_flight;
} Flight;

static void
landed (const FlowIngestResult *result, const GError *error, gpointer data)
{
  Flight *flight = data;

  if (error != NULL)
    g_error ("Ingest failed: %s", error->message);
  g_mutex_lock (&flight->mutex);
  flight->in_flight--;
  g_cond_signal (&flight->cond);
  g_mutex_unlock (&flight->mutex);
}

static void
wait_below (Flight *flight, guint limit)
{
  g_mutex_lock (&flight->mutex);
  while (flight->in_flight >= limit)
    g_cond_wait (&flight->cond, &flight->mutex);
  g_mutex_unlock (&flight->mutex);
}

/* Put generated spans of so many files into the store, without HTTP. Returns how many. */
guint64
bench_store_fill_files (BenchStore *self, guint64 seed, guint64 spans, guint files)
{
  g_auto (FlowBuffer) body = { 0 };
  Flight flight = { 0 };
  OtlpGen gen;
  guint64 done = 0;

  g_mutex_init (&flight.mutex);
  g_cond_init (&flight.cond);
  otlp_gen_init (&gen, seed);
  gen.files = files;
  for (; done < spans; done += BODY_SPANS)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (FlowSpanBatch) batch = NULL;
      guint8 hash[16];

      body.length = 0;
      otlp_gen_protobuf (&gen, BODY_SPANS, &body);
      batch = flow_otlp_decode_protobuf (FLOW_SIGNAL_TRACES, body.data, body.length, &error);
      if (batch == NULL)
        g_error ("%s", error->message);
      flow_trace_store_hash_body (FLOW_SIGNAL_TRACES, FALSE, body.data, body.length, hash);
      wait_below (&flight, IN_FLIGHT);
      g_mutex_lock (&flight.mutex);
      flight.in_flight++;
      g_mutex_unlock (&flight.mutex);
      if (!flow_trace_store_ingest (self->traces, batch, hash, landed, &flight, NULL, &error))
        g_error ("%s", error->message);
    }
  wait_below (&flight, 1);
  g_mutex_clear (&flight.mutex);
  g_cond_clear (&flight.cond);
  return done;
}

guint64
bench_store_fill (BenchStore *self, guint64 seed, guint64 spans)
{
  return bench_store_fill_files (self, seed, spans, 0);
}

gint64
bench_file_size (const char *path)
{
  GStatBuf info;

  return g_stat (path, &info) == 0 ? (gint64) info.st_size : 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-bench"

#include "bench/bench-frames.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/bench-util.h"

typedef struct
{
  GtkWidget *widget;
  guint frame;
  guint frames;
  BenchFrameFunc change;
  gpointer data;
  double began;
  double *costs;
} Run;

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  Run *run = data;

  if (run->change != NULL)
    run->change (run->frame, run->data);
  gtk_widget_queue_draw (widget);
  return G_SOURCE_CONTINUE;
}

static void
before_cb (GdkFrameClock *clock, Run *run)
{
  run->began = bench_cpu_s (0);
}

static void
after_cb (GdkFrameClock *clock, Run *run)
{
  if (run->frame < run->frames)
    run->costs[run->frame] = (bench_cpu_s (0) - run->began) * 1e3;
  run->frame++;
}

static int
compare (const void *a, const void *b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return left < right ? -1 : left > right;
}

/* Draw frames, one after the other; what changes before each counts too. */
void
bench_frames_run (GtkWidget *widget, guint frames, BenchFrameFunc change, gpointer data, BenchFrames *result)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (widget);
  g_autofree double *costs = g_new0 (double, frames);
  Run run = { widget, 0, frames, change, data, 0, costs };
  guint tick = gtk_widget_add_tick_callback (widget, tick_cb, &run, NULL);
  gulong before = g_signal_connect (clock, "before-paint", G_CALLBACK (before_cb), &run);
  gulong after = g_signal_connect (clock, "after-paint", G_CALLBACK (after_cb), &run);

  while (run.frame < frames)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handler_disconnect (clock, before);
  g_signal_handler_disconnect (clock, after);
  gtk_widget_remove_tick_callback (widget, tick);
  qsort (costs, frames, sizeof *costs, compare);
  *result = (BenchFrames) { costs[frames / 2], costs[(frames - 1) * 99 / 100], frames };
}

/* Until so many frames were drawn, so that what is made at first is made. */
void
bench_frames_wait (GtkWidget *widget, guint frames)
{
  BenchFrames ignored;

  bench_frames_run (widget, frames, NULL, NULL, &ignored);
}

double
bench_resident_mb (void)
{
  FILE *file = fopen ("/proc/self/statm", "r");
  long total = 0, resident = 0;

  if (file == NULL || fscanf (file, "%ld %ld", &total, &resident) != 2)
    resident = 0;
  if (file != NULL)
    fclose (file);
  return (double) resident * (double) sysconf (_SC_PAGESIZE) / (1024 * 1024);
}

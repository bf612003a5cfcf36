/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** BenchFrameFunc: changes something before frame @frame is drawn. */
typedef void (*BenchFrameFunc) (guint frame, gpointer data);

/** BenchFrames: milliseconds of CPU that frames took, all of the process. */
typedef struct
{
  double p50;
  double p99;
  guint frames;
} BenchFrames;

void bench_frames_run (GtkWidget *widget, guint frames, BenchFrameFunc change, gpointer data, BenchFrames *result);
void bench_frames_wait (GtkWidget *widget, guint frames);
double bench_resident_mb (void);

G_END_DECLS

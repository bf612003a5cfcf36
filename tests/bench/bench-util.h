/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "store/flow-store.h"
#include "trace/flow-trace-store.h"

G_BEGIN_DECLS

/** bench_cpu_s: CPU seconds of this process, or of @pid when it is not 0. */
double bench_cpu_s (GPid pid);
double bench_wall_s (void);
double bench_resident_kib (GPid pid);

char *bench_folder_new (void);
void bench_folder_remove (char *folder);

void bench_title (const char *title);
void bench_row (const char *what, const char *format, ...) G_GNUC_PRINTF (2, 3);

/** BenchStore: a store in a folder of its own. */
typedef struct
{
  char *folder;
  FlowContext *context;
  FlowStore *store;
  FlowTraceStore *traces;
} BenchStore;

void bench_store_open (BenchStore *self, const char *folder);
void bench_store_close (BenchStore *self);
char *bench_store_path (const char *folder);
guint64 bench_store_fill (BenchStore *self, guint64 seed, guint64 spans);
guint64 bench_store_fill_files (BenchStore *self, guint64 seed, guint64 spans, guint files);
gint64 bench_file_size (const char *path);

G_END_DECLS

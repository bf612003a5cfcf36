/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** EditLoad: pages whose fields are typed into, and one editor that has all of them open. */
typedef struct
{
  guint port;
  const char *token;
  GPid hub;
  guint sessions;
  gsize text_size; /* bytes of a field at first */
  double rate;     /* letters a second in each */
  double seconds;
} EditLoad;

typedef struct
{
  guint letters;
  double editor_p50_us, editor_p99_us; /* from a page to the editor */
  double kept_p50_us, kept_p99_us;     /* from a page until it is acknowledged: durable */
  double cpu_us;                       /* of the hub, a letter */
  double kib_each;                     /* memory of the hub for each session, after all that typing */
} EditLoadResult;

void edit_load_run (const EditLoad *load, EditLoadResult *result);

G_END_DECLS

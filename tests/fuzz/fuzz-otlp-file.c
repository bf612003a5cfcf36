/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "trace/flow-otlp-file.h"

static gboolean
check_request (FlowSpanBatch *batch, guint64 done, guint64 total, gpointer data, GError **error)
{
  fuzz_check_batch (batch);
  return TRUE;
}

/* Any bytes as a file to import: what it is must be found out, and it must end. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("flow-fuzz-XXXXXX", &path, NULL);
  gboolean done;

  g_assert (fd >= 0 && write (fd, data, size) == (gssize) size);
  close (fd);
  done = flow_otlp_file_read (path, check_request, NULL, NULL, &error);
  g_assert (done == (error == NULL));
  g_unlink (path);
  return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** FlowPathType: what is at the end of a path. */
typedef enum
{
  FLOW_PATH_MISSING,
  FLOW_PATH_FILE,
  FLOW_PATH_FOLDER,
  FLOW_PATH_OTHER, /* a FIFO, a device, a socket */
} FlowPathType;

char *flow_real_path (const char *path, FlowPathType *type);

G_END_DECLS

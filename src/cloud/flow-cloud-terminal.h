/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *flow_cloud_terminal_read_password (const char *prompt, GError **error);

G_END_DECLS

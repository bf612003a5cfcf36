/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean flow_file_exchange (int folder, const char *one, const char *other);
gboolean flow_file_rename_new (int folder, const char *from, const char *to);
gboolean flow_file_has_writer (int file);
void flow_file_copy_attributes (int from, int to);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *flow_path_guess_prefix (const char *file, const char *folder);
char *flow_path_guess_folder (const char *file, const char *const *folders, char **prefix);

G_END_DECLS

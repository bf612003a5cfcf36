/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FLOW_MENU_LABEL_LENGTH:
 *
 * Characters of a label at most.
 */
#define FLOW_MENU_LABEL_LENGTH 60

char *flow_menu_label (const char *text);

G_END_DECLS

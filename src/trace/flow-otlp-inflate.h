/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

GBytes *flow_otlp_inflate_gzip (GBytes *compressed, gsize limit, GError **error);

G_END_DECLS

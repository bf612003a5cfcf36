/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

const char *flow_json_skip_string (const char *at, const char *end);
const char *flow_json_skip_nested (const char *at, const char *end, guint max_depth, const char **problem);
const char *flow_json_skip_scalar (const char *at, const char *end);

/** flow_json_skip_blanks: where the next thing that is no white space stands; @end when there is none. */
static inline const char *
flow_json_skip_blanks (const char *at, const char *end)
{
  while (at < end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r'))
    at++;
  return at;
}

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cli/flow-cli.h"

G_BEGIN_DECLS

char *flow_secret_input_read (FlowCli *cli, const char *question, GError **error);
char *flow_secret_input_read_twice (FlowCli *cli, const char *question, GError **error);
void flow_secret_input_free (char *secret);

G_END_DECLS

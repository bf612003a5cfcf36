/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cli/flow-verb.h"

G_BEGIN_DECLS

void flow_help_print (FlowCli *cli);
void flow_help_print_verb (FlowCli *cli, const FlowVerb *verb);
char *flow_help_option_title (const FlowOption *option);

G_END_DECLS

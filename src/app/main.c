/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-app"

#include <signal.h>

#include "app/shell/flow-application.h"
#include "base/flow-i18n.h"
#include "base/flow-log.h"
#include "hub/flow-process.h"

int
main (int argc, char **argv)
{
  g_autoptr (FlowApplication) application = NULL;

  flow_i18n_init ();
  signal (SIGPIPE, SIG_IGN);
  flow_process_tune_memory ();
  flow_log_init (FALSE);
  application = flow_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/flow-services.h"

G_BEGIN_DECLS

/* What the tests of the window share. GTK comes first: it looks for schemas and icons in the folders of the system,
 * which the isolation of GLib's tests hides. */
void app_test_init (int *argc, char ***argv);

/* Services over the folders of this case, without a hub; they end the test when they can't be made. */
FlowServices *app_test_services_new (void);

/* Show a widget in a window of this size; the window belongs to GTK until gtk_window_destroy(). */
GtkWindow *app_test_show (GtkWidget *widget, int width, int height);

/* The first widget below `root`, itself included, of this type, and with this buildable id where one
 * is given; NULL when there is none. */
GtkWidget *app_test_find (GtkWidget *root, GType type, const char *id);

/* The dialog that is shown in front of a window, or the window itself. */
GtkWindow *app_test_find_front (GtkWindow *window);

/* A button that is shown, by what it says, or by its tooltip; NULL when there is none. */
GtkWidget *app_test_find_button (GtkWidget *root, const char *name);

/* Press it; the test ends when it is not there or cannot be pressed. */
void app_test_press (GtkWidget *root, const char *name);

/* Whether a label that is shown says this. */
gboolean app_test_says (GtkWidget *root, const char *text);

/* Run the main loop until the condition holds: never for a time. The time limit of the test ends what waits in vain. */
#define app_test_wait(condition)             \
  G_STMT_START                               \
  {                                          \
    while (!(condition))                     \
      g_main_context_iteration (NULL, TRUE); \
  }                                          \
  G_STMT_END

/* Run what is ready, so that idle work and a layout are done. */
void app_test_settle (void);

G_END_DECLS

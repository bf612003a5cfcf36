/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define FLOW_TYPE_PAGE (flow_page_get_type ())
G_DECLARE_INTERFACE (FlowPage, flow_page, FLOW, PAGE, GtkWidget)

/**
 * FlowPageInterface:
 * @get_start: what stands at the start of the header bar while the page is shown
 * @get_end: what stands at its end, before the menu
 * @get_actions: actions of the page; the whole window has them, under the page's name
 * @focus_search: go to where one searches
 * @go_back: leave what is open on the page; %FALSE when nothing is
 * @get_title: the name of what is open on the page; %NULL when nothing is. See flow_page_title_changed()
 *
 * What a page of the window may have beside its content. Everything is optional; nothing is transferred.
 */
struct _FlowPageInterface
{
  GTypeInterface parent_iface;

  GtkWidget *(*get_start) (FlowPage *self);
  GtkWidget *(*get_end) (FlowPage *self);
  GActionGroup *(*get_actions) (FlowPage *self);
  void (*focus_search) (FlowPage *self);
  gboolean (*go_back) (FlowPage *self);
  const char *(*get_title) (FlowPage *self);
};

GtkWidget *flow_page_get_start (FlowPage *self);
GtkWidget *flow_page_get_end (FlowPage *self);
GActionGroup *flow_page_get_actions (FlowPage *self);
gboolean flow_page_focus_search (FlowPage *self);
gboolean flow_page_go_back (FlowPage *self);
const char *flow_page_get_title (FlowPage *self);
void flow_page_title_changed (FlowPage *self);

G_END_DECLS

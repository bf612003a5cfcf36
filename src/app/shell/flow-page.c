/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-page"

#include "app/shell/flow-page.h"

/**
 * FlowPage:
 *
 * One page of the window's sidebar. Any widget can be a page; one that has this interface also has a share of the
 * header bar, actions that the whole window can use, and a way back.
 */
G_DEFINE_INTERFACE (FlowPage, flow_page, GTK_TYPE_WIDGET)

enum
{
  TITLE_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
flow_page_default_init (FlowPageInterface *iface)
{
  /**
   * FlowPage::title-changed:
   * @self: the page
   *
   * Emitted when flow_page_get_title() says something else.
   */
  signals[TITLE_CHANGED] = g_signal_new ("title-changed", FLOW_TYPE_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 0);
}

/**
 * flow_page_get_start:
 * @self: a page
 *
 * Returns: (transfer none) (nullable): what stands at the start of the header bar
 */
GtkWidget *
flow_page_get_start (FlowPage *self)
{
  FlowPageInterface *iface = FLOW_PAGE_GET_IFACE (self);

  return iface->get_start != NULL ? iface->get_start (self) : NULL;
}

/**
 * flow_page_get_end:
 * @self: a page
 *
 * Returns: (transfer none) (nullable): what stands at the end of the header bar
 */
GtkWidget *
flow_page_get_end (FlowPage *self)
{
  FlowPageInterface *iface = FLOW_PAGE_GET_IFACE (self);

  return iface->get_end != NULL ? iface->get_end (self) : NULL;
}

/**
 * flow_page_get_actions:
 * @self: a page
 *
 * Returns: (transfer none) (nullable): its actions
 */
GActionGroup *
flow_page_get_actions (FlowPage *self)
{
  FlowPageInterface *iface = FLOW_PAGE_GET_IFACE (self);

  return iface->get_actions != NULL ? iface->get_actions (self) : NULL;
}

/**
 * flow_page_focus_search:
 * @self: a page
 *
 * Go to where one searches.
 *
 * Returns: %FALSE when the page has no search
 */
gboolean
flow_page_focus_search (FlowPage *self)
{
  FlowPageInterface *iface = FLOW_PAGE_GET_IFACE (self);

  if (iface->focus_search == NULL)
    return FALSE;
  iface->focus_search (self);
  return TRUE;
}

/**
 * flow_page_go_back:
 * @self: a page
 *
 * Leave what is open on the page.
 *
 * Returns: %FALSE when nothing was
 */
gboolean
flow_page_go_back (FlowPage *self)
{
  FlowPageInterface *iface = FLOW_PAGE_GET_IFACE (self);

  return iface->go_back != NULL && iface->go_back (self);
}

/**
 * flow_page_get_title:
 * @self: a page
 *
 * Returns: (transfer none) (nullable): the name of what is open on the page, %NULL when nothing is
 */
const char *
flow_page_get_title (FlowPage *self)
{
  FlowPageInterface *iface = FLOW_PAGE_GET_IFACE (self);

  return iface->get_title != NULL ? iface->get_title (self) : NULL;
}

/**
 * flow_page_title_changed:
 * @self: a page
 *
 * Tell that something else is open on the page.
 */
void
flow_page_title_changed (FlowPage *self)
{
  g_signal_emit (self, signals[TITLE_CHANGED], 0);
}

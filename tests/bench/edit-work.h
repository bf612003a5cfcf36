/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "text/flow-text-operation.h"

G_BEGIN_DECLS

/** EditWork: a text of real sources, and what two people made of it. */
typedef struct
{
  char *name;
  FlowText *base;
  FlowText *ours;
  FlowText *theirs;
  FlowTextOperation *our_change;
  FlowTextOperation *their_change;
} EditWork;

void edit_work_init (EditWork *self, const char *name, gsize size, guint n_edits, guint32 seed);
void edit_work_clear (EditWork *self);
void edit_work_save (const EditWork *self, const char *folder);

G_END_DECLS

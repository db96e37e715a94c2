/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-store.h"

G_BEGIN_DECLS

/* Expressions that somebody knows of frames of the project, from a list in the MTL format of Aff-Wild2: frame
 * (gint64 *) to expression (GPOINTER_TO_INT). Rows of other frames, and those without an expression, are left
 * out. They are never stored, and no training sees them. */
GHashTable *mien_truth_read         (MienStore       *store,
                                     const char      *path,
                                     GError         **error);

G_END_DECLS

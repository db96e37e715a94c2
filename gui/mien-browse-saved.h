/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-project.h"
#include "mien-saved-filters.h"

G_BEGIN_DECLS

/*
 * The saved filters of a project: a button, and in its popover the list, from which one is taken or removed,
 * and a name under which what is shown now is saved.
 *
 * Signals: "chosen" (MienSavedFilter, borrowed), "toast" (text), "removed" (text: what was taken away;
 * mien_browse_saved_restore brings it back).
 */

#define MIEN_TYPE_BROWSE_SAVED (mien_browse_saved_get_type ())
G_DECLARE_FINAL_TYPE (MienBrowseSaved, mien_browse_saved, MIEN, BROWSE_SAVED, GtkWidget)

GtkWidget *mien_browse_saved_new         (void);
void       mien_browse_saved_set_project (MienBrowseSaved  *self,
                                          MienProject      *project);   /* NULL: none */
/* What is shown, taken; its name is what it may be called. */
void       mien_browse_saved_set_now     (MienBrowseSaved  *self,
                                          MienSavedFilter  *now);
void       mien_browse_saved_popup       (MienBrowseSaved  *self);
/* What was last removed or replaced is as it was. */
void       mien_browse_saved_restore     (MienBrowseSaved  *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-project.h"

G_BEGIN_DECLS

/*
 * All frames of a project, in a grid or in columns: filtered, sorted, selected, given a label together; and
 * the contact sheet.
 *
 * Signals: "frame-activated" (gint64: to be shown in Review), "toast" (text), "decided" (text: what was
 * decided on how many; undo takes it back), "removed" (text: which saved filter; browse.restore-filter brings it
 * back).
 */

#define MIEN_TYPE_BROWSE_VIEW (mien_browse_view_get_type ())
G_DECLARE_FINAL_TYPE (MienBrowseView, mien_browse_view, MIEN, BROWSE_VIEW, GtkWidget)

GtkWidget *mien_browse_view_new         (void);
void       mien_browse_view_set_project (MienBrowseView  *self,
                                         MienProject     *project);   /* NULL: none */

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-browse-source.h"

G_BEGIN_DECLS

/*
 * The contact sheet: faces that the model gives one class and nobody has labelled, most confident first.
 * Press on the wrong ones; Enter gives the rest that class, as one decision, and shows the next. Only faces
 * that were drawn are decided. What was crossed out stays unlabelled, and does not come again until the
 * sheet is opened anew.
 *
 * Signals: "toast" (text), "decided" (text).
 */

#define MIEN_TYPE_CONTACT_SHEET (mien_contact_sheet_get_type ())
G_DECLARE_FINAL_TYPE (MienContactSheet, mien_contact_sheet, MIEN, CONTACT_SHEET, GtkWidget)

GtkWidget *mien_contact_sheet_new      (void);
/* Both NULL: none. */
void       mien_contact_sheet_set_project (MienContactSheet  *self,
                                           MienProject       *project,
                                           MienBrowseSource  *source);
/* Begins with the class that was last shown. */
void       mien_contact_sheet_open     (MienContactSheet  *self);
void       mien_contact_sheet_set_expression (MienContactSheet *self,
                                              guint             expression);

/* What is decided: the rows of those that were drawn and not crossed out. Pure. */
GArray    *mien_contact_sheet_choose   (const guint32     *rows,
                                        const gboolean    *drawn,
                                        const gboolean    *wrong,
                                        guint              n);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-browse-model.h"
#include "mien-browse-source.h"

G_BEGIN_DECLS

/*
 * A frame in the grid: its face, and below it what is known of the expression. A label is a filled dot, a
 * proposal a ring with its probability. Everything else is in the sentence that it tells on hover and to
 * those who listen. The picture is read only while the cell is on screen.
 */

#define MIEN_TYPE_BROWSE_CELL (mien_browse_cell_get_type ())
G_DECLARE_FINAL_TYPE (MienBrowseCell, mien_browse_cell, MIEN, BROWSE_CELL, GtkWidget)

/* side: of the face, in pixels. caption: whether there is a line below it. */
GtkWidget *mien_browse_cell_new      (int                side,
                                      gboolean           caption);
/* videos: borrowed, as long as the item is shown. item NULL: nothing. */
void       mien_browse_cell_show     (MienBrowseCell    *self,
                                      MienBrowseSource  *source,
                                      MienBrowseItem    *item,
                                      GStrv              videos);
/* Crossed out: a face that is not of the class of the sheet. */
void       mien_browse_cell_set_wrong (MienBrowseCell   *self,
                                       gboolean          wrong);
/* The face is on screen: somebody could see it. */
gboolean   mien_browse_cell_is_drawn (MienBrowseCell    *self);
/* What is told of the frame; NULL: nothing is shown. */
const char *mien_browse_cell_get_sentence (MienBrowseCell *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/*
 * The three columns of the Review view. The face has the room that is left, and never too little of
 * it: where all three do not fit, the side bar gives way first.
 *
 * Signal: "compact-changed" (gboolean compact): there is little height; emitted outside of layout.
 */

#define MIEN_TYPE_REVIEW_COLUMNS (mien_review_columns_get_type ())
G_DECLARE_FINAL_TYPE (MienReviewColumns, mien_review_columns, MIEN, REVIEW_COLUMNS, GtkWidget)

GtkWidget *mien_review_columns_new (GtkWidget *side,
                                    GtkWidget *face,
                                    GtkWidget *answers);

G_END_DECLS

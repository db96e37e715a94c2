/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * The rows of an index that a question found, as a list model. An item is made when it is asked for and is
 * the same object as long as somebody holds it, which focus and selection need; it says "changed" when what
 * its row holds may have.
 */

#define MIEN_TYPE_BROWSE_ITEM (mien_browse_item_get_type ())
G_DECLARE_FINAL_TYPE (MienBrowseItem, mien_browse_item, MIEN, BROWSE_ITEM, GObject)

/* For what shows rows without a model. */
MienBrowseItem  *mien_browse_item_new          (guint             row);
guint            mien_browse_item_get_row      (MienBrowseItem   *item);

#define MIEN_TYPE_BROWSE_MODEL (mien_browse_model_get_type ())
G_DECLARE_FINAL_TYPE (MienBrowseModel, mien_browse_model, MIEN, BROWSE_MODEL, GObject)

MienBrowseModel *mien_browse_model_new         (void);
/* rows: guint32, kept; may be NULL. Told in two steps, first as many as lists have widgets for, which are
 * used again; told of all at once, GtkListItemManager would look for its place among them. */
void             mien_browse_model_set_rows    (MienBrowseModel  *self,
                                                GArray           *rows);
guint            mien_browse_model_get_row     (MienBrowseModel  *self,
                                                guint             position);
/* Where the row is; G_MAXUINT: it is not among them. Reads them all. */
guint            mien_browse_model_find        (MienBrowseModel  *self,
                                                guint             row);
/* All items that somebody holds say "changed". */
void             mien_browse_model_touch       (MienBrowseModel  *self);

G_END_DECLS

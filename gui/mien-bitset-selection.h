/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/*
 * Which of millions of items are selected: a GtkSelectionModel that keeps one bitset and no objects
 * (GtkMultiSelection makes and holds an object for every selected item: 11 s for 1.3 million). By position:
 * what leaves the model leaves the selection.
 */

#define MIEN_TYPE_BITSET_SELECTION (mien_bitset_selection_get_type ())
G_DECLARE_FINAL_TYPE (MienBitsetSelection, mien_bitset_selection, MIEN, BITSET_SELECTION, GObject)

/* Takes model. */
MienBitsetSelection *mien_bitset_selection_new  (GListModel           *model);

G_END_DECLS

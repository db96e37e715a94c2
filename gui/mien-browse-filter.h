/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-browse-choices.h"

G_BEGIN_DECLS

/*
 * The form in which a filter of Browse is put together, in a popover. Everything narrows; what is left at
 * "any" does not. The text to search for is not in here. Signal "changed": another filter.
 */

#define MIEN_TYPE_BROWSE_FILTER (mien_browse_filter_get_type ())
G_DECLARE_FINAL_TYPE (MienBrowseFilter, mien_browse_filter, MIEN, BROWSE_FILTER, GtkWidget)

GtkWidget  *mien_browse_filter_new       (void);
/* The names there are to choose from. What was chosen stays so by its place. */
void        mien_browse_filter_set_names (MienBrowseFilter  *self,
                                          GStrv              videos,
                                          GStrv              annotators);
void        mien_browse_filter_get       (MienBrowseFilter  *self,
                                          MienBrowseChoices *choices);
/* One "changed" for all of them. */
void        mien_browse_filter_set       (MienBrowseFilter  *self,
                                          const MienBrowseChoices *choices);
void        mien_browse_filter_clear     (MienBrowseFilter  *self);
/* How many of its rows narrow. */
guint       mien_browse_filter_n_set     (MienBrowseFilter  *self);

/* What narrows, in words: "Happiness · Human"; "": nothing. */
char       *mien_browse_filter_describe  (MienBrowseFilter  *self);

G_END_DECLS

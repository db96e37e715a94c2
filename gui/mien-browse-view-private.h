/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-bitset-selection.h"
#include "mien-browse-filter.h"
#include "mien-browse-model.h"
#include "mien-browse-saved.h"
#include "mien-browse-source.h"
#include "mien-browse-view.h"
#include "mien-contact-sheet.h"

G_BEGIN_DECLS

struct _MienBrowseView
{
  GtkWidget            parent_instance;

  MienProject         *project;
  MienBrowseSource    *source;             /* made when the view is first seen */
  MienBrowseModel     *model;
  MienBitsetSelection *selection;
  GStrv                videos, annotators;

  MienFilter           filter;
  MienSort             sort;
  gboolean             descending, setting;
  gboolean             wants_focus;        /* the frames shall have it when they are there */
  GCancellable        *asking;

  GtkStack            *pages, *lists;
  GtkSpinner          *spinner;
  GtkWidget           *bar, *status;
  GtkWidget           *grid, *columns;
  MienContactSheet    *sheet;
  GtkEditable         *search, *place;
  GtkMenuButton       *filter_button, *place_button, *label_button;
  MienBrowseFilter    *form;
  MienBrowseSaved     *saved;
  GtkDropDown         *sorts;
  GtkToggleButton     *direction, *as_grid, *as_columns, *as_sheet;
  GtkLabel            *count;
  GtkColumnViewColumn *sort_columns[MIEN_SORT_DOUBT + 1];
  gboolean             sort_asked[MIEN_SORT_DOUBT + 1];
  int                  grid_width;         /* that the number of columns was made for */
  guint                fit_source;
};

/* mien-browse-view.c */
void       mien_browse_view_set_sort     (MienBrowseView     *self,
                                          MienSort            sort,
                                          gboolean            descending);
/* Asks for what the bar says. */
void       mien_browse_view_ask          (MienBrowseView     *self);
void       mien_browse_view_activate     (MienBrowseView     *self,
                                          guint               position);
GtkBitset *mien_browse_view_selected     (MienBrowseView     *self);   /* borrowed */

/* mien-browse-lists.c: the grid and the columns, over the same selection. */
void       mien_browse_view_build_lists  (MienBrowseView     *self);
void       mien_browse_view_show_list    (MienBrowseView     *self,
                                          gboolean            in_columns);
void       mien_browse_view_scroll_to    (MienBrowseView     *self,
                                          guint               position);

/* mien-browse-view-saved.c: the filters that were given a name. */
GtkWidget *mien_browse_view_build_saved  (MienBrowseView     *self);
/* Tells them what is shown; they can be used from the first answer on, and not with the sheet. */
void       mien_browse_view_update_saved (MienBrowseView     *self);

/* mien-browse-label.c: one label for all that are selected. */
GMenuModel *mien_browse_label_menu       (void);
void       mien_browse_view_install_label_actions (GtkWidgetClass *klass);
void       mien_browse_view_update_label_actions (MienBrowseView  *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The grid and the columns. Both show one selection over one model, so that going from
 * one to the other keeps what is selected.
 *
 * A grid keeps 32 rows of cells, visible or not: the number of its columns follows the
 * width, and pictures are read only for cells on screen.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-browse-view-private.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "mien-browse-cell.h"
#include "mien-browse-words.h"

enum
{
  FACE = 112,
  SMALL_FACE = 36,
  CELL_SPACE = 20, /* padding of a cell, as the style sheet has it */
  MIN_COLUMNS = 2,
  MAX_COLUMNS = 24,
};

typedef enum
{
  PICTURE,
  PLACE,
  EXPRESSION,
  CONFIDENCE,
  SOURCE,
  VALENCE,
  AROUSAL,
  UNITS,
  ANNOTATOR,
  DECIDED,
  N_COLUMNS,
} Column;

static const struct
{
  const char *title;
  int sort; /* MienSort, -1: none */
  gboolean expand, right;
} columns[N_COLUMNS] = {
  [PICTURE] = { N_ ("Face"), -1, FALSE, FALSE },
  [PLACE] = { N_ ("Frame"), MIEN_SORT_FRAME, TRUE, FALSE },
  [EXPRESSION] = { N_ ("Expression"), MIEN_SORT_EXPRESSION, FALSE, FALSE },
  [CONFIDENCE] = { N_ ("Confidence"), MIEN_SORT_CONFIDENCE, FALSE, TRUE },
  [SOURCE] = { N_ ("Label"), -1, FALSE, FALSE },
  [VALENCE] = { N_ ("Valence"), MIEN_SORT_VALENCE, FALSE, TRUE },
  [AROUSAL] = { N_ ("Arousal"), MIEN_SORT_AROUSAL, FALSE, TRUE },
  [UNITS] = { N_ ("Action units"), -1, FALSE, FALSE },
  [ANNOTATOR] = { N_ ("Annotator"), -1, FALSE, FALSE },
  [DECIDED] = { N_ ("Decided"), MIEN_SORT_DECIDED, FALSE, FALSE },
};

/* ---- the grid ---- */

static void
on_cell_setup (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer side)
{
  int pixels = GPOINTER_TO_INT (side);

  gtk_list_item_set_child (item, mien_browse_cell_new (pixels, pixels == FACE));
}

static void
on_cell_bind (GtkSignalListItemFactory *factory, GtkListItem *item, MienBrowseView *self)
{
  mien_browse_cell_show (MIEN_BROWSE_CELL (gtk_list_item_get_child (item)), self->source,
                         gtk_list_item_get_item (item), self->videos);
}

static void
on_cell_unbind (GtkSignalListItemFactory *factory,
                GtkListItem *item,
                MienBrowseView *self)
{
  mien_browse_cell_show (MIEN_BROWSE_CELL (gtk_list_item_get_child (item)), NULL, NULL,
                         NULL);
}

static GtkListItemFactory *
cell_factory (MienBrowseView *self, int side)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (on_cell_setup), GINT_TO_POINTER (side));
  g_signal_connect (factory, "bind", G_CALLBACK (on_cell_bind), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (on_cell_unbind), self);
  return factory;
}

static gboolean
fit (gpointer data)
{
  MienBrowseView *self = data;
  int n = self->grid_width / (FACE + CELL_SPACE);

  self->fit_source = 0;
  gtk_grid_view_set_max_columns (GTK_GRID_VIEW (self->grid),
                                 (guint) CLAMP (n, MIN_COLUMNS, MAX_COLUMNS));
  return G_SOURCE_REMOVE;
}

/* Not at once: this is told while sizes are given out. */
static void
on_width (GtkAdjustment *adjustment, MienBrowseView *self)
{
  int width = (int) gtk_adjustment_get_page_size (adjustment);

  if (width == self->grid_width)
    return;
  self->grid_width = width;
  if (self->fit_source == 0)
    self->fit_source = g_idle_add (fit, self);
}

/* ---- the columns ---- */

static char *
point_text (float value)
{
  return isnan (value) ? NULL : g_strdup_printf ("%+.2f", (double) value);
}

static char *
date_text (gint64 seconds)
{
  g_autoptr (GDateTime) date =
      seconds != 0 ? g_date_time_new_from_unix_local (seconds) : NULL;

  return date != NULL ? g_date_time_format (date, "%x %R") : NULL;
}

static char *
expression_text (const MienIndexRow *row)
{
  MienBrowseSays says;
  int expression;
  const char *name = mien_browse_expression (row, &says, &expression);

  /* Brackets, as for the units: the model says so. */
  return says == MIEN_BROWSE_PROPOSAL ? g_strdup_printf ("(%s)", name) : g_strdup (name);
}

/* NULL: nothing. */
static char *
text_of (MienBrowseView *self, Column column, const MienIndexRow *row)
{
  switch (column)
    {
    case PLACE:
      return mien_browse_place (row, self->videos);
    case EXPRESSION:
      return expression_text (row);
    case CONFIDENCE:
      return isnan (row->confidence) ? NULL
                                     : g_strdup_printf ("%.2f", (double) row->confidence);
    case SOURCE:
      return g_strdup (mien_browse_source_name (row));
    case VALENCE:
      return point_text (row->valence);
    case AROUSAL:
      return point_text (row->arousal);
    case UNITS:
      return mien_browse_units (row);
    case ANNOTATOR:
      return row->annotator > 0 && row->annotator <= g_strv_length (self->annotators)
                 ? g_strdup (self->annotators[row->annotator - 1])
                 : NULL;
    case DECIDED:
      return date_text (row->decided);
    default:
      return NULL;
    }
}

static Column
column_of (GtkWidget *label)
{
  return (Column) GPOINTER_TO_INT (g_object_get_data (G_OBJECT (label), "column"));
}

static void
on_text_setup (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  Column column = (Column) GPOINTER_TO_INT (data);
  GtkWidget *label = gtk_label_new (NULL);

  g_object_set_data (G_OBJECT (label), "column", data);
  gtk_label_set_xalign (GTK_LABEL (label), columns[column].right ? 1.0f : 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (label), columns[column].expand ? 16 : 8);
  if (column != EXPRESSION && column != SOURCE)
    gtk_widget_add_css_class (label, "numeric");
  gtk_list_item_set_child (item, label);
}

static void
write_text (MienBrowseView *self, GtkWidget *label, MienBrowseItem *item)
{
  MienIndexRow row;
  g_autofree char *text = NULL;

  mien_index_row (mien_browse_source_get_index (self->source),
                  mien_browse_item_get_row (item), &row);
  text = text_of (self, column_of (label), &row);
  gtk_label_set_text (GTK_LABEL (label), text != NULL ? text : "");
}

static void
on_item_changed (MienBrowseItem *item, GtkWidget *label)
{
  GtkWidget *view = gtk_widget_get_ancestor (label, MIEN_TYPE_BROWSE_VIEW);

  if (view != NULL)
    write_text (MIEN_BROWSE_VIEW (view), label, item);
}

static void
on_text_bind (GtkSignalListItemFactory *factory, GtkListItem *item, MienBrowseView *self)
{
  GtkWidget *label = gtk_list_item_get_child (item);
  MienBrowseItem *row = gtk_list_item_get_item (item);

  g_signal_connect_object (row, "changed", G_CALLBACK (on_item_changed), label, 0);
  write_text (self, label, row);
}

static void
on_text_unbind (GtkSignalListItemFactory *factory,
                GtkListItem *item,
                MienBrowseView *self)
{
  g_signal_handlers_disconnect_by_func (gtk_list_item_get_item (item), on_item_changed,
                                        gtk_list_item_get_child (item));
}

static GtkListItemFactory *
text_factory (MienBrowseView *self, Column column)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (on_text_setup),
                    GINT_TO_POINTER (column));
  g_signal_connect (factory, "bind", G_CALLBACK (on_text_bind), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (on_text_unbind), self);
  return factory;
}

/* GTK 4.8 does not say which column a click on a title sorts by, but it compares two
 * items with the sorters of the columns, the first one first: each notes that it was
 * asked. */
static int
note_sort (gconstpointer a, gconstpointer b, gpointer asked)
{
  *(gboolean *) asked = TRUE;
  return GTK_ORDERING_SMALLER;
}

static void
on_sorter_changed (GtkSorter *sorter, GtkSorterChange change, MienBrowseView *self)
{
  g_autoptr (GObject) nothing = g_object_new (G_TYPE_OBJECT, NULL);
  GtkOrdering ordering;

  if (self->setting)
    return;
  memset (self->sort_asked, 0, sizeof self->sort_asked);
  ordering = gtk_sorter_compare (sorter, nothing, nothing);
  for (MienSort sort = 0; sort < G_N_ELEMENTS (self->sort_asked); sort++)
    if (self->sort_asked[sort])
      mien_browse_view_set_sort (self, sort, ordering == GTK_ORDERING_LARGER);
}

static void
build_columns (MienBrowseView *self)
{
  GtkColumnView *view = GTK_COLUMN_VIEW (self->columns);

  for (Column i = 0; i < N_COLUMNS; i++)
    {
      g_autoptr (GtkColumnViewColumn) column = gtk_column_view_column_new (
          _ (columns[i].title),
          i == PICTURE ? cell_factory (self, SMALL_FACE) : text_factory (self, i));

      gtk_column_view_column_set_resizable (column, i != PICTURE);
      gtk_column_view_column_set_expand (column, columns[i].expand);
      if (columns[i].sort >= 0)
        {
          g_autoptr (GtkSorter) sorter = GTK_SORTER (gtk_custom_sorter_new (
              note_sort, &self->sort_asked[columns[i].sort], NULL));

          gtk_column_view_column_set_sorter (column, sorter);
          self->sort_columns[columns[i].sort] = column;
        }
      gtk_column_view_append_column (view, column);
    }
  g_signal_connect (gtk_column_view_get_sorter (view), "changed",
                    G_CALLBACK (on_sorter_changed), self);
}

/* ---- both ---- */

static GtkWidget *
scrolled (GtkWidget *list)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();

  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), list);
  gtk_widget_set_vexpand (scroller, TRUE);
  return scroller;
}

static void
add_menu (MienBrowseView *self, GtkWidget *list)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Frames"), -1);
  g_signal_connect_swapped (list, "activate", G_CALLBACK (mien_browse_view_activate),
                            self);
}

void
mien_browse_view_build_lists (MienBrowseView *self)
{
  GtkWidget *scroller;

  self->grid = gtk_grid_view_new (NULL, cell_factory (self, FACE));
  gtk_grid_view_set_min_columns (GTK_GRID_VIEW (self->grid), MIN_COLUMNS);
  gtk_grid_view_set_enable_rubberband (GTK_GRID_VIEW (self->grid), TRUE);
  self->columns = gtk_column_view_new (NULL);
  gtk_widget_add_css_class (self->columns, "data-table");
  build_columns (self);
  add_menu (self, self->grid);
  add_menu (self, self->columns);
  scroller = scrolled (self->grid);
  g_signal_connect (gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (scroller)),
                    "changed", G_CALLBACK (on_width), self);
  gtk_stack_add_named (self->lists, scroller, "grid");
  gtk_stack_add_named (self->lists, scrolled (self->columns), "columns");
  mien_browse_view_show_list (self, FALSE);
}

/* Which position is at the top of the list that is shown. */
static guint
first_on_screen (MienBrowseView *self)
{
  GtkWidget *shown = gtk_stack_get_visible_child (self->lists);
  GtkAdjustment *adjustment =
      gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (shown));
  double upper = gtk_adjustment_get_upper (adjustment);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->model));

  return upper > 0 ? (guint) (gtk_adjustment_get_value (adjustment) / upper * n) : 0;
}

/* Only the list on screen has the model: a change of it costs each that has it hundreds
 * of widgets. */
void
mien_browse_view_show_list (MienBrowseView *self, gboolean in_columns)
{
  GtkSelectionModel *selection = GTK_SELECTION_MODEL (self->selection);
  guint first;

  if (in_columns == (gtk_column_view_get_model (GTK_COLUMN_VIEW (self->columns)) != NULL)
      && in_columns == (gtk_grid_view_get_model (GTK_GRID_VIEW (self->grid)) == NULL))
    return;
  first = first_on_screen (self);
  gtk_grid_view_set_model (GTK_GRID_VIEW (self->grid), in_columns ? NULL : selection);
  gtk_column_view_set_model (GTK_COLUMN_VIEW (self->columns),
                             in_columns ? selection : NULL);
  gtk_stack_set_visible_child_name (self->lists, in_columns ? "columns" : "grid");
  if (first > 0)
    mien_browse_view_scroll_to (self, first);
}

void
mien_browse_view_scroll_to (MienBrowseView *self, guint position)
{
  gboolean in_columns = gtk_toggle_button_get_active (self->as_columns);
  /* The list inside is what knows the action. */
  GtkWidget *list = in_columns ? gtk_widget_get_last_child (self->columns) : self->grid;

  gtk_widget_activate_action (list, "list.scroll-to-item", "u", position);
}

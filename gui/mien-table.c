/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A card with a heading and a grid of labels.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-table.h"

void
mien_table_begin (MienTable *table, const char *title)
{
  GtkWidget *heading = gtk_label_new (title), *grid = gtk_grid_new ();
  GtkWidget *scroller = gtk_scrolled_window_new ();

  table->card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  table->grid = GTK_GRID (grid);
  table->row = 0;
  gtk_widget_add_css_class (table->card, "mien-table");
  gtk_widget_add_css_class (heading, "heading");
  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_label_set_wrap (GTK_LABEL (heading), TRUE);
  gtk_grid_set_column_spacing (table->grid, 14);
  gtk_grid_set_row_spacing (table->grid, 5);
  gtk_box_append (GTK_BOX (table->card), heading);
  /* With large text, or in a narrow window, the last columns are a scroll away. */
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_AUTOMATIC,
                                  GTK_POLICY_NEVER);
  gtk_scrolled_window_set_propagate_natural_width (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), grid);
  gtk_box_append (GTK_BOX (table->card), scroller);
  gtk_accessible_update_property (GTK_ACCESSIBLE (table->card),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (scroller),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
}

void
mien_table_add (MienTable *table, gboolean heading, ...)
{
  va_list cells;
  const char *text;
  int column = 0;

  va_start (cells, heading);
  while ((text = va_arg (cells, const char *)) != NULL)
    {
      GtkWidget *label = gtk_label_new (text);

      gtk_widget_add_css_class (label, heading ? "caption" : "numeric");
      gtk_widget_add_css_class (label, "caption");
      if (heading || column > 2)
        gtk_widget_add_css_class (label, "dim-label");
      gtk_label_set_xalign (GTK_LABEL (label), column == 0 ? 0 : 1);
      if (column == 0)
        {
          gtk_widget_set_hexpand (label, TRUE);
          gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
          gtk_label_set_width_chars (GTK_LABEL (label), 8);
          gtk_widget_set_tooltip_text (label, heading ? NULL : text);
        }
      gtk_grid_attach (table->grid, label, column++, table->row, 1, 1);
    }
  va_end (cells);
  table->row++;
}

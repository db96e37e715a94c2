/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/*
 * A table of a few figures, as a card with a heading.
 */

typedef struct
{
  GtkWidget *card;                         /* floating, until somebody takes it */
  GtkGrid   *grid;
  int        row;
} MienTable;

void mien_table_begin (MienTable   *table,
                       const char  *title);
/* A row: its cells up to NULL; the first to the left, numbers to the right. */
void mien_table_add   (MienTable   *table,
                       gboolean     heading,
                       ...) G_GNUC_NULL_TERMINATED;

G_END_DECLS

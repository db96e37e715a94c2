/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/*
 * A curve in a small place: one value an epoch, with the first and the last one told below. A picture
 * of numbers that are written beside it; not for reading values off.
 */

#define MIEN_TYPE_SPARKLINE (mien_sparkline_get_type ())
G_DECLARE_FINAL_TYPE (MienSparkline, mien_sparkline, MIEN, SPARKLINE, GtkWidget)

GtkWidget *mien_sparkline_new        (void);
/* points: x, y pairs, in the order of x; copied. */
void       mien_sparkline_set_points (MienSparkline          *self,
                                      const graphene_point_t *points,
                                      guint                   n);

/*
 * A bar for a value from 0 to 1, with a tick where a threshold lies.
 */

#define MIEN_TYPE_TICK_BAR (mien_tick_bar_get_type ())
G_DECLARE_FINAL_TYPE (MienTickBar, mien_tick_bar, MIEN, TICK_BAR, GtkWidget)

/* NaN: nothing is drawn for it. */
GtkWidget *mien_tick_bar_new         (double                  value,
                                      double                  tick);

G_END_DECLS

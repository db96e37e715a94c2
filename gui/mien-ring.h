/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/*
 * A ring that fills as a job goes on. Drawn in the colour of the text around it. The fraction is 0 to 1,
 * or negative while it cannot be told: then a quarter of it turns.
 */

#define MIEN_TYPE_RING (mien_ring_get_type ())
G_DECLARE_FINAL_TYPE (MienRing, mien_ring, MIEN, RING, GtkWidget)

GtkWidget *mien_ring_new          (void);
void       mien_ring_set_fraction (MienRing *self,
                                   double    fraction);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/*
 * The square of valence (to the right) and arousal (up), both from -1 to 1. A person's point is filled,
 * the model's is a ring in a disc as wide as its spread, the previous frame's is a small grey ring.
 *
 * Signal: "point" (double valence, double arousal): clicked or dragged there.
 */

#define MIEN_TYPE_CIRCUMPLEX (mien_circumplex_get_type ())
G_DECLARE_FINAL_TYPE (MienCircumplex, mien_circumplex, MIEN, CIRCUMPLEX, GtkWidget)

typedef struct
{
  gboolean has_given, has_stored, has_model, has_previous, cannot_tell;
  double   given[2], stored[2], model[2], previous[2];
  double   spread;                         /* of the model's point, in the same units */
  gboolean doubtful;
} MienCircumplexLook;

GtkWidget *mien_circumplex_new  (void);
void       mien_circumplex_show (MienCircumplex           *self,
                                 const MienCircumplexLook *look);
/* Asks for less room. */
void       mien_circumplex_set_compact (MienCircumplex *self,
                                        gboolean        compact);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * What one sees on a face, in a sentence or two: of the twelve action units after the Facial Action Coding
 * System, of the eight expressions after EMFACS.
 */

typedef struct
{
  /* Of the icon theme; symbolic. */
  const char *icon;
  /* What it is made of: of a unit the muscles, translated; of an expression the units that usually make
   * it, "AU6, AU12", NULL where none do. */
  const char *made_of;
  /* What there is to see, translated. */
  const char *description;
} MienFacs;

/* By place in the order of mien-types.h; out of range is a bug of the caller's. */
MienFacs mien_facs_expression (guint expression);
MienFacs mien_facs_unit       (guint unit);

G_END_DECLS

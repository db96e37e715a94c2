/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * How far a figure may be off: the percentile bootstrap (Efron and Tibshirani, 1993, chapter 13) over whole
 * clusters (Davison and Hinkley, 1997, section 3.8). The frames of a video resemble each other, so it is
 * videos that are drawn anew, with all that is in them. With few clusters such an interval is too narrow.
 */

enum
{
  MIEN_RESAMPLE_DRAWS = 1000,
  MIEN_RESAMPLE_MIN_CLUSTERS = 5,  /* for an interval that says anything */
};

/* The figures of a set that has counts[i] times cluster i; NaN where one is not defined. */
typedef void (*MienResampleFunc) (const uint32_t  *counts,
                                  double          *figures,
                                  void            *data);

/* intervals: 95 % of each figure. NaN with fewer than five clusters, or where the figure is not defined in
 * more than one draw in twenty; the others of its draws make the interval. The draws are the same every
 * time, and for every figure of so many clusters. 0, or -1 when there is no memory. */
int mien_resample (size_t            n_clusters,
                   size_t            n_figures,
                   MienResampleFunc  func,
                   void             *data,
                   double          (*intervals)[2]);

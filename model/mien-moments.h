/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * First and second moments of pairs, by Welford's update, so that the order of magnitude of the mean costs no
 * digits. m_xx, m_yy, m_xy: sums of the products of what is left over the means. Starts at zero.
 */

typedef struct
{
  double n, mean_x, mean_y, m_xx, m_yy, m_xy;
} MienMoments;

void   mien_moments_add   (MienMoments       *moments,
                           double             x,
                           double             y);
/* As if all that was added to more had been added to moments, times times. */
void   mien_moments_merge (MienMoments       *moments,
                           const MienMoments *more,
                           double             times);
/* Lin (1989) with population moments: 2 cov / (var x + var y + (mean x - mean y)^2). NaN where both are
 * the same constant, and without any. */
double mien_moments_ccc   (const MienMoments *moments);

/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Moments of pairs. A set that holds one value only has moments of exactly zero, so that
 * "constant" is a matter of comparing with 0.
 */

#include "mien-moments.h"

#include <math.h>

void
mien_moments_add (MienMoments *moments, double x, double y)
{
  double dx = x - moments->mean_x;
  double dy = y - moments->mean_y;

  moments->n += 1;
  moments->mean_x += dx / moments->n;
  moments->mean_y += dy / moments->n;
  moments->m_xx += dx * (x - moments->mean_x);
  moments->m_yy += dy * (y - moments->mean_y);
  moments->m_xy += dx * (y - moments->mean_y);
}

/* Chan, Golub and LeVeque's update for two sets. */
void
mien_moments_merge (MienMoments *moments, const MienMoments *more, double times)
{
  double more_n = more->n * times;
  double n = moments->n + more_n;
  double dx = more->mean_x - moments->mean_x, dy = more->mean_y - moments->mean_y;

  if (more_n == 0)
    return;
  moments->m_xx += more->m_xx * times + dx * dx * moments->n * more_n / n;
  moments->m_yy += more->m_yy * times + dy * dy * moments->n * more_n / n;
  moments->m_xy += more->m_xy * times + dx * dy * moments->n * more_n / n;
  moments->mean_x += dx * (more_n / n);
  moments->mean_y += dy * (more_n / n);
  moments->n = n;
}

double
mien_moments_ccc (const MienMoments *moments)
{
  double shift = moments->mean_x - moments->mean_y;
  double below = (moments->m_xx + moments->m_yy) / moments->n + shift * shift;

  return below > 0 ? 2 * (moments->m_xy / moments->n) / below : (double) NAN;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Farthest-first, and lazily: what a point is known to be near to only grows as it meets
 * more centres, so a point that is nearer to some centre than the farthest point found so
 * far is to all of them cannot be the farthest, and need not meet the others yet. The
 * result is that of the plain way, which computes n x (centres + wanted) products.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-farthest.h"

#include <math.h>

enum
{
  LANES = 16, /* sums side by side, for the compiler's vectors */
};

typedef struct
{
  const float *points;
  guint n;
  GArray *centres; /* guint */
  float *nearest;  /* [n], the greatest product with the centres met so far */
  guint *met;      /* [n], so many centres from the first on */
  guint helpful;   /* the centre that has settled a point last */
} Traversal;

static float
product (const float *a, const float *b)
{
  float sums[LANES] = { 0 }, sum = 0;

  for (guint i = 0; i < MIEN_EMBEDDING; i += LANES)
    for (guint k = 0; k < LANES; k++)
      sums[k] += a[i + k] * b[i + k];
  for (guint k = 0; k < LANES; k++)
    sum += sums[k];
  return sum;
}

static const float *
point (const Traversal *traversal, guint i)
{
  return traversal->points + (gsize) i * MIEN_EMBEDDING;
}

static void
meet (Traversal *traversal, guint i, guint which)
{
  guint centre = g_array_index (traversal->centres, guint, which);

  traversal->nearest[i] = MAX (traversal->nearest[i],
                               product (point (traversal, i), point (traversal, centre)));
}

/* Until it is nearer to one than that, or has met all. */
static void
meet_centres (Traversal *traversal, guint i, float least)
{
  guint n = traversal->centres->len;

  if (traversal->nearest[i] < least && traversal->helpful < n
      && traversal->met[i] <= traversal->helpful)
    meet (traversal, i, traversal->helpful);
  while (traversal->nearest[i] < least && traversal->met[i] < n)
    {
      guint which = traversal->met[i]++;

      meet (traversal, i, which);
      if (traversal->nearest[i] >= least)
        traversal->helpful = which;
    }
}

static void
take (Traversal *traversal, guint i)
{
  traversal->nearest[i] = INFINITY; /* from itself, and never the farthest again */
  g_array_append_val (traversal->centres, i);
}

/* n: all are taken. */
static guint
find_farthest (Traversal *traversal)
{
  guint farthest = traversal->n;
  float least = INFINITY;

  for (guint i = 0; i < traversal->n; i++)
    {
      meet_centres (traversal, i, least);
      if (traversal->nearest[i] < least)
        {
          least = traversal->nearest[i];
          farthest = i;
        }
    }
  return farthest;
}

GArray *
mien_farthest_first (const float *points, guint n, guint n_centres, guint wanted)
{
  g_autofree float *nearest = g_new (float, n);
  g_autofree guint *met = g_new0 (guint, n);
  Traversal traversal = { points, n, g_array_new (FALSE, FALSE, sizeof (guint)), nearest,
                          met };

  for (guint i = 0; i < n; i++)
    nearest[i] = -INFINITY;
  for (guint i = 0; i < n_centres; i++)
    take (&traversal, i);
  while (traversal.centres->len - n_centres < wanted)
    {
      guint farthest = find_farthest (&traversal);

      if (farthest == n)
        break;
      take (&traversal, farthest);
    }
  g_array_remove_range (traversal.centres, 0, n_centres);
  return traversal.centres;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Farthest-first on made points: against the plain way that computes every distance, and
 * on clusters, each of which is visited before any is visited twice.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-farthest.h"

#include <math.h>
#include <string.h>

enum
{
  CLUSTERS = 12,
};

static void
normalise (float *point)
{
  double sum = 0;

  for (guint i = 0; i < MIEN_EMBEDDING; i++)
    sum += (double) point[i] * (double) point[i];
  for (guint i = 0; i < MIEN_EMBEDDING; i++)
    point[i] = (float) (point[i] / sqrt (sum));
}

/* In clusters of very different size, or, without any, everywhere. */
static float *
make_points (GRand *random, guint n, guint n_clusters, double noise)
{
  g_autofree float *means = g_new (float, MAX (n_clusters, 1) * MIEN_EMBEDDING);
  float *points = g_new (float, n *MIEN_EMBEDDING);

  for (guint i = 0; i < n_clusters * MIEN_EMBEDDING; i++)
    means[i] = (float) g_rand_double_range (random, -1, 1);
  for (guint i = 0; i < n; i++)
    {
      double u = g_rand_double (random);
      guint cluster = i < n_clusters ? i : (guint) (u * u * n_clusters);
      float *point = points + i * MIEN_EMBEDDING;

      for (guint k = 0; k < MIEN_EMBEDDING; k++)
        point[k] = (float) (noise * g_rand_double_range (random, -1, 1)
                            + (n_clusters > 0 ? means[cluster * MIEN_EMBEDDING + k] : 0));
      normalise (point);
    }
  return points;
}

static double
distance (const float *points, guint a, guint b)
{
  double sum = 0;

  for (guint i = 0; i < MIEN_EMBEDDING; i++)
    {
      double d = (double) points[a * MIEN_EMBEDDING + i]
                 - (double) points[b * MIEN_EMBEDDING + i];

      sum += d * d;
    }
  return sqrt (sum);
}

static GArray *
naive (const float *points, guint n, guint n_centres, guint wanted)
{
  GArray *taken = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < n_centres; i++)
    g_array_append_val (taken, i);
  while (taken->len < MIN (n, n_centres + wanted))
    {
      guint farthest = n;
      double most = -1;

      for (guint i = n_centres; i < n; i++)
        {
          double nearest = INFINITY;

          for (guint k = 0; k < taken->len; k++)
            {
              guint centre = g_array_index (taken, guint, k);

              nearest = MIN (nearest, i == centre ? -1 : distance (points, i, centre));
            }
          if (nearest > most)
            {
              most = nearest;
              farthest = i;
            }
        }
      g_array_append_val (taken, farthest);
    }
  g_array_remove_range (taken, 0, n_centres);
  return taken;
}

static void
test_naive (void)
{
  for (guint seed = 0; seed < 12; seed++)
    {
      g_autoptr (GRand) random = g_rand_new_with_seed (seed);
      guint n = 120, n_centres = seed % 4 * 10, wanted = 25;
      g_autofree float *points =
          make_points (random, n, seed % 3 == 0 ? 0 : 4 * seed, seed % 2 ? 0.8 : 0.2);
      g_autoptr (GArray) picks = mien_farthest_first (points, n, n_centres, wanted);
      g_autoptr (GArray) expected = naive (points, n, n_centres, wanted);

      g_assert_cmpuint (picks->len, ==, wanted);
      g_assert_cmpmem (picks->data, picks->len * sizeof (guint), expected->data,
                       expected->len * sizeof (guint));
    }
}

static guint
cluster_of (const float *points, guint i)
{
  guint nearest = 0;

  for (guint k = 1; k < CLUSTERS; k++)
    if (distance (points, i, k) < distance (points, i, nearest))
      nearest = k;
  return nearest;
}

/* The first points show the clusters, and the last one has one point in two hundred. A
 * labelled frame takes its cluster out. */
static void
test_clusters (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  g_autofree float *points = make_points (random, 2000, CLUSTERS, 0.3);

  for (guint n_centres = 0; n_centres <= 5; n_centres += 5)
    {
      g_autoptr (GArray) picks =
          mien_farthest_first (points, 2000, n_centres, 2 * CLUSTERS);
      gboolean visited[CLUSTERS] = { FALSE };

      for (guint i = 0; i < n_centres; i++)
        visited[i] = TRUE;
      for (guint i = 0; i < CLUSTERS - n_centres; i++)
        {
          guint cluster = cluster_of (points, g_array_index (picks, guint, i));

          g_assert_false (visited[cluster]);
          visited[cluster] = TRUE;
        }
    }
}

/* Equal points, points without a length, fewer than wanted, none. */
static void
test_borders (void)
{
  float points[6 * MIEN_EMBEDDING] = { 0 };
  g_autoptr (GArray) none = mien_farthest_first (points, 0, 0, 3);
  g_autoptr (GArray) taken = mien_farthest_first (points, 6, 6, 3);
  g_autoptr (GArray) unwanted = mien_farthest_first (points, 6, 2, 0);
  g_autoptr (GArray) all = NULL;

  g_assert_cmpuint (none->len + taken->len + unwanted->len, ==, 0);
  points[0] = points[MIEN_EMBEDDING] = points[2 * MIEN_EMBEDDING] = 1;
  points[4 * MIEN_EMBEDDING] = -1;
  all = mien_farthest_first (points, 6, 1, 9);
  g_assert_cmpuint (all->len, ==, 5);
  g_assert_cmpuint (g_array_index (all, guint, 0), ==, 4);
  g_assert_cmpuint (g_array_index (all, guint, 1), ==, 3);
  g_assert_cmpuint (g_array_index (all, guint, 2), ==, 5);
  g_assert_cmpuint (g_array_index (all, guint, 3), ==, 1);
  g_assert_cmpuint (g_array_index (all, guint, 4), ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/farthest/naive", test_naive);
  g_test_add_func ("/farthest/clusters", test_clusters);
  g_test_add_func ("/farthest/borders", test_borders);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The interval of a share: Clopper and Pearson (1934) on the effective sample size of
 * Korn and Graubard (1998, "Confidence intervals for proportions with small expected
 * number of positive counts estimated from survey data", eq. 3 to 5): answers of one
 * video are not independent, so the variance between videos says how many independent
 * answers they are worth. Looking several times costs confidence: five looks at 0.0158
 * each are wrong in 5 % (Pocock 1977, "Group sequential methods in the design and
 * analysis of clinical trials", table 1).
 */

#include "mien-audit.h"

#include <math.h>
#include <stdlib.h>

#define LOOK_ERROR 0.0158
/* Answers of one video are taken to be at least so alike; see AUDIT.md. */
#define LEAST_CORRELATION 0.05

const size_t mien_audit_looks[MIEN_AUDIT_LOOKS] = { 30, 75, 150, 300, 600 };

/* The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz. */
static double
fraction (double a, double b, double x)
{
  const double tiny = 1e-300;
  double c = 1, d = 1 - (a + b) * x / (a + 1), value;

  d = 1 / (fabs (d) < tiny ? tiny : d);
  value = d;
  for (int m = 1; m < 10000; m++)
    {
      double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
      double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
      double step;

      d = 1 + even * d;
      c = 1 + even / c;
      d = 1 / (fabs (d) < tiny ? tiny : d);
      c = fabs (c) < tiny ? tiny : c;
      value *= d * c;
      d = 1 + odd * d;
      c = 1 + odd / c;
      d = 1 / (fabs (d) < tiny ? tiny : d);
      c = fabs (c) < tiny ? tiny : c;
      step = d * c;
      value *= step;
      if (fabs (step - 1) < 1e-14)
        break;
    }
  return value;
}

/* I_x (a, b): the probability that a Beta (a, b) is at most x. */
static double
beta_below (double a, double b, double x)
{
  double front;

  if (x <= 0 || x >= 1)
    return x <= 0 ? 0 : 1;
  front = exp (lgamma (a + b) - lgamma (a) - lgamma (b) + a * log (x) + b * log1p (-x));
  return x < (a + 1) / (a + b + 2) ? front * fraction (a, b, x) / a
                                   : 1 - front * fraction (b, a, 1 - x) / b;
}

static double
beta_quantile (double a, double b, double probability)
{
  double low = 0, high = 1;

  for (int i = 0; i < 60; i++)
    {
      double middle = (low + high) / 2;

      if (beta_below (a, b, middle) < probability)
        low = middle;
      else
        high = middle;
    }
  return (low + high) / 2;
}

/* What Student's t with that freedom surpasses in size with that probability, squared. */
static double
t_squared (double freedom, double probability)
{
  double x = beta_quantile (freedom / 2, 0.5, probability);

  return freedom * (1 - x) / x;
}

typedef struct
{
  size_t answers, agreed;
} Cluster;

static int
by_cluster (const void *a, const void *b)
{
  long long x = ((const MienAuditAnswer *) a)->cluster;
  long long y = ((const MienAuditAnswer *) b)->cluster;

  return (x > y) - (x < y);
}

/* sorted: by cluster. Returns how many there are. */
static size_t
sum_clusters (const MienAuditAnswer *sorted, size_t n, Cluster *clusters)
{
  size_t m = 0;

  for (size_t i = 0; i < n; i++)
    {
      if (i == 0 || sorted[i].cluster != sorted[i - 1].cluster)
        clusters[m++] = (Cluster){ 0, 0 };
      clusters[m - 1].answers++;
      clusters[m - 1].agreed += sorted[i].agreed;
    }
  return m;
}

/* How many independent answers the n are worth: the variance of a share of independent
 * ones by that between clusters, but not more than if answers of a cluster were as alike
 * as they are taken to be at least; less for few clusters, whose variance is uncertain.
 */
static double
effective_size (const Cluster *clusters, size_t m, size_t n, double share, double error)
{
  double between = 0, squares = 0, design, floor, size;

  for (size_t i = 0; i < m; i++)
    {
      double surplus = (double) clusters[i].agreed - share * (double) clusters[i].answers;

      between += surplus * surplus;
      squares += (double) clusters[i].answers * (double) clusters[i].answers;
    }
  if (m < 2)
    return 1;
  between *= (double) m / ((double) (m - 1) * (double) n * (double) n);
  design = share > 0 && share < 1 ? between * (double) n / (share * (1 - share)) : 1;
  floor = 1 + (squares / (double) n - 1) * LEAST_CORRELATION;
  size = (double) n / fmax (design, floor);
  size *= t_squared ((double) (n - 1), error) / t_squared ((double) (m - 1), error);
  return fmax (1, fmin (size, (double) n));
}

void
mien_audit_look (const MienAuditAnswer *answers,
                 size_t n,
                 double error,
                 MienAuditInterval *interval)
{
  MienAuditAnswer *sorted = malloc (n * sizeof *sorted);
  Cluster *clusters = malloc (n * sizeof *clusters);
  double right;
  size_t agreed = 0;

  if (sorted == NULL || clusters == NULL)
    abort ();
  for (size_t i = 0; i < n; i++)
    {
      sorted[i] = answers[i];
      agreed += answers[i].agreed;
    }
  qsort (sorted, n, sizeof *sorted, by_cluster);
  interval->answers = n;
  interval->clusters = sum_clusters (sorted, n, clusters);
  interval->estimate = (double) agreed / (double) n;
  interval->effective =
      effective_size (clusters, interval->clusters, n, interval->estimate, error);
  right = interval->estimate * interval->effective;
  interval->lower =
      agreed == 0 ? 0 : beta_quantile (right, interval->effective - right + 1, error / 2);
  interval->upper =
      agreed == n ? 1
                  : beta_quantile (right + 1, interval->effective - right, 1 - error / 2);
  free (sorted);
  free (clusters);
}

void
mien_audit_interval (const MienAuditAnswer *answers,
                     size_t n,
                     MienAuditInterval *interval)
{
  size_t look = 0;

  *interval = (MienAuditInterval){ .estimate = NAN, .upper = 1 };
  while (look < MIEN_AUDIT_LOOKS && mien_audit_looks[look] <= n)
    look++;
  if (look > 0)
    mien_audit_look (answers, mien_audit_looks[look - 1], LOOK_ERROR, interval);
}

MienAuditVerdict
mien_audit_judge (const MienAuditInterval *interval, double target)
{
  if (interval->answers == 0)
    return MIEN_AUDIT_TOO_FEW;
  if (interval->lower >= target)
    return MIEN_AUDIT_MET;
  return interval->upper < target ? MIEN_AUDIT_MISSED : MIEN_AUDIT_OPEN;
}

double
mien_audit_raise (double threshold)
{
  double raised = threshold + (1 - threshold) / 2;

  return 1 - raised < 0.002 ? 2 : raised;
}

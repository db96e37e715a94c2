/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What stands before and behind the network: normalised pixels in, probabilities out.
 */

#include "mien-answers.h"

#include <math.h>
#include <string.h>

void
mien_normalise (const uint8_t *rgb, int side, bool mirrored, float *image)
{
  static const float MEAN[3] = { .485f, .456f, .406f };
  static const float DEVIATION[3] = { .229f, .224f, .225f };
  float value[256];

  for (int c = 0; c < 3; c++)
    {
      for (int v = 0; v < 256; v++)
        value[v] = ((float) v / 255 - MEAN[c]) / DEVIATION[c];
      for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++)
          *image++ = value[rgb[3 * (y * side + (mirrored ? side - 1 - x : x)) + c]];
    }
}

double
mien_expression_probabilities (const float *outputs, double p[8], int *which)
{
  double sum = 0;
  int best = 0;

  for (int c = 1; c < 8; c++)
    if (outputs[c] > outputs[best])
      best = c;
  for (int c = 0; c < 8; c++)
    sum += p[c] = exp ((double) outputs[c] - outputs[best]);
  for (int c = 0; c < 8; c++)
    p[c] /= sum;
  if (which != NULL)
    *which = best;
  return p[best];
}

double
mien_sigmoid (double x)
{
  return 1 / (1 + exp (-x));
}

static float
clamp (float x)
{
  return x < -1 ? -1 : x > 1 ? 1 : x;
}

int
mien_answer (const float *outputs, const float *mirrored, float answer[MIEN_ANSWER])
{
  const float *other = mirrored != NULL ? mirrored : outputs;
  float mean[MIEN_OUTPUTS], point[2], other_point[2];
  double p[8];

  for (int i = 0; i < MIEN_OUTPUTS; i++)
    {
      if (!isfinite (outputs[i]) || !isfinite (other[i]))
        return -1;
      mean[i] = outputs[i] / 2 + other[i] / 2;
    }
  for (int i = 0; i < 2; i++)
    {
      point[i] = clamp (outputs[8 + i]);
      other_point[i] = clamp (other[8 + i]);
      answer[8 + i] = (point[i] + other_point[i]) / 2;
    }
  mien_expression_probabilities (mean, p, NULL);
  for (int c = 0; c < 8; c++)
    answer[c] = (float) p[c];
  answer[10] = hypotf (point[0] - other_point[0], point[1] - other_point[1]);
  for (int k = 0; k < 12; k++)
    answer[11 + k] = (float) mien_sigmoid (mean[10 + k]);
  return 0;
}

int
mien_embed (const float *features, size_t n, float embedding[MIEN_EMBEDDING])
{
  double sum = 0;

  memset (embedding, 0, MIEN_EMBEDDING * sizeof *embedding);
  for (size_t i = 0; i < n; i++)
    embedding[i % MIEN_EMBEDDING] += features[i];
  for (int i = 0; i < MIEN_EMBEDDING; i++)
    sum += (double) embedding[i] * embedding[i];
  if (!isfinite (sum))
    return -1;
  for (int i = 0; i < MIEN_EMBEDDING && sum > 0; i++)
    embedding[i] = (float) (embedding[i] / sqrt (sum));
  return 0;
}

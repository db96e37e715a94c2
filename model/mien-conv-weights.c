/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The weights of a pass as its products want them: panels of as many output channels as
 * the kernel computes at once, [panel][point][k][panel columns], zeros where there is no
 * channel. And back: the gradient of such sums, added to [out, in, taps, taps].
 */

#include "mien-conv-private.h"

#include <string.h>

enum
{
  MAX_LANES = 16,
};

typedef struct
{
  const MienPass *pass;
  const float *w, *scale;
  float *packed;
  float *d_w;
} Job;

size_t
mien_pass_weights_size (const MienPass *pass)
{
  return (size_t) pass->points * (size_t) pass->k * (size_t) mien_pass_padded_out (pass);
}

/* Where tap (r, s) of channel c lies among w's taps of an output. */
static size_t
tap_at (const MienPass *pass, int c, int r, int s)
{
  int row = pass->tap_top + r * pass->tap_step,
      column = pass->tap_left + s * pass->tap_step;

  return (size_t) c * pass->w_in + (size_t) (row * pass->tap_side + column);
}

/* taps [rows * columns][lanes]: those of channel c for `lanes` outputs from `out` on. */
static void
gather_taps (const Job *job, int c, int out, int lanes, float *taps)
{
  const MienPass *pass = job->pass;
  int n = pass->out - out < lanes ? pass->out - out : lanes;

  if (n < lanes || c >= pass->in)
    memset (taps, 0, (size_t) (pass->rows * pass->columns * lanes) * sizeof *taps);
  for (int r = 0; r < pass->rows && c < pass->in; r++)
    for (int s = 0; s < pass->columns; s++, taps += lanes)
      {
        const float *w = job->w + (size_t) out * pass->w_out + tap_at (pass, c, r, s);

        for (int k = 0; k < n; k++)
          taps[k] = w[(size_t) k * pass->w_out]
                    * (job->scale != NULL ? job->scale[out + k] : 1);
      }
}

/* Items: each channel of each panel. */
static void
pack_part (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  const MienPass *pass = job->pass;
  int columns = pass->kernels->panel, lanes = pass->kernels->lanes;
  size_t k = (size_t) pass->k;
  float taps[MIEN_MAX_TAPS * MAX_LANES];

  (void) worker;
  for (size_t item = begin; item < end; item++)
    {
      size_t panel = item / (size_t) pass->in_pitch;
      int c = (int) (item % (size_t) pass->in_pitch);
      float *to = job->packed
                  + (panel * (size_t) pass->points * k + (size_t) c) * (size_t) columns;

      for (int half = 0; half < columns; half += lanes)
        {
          gather_taps (job, c, (int) panel * columns + half, lanes, taps);
          if (pass->winograd != NULL)
            pass->winograd->filter (taps, to + half, k * (size_t) columns);
          for (int t = 0; pass->winograd == NULL && t < pass->rows * pass->columns; t++)
            memcpy (to + (size_t) t * (size_t) pass->in_pitch * (size_t) columns + half,
                    taps + t * lanes, (size_t) lanes * sizeof *taps);
        }
    }
}

void
mien_pass_pack (MienPool *pool,
                const MienPass *pass,
                const float *w,
                const float *scale,
                float *packed)
{
  Job job = { .pass = pass, .w = w, .scale = scale, .packed = packed };
  size_t panels = (size_t) (mien_pass_padded_out (pass) / pass->kernels->panel);

  mien_pool_run (pool, panels * (size_t) pass->in_pitch, pack_part, &job);
}

/* sums [point][k][padded out]; items: each channel. */
static void
unpack_part (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  const MienPass *pass = job->pass;
  int lanes = pass->kernels->lanes, padded_out = mien_pass_padded_out (pass);
  size_t row = (size_t) padded_out;
  float taps[MIEN_MAX_TAPS * MAX_LANES];

  (void) worker;
  for (size_t c = begin; c < end; c++)
    for (int out = 0; out < pass->out; out += lanes)
      {
        const float *from = job->packed + c * row + (size_t) out;
        int n = pass->out - out < lanes ? pass->out - out : lanes;

        if (pass->winograd != NULL)
          pass->winograd->filter_gradient (from, (size_t) pass->k * row, taps);
        for (int t = 0; pass->winograd == NULL && t < pass->rows * pass->columns; t++)
          memcpy (taps + t * lanes, from + (size_t) (t * pass->in_pitch) * row,
                  (size_t) lanes * sizeof *taps);
        for (int t = 0; t < pass->rows * pass->columns; t++)
          for (int k = 0; k < n; k++)
            job->d_w[(size_t) (out + k) * pass->w_out + c * pass->w_in + (size_t) t] +=
                taps[t * lanes + k];
      }
}

void
mien_pass_unpack_gradient (MienPool *pool,
                           const MienPass *pass,
                           const float *sums,
                           float *d_w)
{
  Job job = { .pass = pass, .packed = (float *) sums, .d_w = d_w };

  mien_pool_run (pool, (size_t) pass->in, unpack_part, &job);
}

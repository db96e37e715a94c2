/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The products of a pass: a block of the operand times a panel of the weights, at every
 * point; their sums stay in the second cache and go through the output transform at once,
 * with bias, residual and ReLU. Where the weights are small a worker lays out a block and
 * multiplies it at once by all of them. Where they are large, or blocks are few, the
 * operand of some images is laid out first, and each panel of weights is read once and
 * meets all its blocks.
 */

#include "mien-conv-private.h"

#include <string.h>

enum
{
  DEPTH = 256, /* of a product at a time: its panel stays in the first cache */
};

typedef struct
{
  const MienPass *pass;
  int n;
  size_t blocks, panels;
  const float *x, *packed, *bias, *residual;
  bool relu;
  float *y;
  float *operand;      /* of all blocks, where it is shared */
  float *scratch;      /* of the workers, each: */
  size_t scratch_size; /* sums [point][height][panel columns], and its block */
} Job;

/* Units of block b. */
static int
units_in (const Job *job, size_t b)
{
  size_t units = (size_t) job->n * (size_t) job->pass->units;
  size_t height = (size_t) job->pass->height;

  return (int) (units - b * height < height ? units - b * height : height);
}

/* A unit's sums -> its pixels of y: channels c .. c + channels - 1. */
static void
finish_unit (const Job *job, size_t unit, const float *sums, int c, int channels)
{
  const MienPass *pass = job->pass;
  const float *bias = job->bias != NULL ? job->bias + c : NULL;
  const float *residual[16];
  float *to[16];

  for (int k = 0; k < pass->tile * pass->tile; k++)
    {
      ptrdiff_t at = mien_pass_place (pass, unit, k);

      to[k] = at >= 0 ? job->y + at + c : NULL;
      residual[k] = at >= 0 && job->residual != NULL ? job->residual + at + c : NULL;
    }
  if (pass->winograd != NULL)
    pass->winograd->output (sums, (size_t) pass->height * (size_t) pass->kernels->panel,
                            channels, bias, job->residual != NULL ? residual : NULL,
                            job->relu, to);
  else
    pass->kernels->finish (sums, channels, bias, residual[0], job->relu, to[0]);
}

/* The products of units begin .. end - 1, from x itself. */
static void
multiply_in_place (const Job *job,
                   size_t begin,
                   size_t end,
                   const float *packed,
                   float *sums)
{
  const MienPass *pass = job->pass;
  size_t columns = (size_t) pass->kernels->panel, pitch = (size_t) pass->in_pitch;
  size_t from, run;

  for (; begin < end; begin += run, sums += run * columns)
    {
      run = mien_pass_run_of_units (pass, begin, end, &from);
      pass->kernels->multiply ((int) run, pass->rows, pass->columns * (int) pitch,
                               job->x + from, (size_t) pass->step * pitch,
                               (size_t) pass->side * pitch, 1, packed, columns, sums,
                               columns, false);
    }
}

/* The products of units begin .. end - 1 of a single image; rows of taps beyond the
 * border, a sixth of those of 4 x 4 pixels, are left out. */
static void
multiply_inside (const Job *job,
                 int begin,
                 int end,
                 const float *packed,
                 const float *operand,
                 float *sums)
{
  const MienPass *pass = job->pass;
  size_t columns = (size_t) pass->kernels->panel, pitch = (size_t) pass->k_pitch;
  int k = pass->columns * pass->in_pitch;

  memset (sums, 0, (size_t) (end - begin) * columns * sizeof *sums);
  for (int r = 0; r < pass->rows; r++, operand += k, packed += (size_t) k * columns)
    {
      int from, to;

      mien_pass_find_inside (pass, r, begin, end, &from, &to);
      for (int done = 0; done < k && from < to; done += DEPTH)
        pass->kernels->multiply (to - from, 1, k - done < DEPTH ? k - done : DEPTH,
                                 operand + (size_t) from * pitch + (size_t) done, pitch,
                                 0, 1, packed + (size_t) done * columns, columns,
                                 sums + (size_t) from * columns, columns, true);
    }
}

static void
multiply_block (const Job *job,
                size_t block,
                size_t panel,
                const float *operand,
                float *sums)
{
  const MienPass *pass = job->pass;
  size_t columns = (size_t) pass->kernels->panel, k = (size_t) pass->k;
  size_t pitch = (size_t) pass->k_pitch, height = (size_t) pass->height;
  const float *packed = job->packed + panel * (size_t) pass->points * k * columns;
  int units = units_in (job, block);
  int c = (int) (panel * columns), left = pass->out_pitch - c;
  int channels = left < (int) columns ? left : (int) columns;

  if (pass->in_place)
    multiply_in_place (job, block * height, block * height + (size_t) units, packed,
                       sums);
  else if (pass->winograd == NULL && job->n == 1)
    multiply_inside (job, (int) (block * height), (int) (block * height) + units, packed,
                     operand, sums);
  else
    for (size_t point = 0; point < (size_t) pass->points; point++)
      for (int done = 0; done == 0 || done < pass->k; done += DEPTH) /* k 0 makes zeros */
        pass->kernels->multiply (
            units, 1, pass->k - done < DEPTH ? pass->k - done : DEPTH,
            operand + point * pass->spread + (size_t) done, pitch, 0, 1,
            packed + (point * k + (size_t) done) * columns, columns,
            sums + point * height * columns, columns, done > 0);
  for (int u = 0; u < units; u++)
    finish_unit (job, block * height + (size_t) u, sums + (size_t) u * columns, c,
                 channels);
}

/* Items: blocks. */
static void
multiply_own (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  size_t height = (size_t) job->pass->height;
  float *sums = job->scratch + (size_t) worker * job->scratch_size;
  float *operand = sums + mien_pass_sums_size (job->pass);

  for (size_t block = begin; block < end; block++)
    {
      size_t first = block * height;

      if (!job->pass->in_place)
        mien_pass_lay_out_units (job->pass, job->x, first,
                                 first + (size_t) units_in (job, block), operand);
      for (size_t panel = 0; panel < job->panels; panel++)
        multiply_block (job, block, panel, operand, sums);
    }
}

/* Items: panels times blocks. */
static void
multiply_shared (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  float *sums = job->scratch + (size_t) worker * job->scratch_size;

  for (size_t item = begin; item < end; item++)
    {
      size_t block = item % job->blocks;

      multiply_block (job, block, item / job->blocks,
                      job->operand + block * job->pass->block_size, sums);
    }
}

size_t
mien_pass_run_scratch (const MienPass *pass, int n, int n_threads)
{
  size_t sums = (size_t) n_threads * mien_pass_sums_size (pass);

  /* A smaller batch may have too few blocks where a full one has not. */
  return sums + mien_pass_operand_size (pass, mien_pass_chunk (pass, n))
         + (size_t) n_threads * pass->block_size;
}

void
mien_pass_run (MienPool *pool,
               const MienPass *of,
               int n,
               const float *x,
               const float *packed,
               const float *bias,
               const float *residual,
               bool relu,
               float *y,
               float *scratch)
{
  int n_threads = mien_pool_threads (pool);
  MienPass pass = *of;
  bool shared =
      mien_pass_share (&pass, n, mien_pass_weights_size (of) * sizeof *packed, n_threads);
  int chunk = shared ? mien_pass_chunk (&pass, n) : n;
  Job job = { .pass = &pass,
              .panels = (size_t) (mien_pass_padded_out (&pass) / pass.kernels->panel),
              .packed = packed,
              .bias = bias,
              .relu = relu,
              .scratch = scratch,
              .scratch_size =
                  mien_pass_sums_size (&pass) + (shared ? 0 : pass.block_size) };

  job.operand = scratch + (size_t) n_threads * job.scratch_size;
  for (int done = 0; done < n; done += chunk)
    {
      size_t first = (size_t) done;

      job.n = n - done < chunk ? n - done : chunk;
      job.blocks = (size_t) mien_pass_blocks (&pass, job.n);
      job.x = x + first * mien_pass_x_size (&pass);
      job.y = y + first * mien_pass_y_size (&pass);
      job.residual =
          residual != NULL ? residual + first * mien_pass_y_size (&pass) : NULL;
      if (shared)
        {
          if (!pass.in_place)
            mien_pass_lay_out (pool, &pass, job.n, job.x, job.operand);
          mien_pool_run (pool, job.blocks * job.panels, multiply_shared, &job);
        }
      else
        mien_pool_run (pool, job.blocks, multiply_own, &job);
    }
}

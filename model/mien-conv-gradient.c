/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The weights' gradient: at each point, the transposed operand times the outputs'
 * gradients of the same units, which Winograd's transposed output transform spreads over
 * the points. An item is some rows of weights at one point; it is summed over all blocks,
 * so that no two workers write to the same sum and the result does not depend on their
 * number.
 */

#include "mien-conv-private.h"

#include <string.h>

typedef struct
{
  const MienPass *pass;
  int n, rows; /* rows of weights of an item */
  size_t blocks, row_groups;
  size_t pitch, spread, block_size; /* of gradients [block][point][height][pitch] */
  const float *operand, *d_y;
  float *gradients, *sums;
  bool add;
} Job;

static void
measure (Job *job, const MienPass *pass)
{
  job->pass = pass;
  job->rows = 4 * pass->kernels->rows;
  job->row_groups = (size_t) (pass->k + job->rows - 1) / (size_t) job->rows;
  job->pitch = (size_t) mien_pass_padded_out (pass) + 16;
  job->spread = (size_t) pass->height * job->pitch;
  job->spread += job->spread / 16 % 2 == 0 ? 16 : 0;
  job->block_size = job->spread * (size_t) pass->points;
}

size_t
mien_pass_weights_gradient_scratch (const MienPass *pass, int n)
{
  int chunk = mien_pass_chunk (pass, n);
  Job job;

  measure (&job, pass);
  return mien_pass_operand_size (pass, chunk)
         + (size_t) mien_pass_blocks (pass, chunk) * job.block_size;
}

static void
lay_out_unit (const Job *job, size_t unit, float *to)
{
  const MienPass *pass = job->pass;
  const float *from[16];
  size_t padding = job->pitch - 16 - (size_t) pass->out_pitch;

  for (int k = 0; k < pass->tile * pass->tile; k++)
    {
      ptrdiff_t at = mien_pass_place (pass, unit, k);

      from[k] = at >= 0 ? job->d_y + at : mien_no_pixel;
    }
  if (pass->winograd != NULL)
    pass->winograd->output_gradient (from, pass->out_pitch, to, job->spread);
  else
    memcpy (to, from[0], (size_t) pass->out_pitch * sizeof *to);
  for (size_t point = 0; padding > 0 && point < (size_t) pass->points; point++)
    memset (to + point * job->spread + pass->out_pitch, 0, padding * sizeof *to);
}

static void
lay_out_units (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  size_t height = (size_t) job->pass->height;

  (void) worker;
  for (size_t unit = begin; unit < end; unit++)
    lay_out_unit (job, unit,
                  job->gradients + unit / height * job->block_size
                      + unit % height * job->pitch);
}

static void
multiply_part (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  const MienPass *pass = job->pass;
  size_t units = (size_t) job->n * (size_t) pass->units, height = (size_t) pass->height;
  size_t columns = (size_t) pass->kernels->panel, width = job->pitch - 16;

  (void) worker;
  for (size_t item = begin; item < end; item++)
    {
      size_t point = item / job->row_groups,
             row = item % job->row_groups * (size_t) job->rows;
      int rows = pass->k - (int) row < job->rows ? pass->k - (int) row : job->rows;
      float *sums = job->sums + (point * (size_t) pass->k + row) * width;

      for (size_t block = 0; block < job->blocks; block++)
        {
          const float *operand =
              job->operand + block * pass->block_size + point * pass->spread + row;
          const float *gradients =
              job->gradients + block * job->block_size + point * job->spread;
          size_t left = units - block * height;

          for (size_t c = 0; c < width; c += columns)
            pass->kernels->multiply (rows, 1, (int) (left < height ? left : height),
                                     operand, 1, 0, (size_t) pass->k_pitch, gradients + c,
                                     job->pitch, sums + c, width, job->add || block > 0);
        }
    }
}

void
mien_pass_weights_gradient (MienPool *pool,
                            const MienPass *pass,
                            int n,
                            const float *x,
                            const float *d_y,
                            float *d_w,
                            float *sums,
                            float *scratch)
{
  int chunk = mien_pass_chunk (pass, n);
  Job job = { .operand = scratch,
              .gradients = scratch + mien_pass_operand_size (pass, chunk),
              .sums = sums };

  measure (&job, pass);
  for (int done = 0; done < n; done += chunk)
    {
      job.n = n - done < chunk ? n - done : chunk;
      job.blocks = (size_t) mien_pass_blocks (pass, job.n);
      job.d_y = d_y + (size_t) done * mien_pass_y_size (pass);
      job.add = done > 0;
      mien_pass_lay_out (pool, pass, job.n, x + (size_t) done * mien_pass_x_size (pass),
                         scratch);
      mien_pool_run (pool, (size_t) (job.n * pass->units), lay_out_units, &job);
      mien_pool_run (pool, (size_t) pass->points * job.row_groups, multiply_part, &job);
    }
  mien_pass_unpack_gradient (pool, pass, sums, d_w);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The geometry of a pass, and its operand: rows of pixels copied side by side for the
 * direct convolution, tiles transformed for Winograd's. As many images are laid out at a
 * time as fit in the last cache.
 */

#include "mien-conv-private.h"

#include <string.h>

enum
{
  CHUNK_FLOATS = 1 << 20, /* of operand at a time */
  CHUNK_UNITS = 128,      /* but so many units, for the weights are read once a chunk */
  TILES = 28, /* of a block, about: its operand and sums fit in the second cache */
  PIXELS = 112,
  SMALL_WEIGHTS = 3 << 20, /* bytes that can be read anew for each block */
  FEW_WEIGHTS = 1 << 20,   /* by each worker, where blocks are too few */
  ENOUGH_BLOCKS = 4,       /* for each worker, to share them evenly */
  GRADIENT_HEIGHT = 96,    /* units that a product of the weights' gradient sums over */
};

const float mien_no_pixel[MIEN_MAX_CHANNELS];

static int
padded (int size, int step)
{
  return (size + step - 1) / step * step;
}

void
mien_pass_set_height (MienPass *pass, int height)
{
  pass->height = height;
  /* Rows and points do not lie a power of two apart, or they would share a few sets of
   * the first cache. */
  pass->k_pitch = padded (pass->k, 16) + 16;
  pass->spread = (size_t) height * (size_t) pass->k_pitch;
  pass->spread += pass->spread / 16 % 2 == 0 ? 16 : 0;
  pass->block_size = pass->spread * (size_t) pass->points;
}

bool
mien_pass_share (MienPass *pass, int n, size_t weights, int n_threads)
{
  int blocks = mien_pass_blocks (pass, n), each = (blocks + n_threads - 1) / n_threads;
  bool few = blocks < ENOUGH_BLOCKS * n_threads;

  if (weights > (few ? FEW_WEIGHTS : SMALL_WEIGHTS))
    return true;
  if (few)
    mien_pass_set_height (pass, padded (n * pass->units, each * n_threads)
                                    / (each * n_threads));
  return false;
}

/* Along one side. */
static bool
stays_inside (int before, int grid, int taps, const MienPass *pass)
{
  return before == 0 && (grid - 1) * pass->step + taps <= pass->side;
}

/* What follows from the geometry; height 0: as suits the kernel. */
static void
plan (MienPass *pass, int tile, int height)
{
  int rows;

  pass->kernels = mien_kernels ();
  rows = pass->kernels->rows;
  pass->tile = tile > 0 ? tile : 1;
  pass->winograd = tile > 0 ? pass->kernels->winograd[tile == 4] : NULL;
  pass->points = tile > 0 ? (tile + 2) * (tile + 2) : 1;
  pass->unit_columns = (pass->grid_columns + pass->tile - 1) / pass->tile;
  pass->units = (pass->grid_rows + pass->tile - 1) / pass->tile * pass->unit_columns;
  pass->in_place = tile == 0 && pass->rows > 0 && pass->unit_columns >= rows
                   && stays_inside (pass->top, pass->grid_rows, pass->rows, pass)
                   && stays_inside (pass->left, pass->grid_columns, pass->columns, pass);
  pass->k = tile > 0 ? pass->in_pitch : pass->rows * pass->columns * pass->in_pitch;
  mien_pass_set_height (pass, height > 0 ? height
                              : tile > 0 ? TILES / rows * rows
                                         : PIXELS / rows * rows);
}

static int
pitch_in (const MienConv *conv)
{
  return conv->of_images ? conv->in : mien_pitch (conv->in);
}

static MienPass
forward (const MienConv *conv, int height)
{
  int out_side = mien_conv_out_side (conv);
  size_t taps = (size_t) conv->kernel * (size_t) conv->kernel;
  MienPass pass = { .in = conv->in,
                    .out = conv->out,
                    .in_pitch = pitch_in (conv),
                    .out_pitch = mien_pitch (conv->out),
                    .rows = conv->kernel,
                    .columns = conv->kernel,
                    .side = conv->side,
                    .step = conv->stride,
                    .top = conv->pad,
                    .left = conv->pad,
                    .grid_rows = out_side,
                    .grid_columns = out_side,
                    .to_side = out_side,
                    .to_step = 1,
                    .tap_side = conv->kernel,
                    .tap_step = 1,
                    .w_in = taps,
                    .w_out = taps * (size_t) conv->in };

  plan (&pass, conv->tile, height);
  return pass;
}

MienPass
mien_pass_forward (const MienConv *conv)
{
  return forward (conv, 0);
}

MienPass
mien_pass_gradient (const MienConv *conv)
{
  return forward (conv, GRADIENT_HEIGHT);
}

/* Along one side: y = i stride + tap - pad, so that of the outputs at stride g + p the
 * taps tap = first, first - stride, ... meet the inputs g - before, g - before + 1, ...
 */
static void
reach (const MienConv *conv, int p, int *first, int *before, int *taps)
{
  int last = (p + conv->pad) % conv->stride;

  *taps = last < conv->kernel ? (conv->kernel - 1 - last) / conv->stride + 1 : 0;
  *first = last + (*taps - 1) * conv->stride;
  *before = (*first - p - conv->pad) / conv->stride;
}

MienPass
mien_pass_backward (const MienConv *conv, int i, int j)
{
  size_t taps = (size_t) conv->kernel * (size_t) conv->kernel;
  MienPass pass = { .in = conv->out,
                    .out = conv->in,
                    .in_pitch = mien_pitch (conv->out),
                    .out_pitch = pitch_in (conv),
                    .side = mien_conv_out_side (conv),
                    .step = 1,
                    .grid_rows = (conv->side - i + conv->stride - 1) / conv->stride,
                    .grid_columns = (conv->side - j + conv->stride - 1) / conv->stride,
                    .to_side = conv->side,
                    .to_step = conv->stride,
                    .to_top = i,
                    .to_left = j,
                    .tap_side = conv->kernel,
                    .tap_step = -conv->stride,
                    .w_in = taps * (size_t) conv->in,
                    .w_out = taps };

  reach (conv, i, &pass.tap_top, &pass.top, &pass.rows);
  reach (conv, j, &pass.tap_left, &pass.left, &pass.columns);
  if (pass.rows == 0)
    pass.columns = 0;
  plan (&pass, conv->tile, 0);
  return pass;
}

int
mien_pass_blocks (const MienPass *pass, int n)
{
  return (n * pass->units + pass->height - 1) / pass->height;
}

size_t
mien_pass_operand_size (const MienPass *pass, int n)
{
  return (size_t) mien_pass_blocks (pass, n) * pass->block_size;
}

size_t
mien_pass_sums_size (const MienPass *pass)
{
  return (size_t) pass->points * (size_t) pass->height * (size_t) pass->kernels->panel;
}

int
mien_pass_chunk (const MienPass *pass, int n)
{
  size_t image = (size_t) pass->units * pass->block_size / (size_t) pass->height;
  int by_size = (int) (CHUNK_FLOATS / image);
  int by_units = (CHUNK_UNITS + pass->units - 1) / pass->units;
  int chunk = by_size > by_units ? by_size : by_units;

  return chunk < n ? chunk : n;
}

/* The pixel of the unit's tile or taps at (r, s), or none. */
static const float *
pixel_at (const MienPass *pass, const float *image, int y, int x)
{
  bool inside = y >= 0 && y < pass->side && x >= 0 && x < pass->side;

  return inside ? image + (size_t) (y * pass->side + x) * (size_t) pass->in_pitch
                : mien_no_pixel;
}

static void
transform_unit (const MienPass *pass, const float *image, int i, int j, float *to)
{
  const float *from[MIEN_MAX_POINTS];
  int side = pass->tile + 2;

  for (int r = 0; r < side; r++)
    for (int s = 0; s < side; s++)
      from[r * side + s] = pixel_at (pass, image, i * pass->tile - pass->top + r,
                                     j * pass->tile - pass->left + s);
  pass->winograd->input (from, pass->in_pitch, to, pass->spread);
}

/* Row by row of the taps: the pixels of a row lie side by side in the image too. */
static void
copy_unit (const MienPass *pass, const float *image, int i, int j, float *to)
{
  size_t pitch = (size_t) pass->in_pitch, row = (size_t) pass->columns * pitch;
  int left = j * pass->step - pass->left, right = left + pass->columns;
  int begin = left > 0 ? left : 0, end = right < pass->side ? right : pass->side;
  bool whole = begin == left && end == right;

  for (int r = 0; r < pass->rows; r++, to += row)
    {
      int y = i * pass->step - pass->top + r;
      bool inside = y >= 0 && y < pass->side && begin < end;
      const float *from =
          inside ? image + (size_t) (y * pass->side + begin) * pitch : NULL;

      if (!inside || !whole)
        memset (to, 0, row * sizeof *to);
      if (inside)
        memcpy (to + (size_t) (begin - left) * pitch, from,
                (size_t) (end - begin) * pitch * sizeof *to);
    }
}

void
mien_pass_lay_out_units (const MienPass *pass,
                         const float *x,
                         size_t begin,
                         size_t end,
                         float *block)
{
  size_t units = (size_t) pass->units;

  for (size_t unit = begin; unit < end; unit++)
    {
      const float *image = x + unit / units * mien_pass_x_size (pass);
      int i = (int) (unit % units) / pass->unit_columns;
      int j = (int) (unit % units) % pass->unit_columns;
      float *to = block + unit % (size_t) pass->height * (size_t) pass->k_pitch;

      if (pass->winograd != NULL)
        transform_unit (pass, image, i, j, to);
      else
        copy_unit (pass, image, i, j, to);
    }
}

typedef struct
{
  const MienPass *pass;
  const float *x;
  float *operand;
} Job;

static void
lay_out_units (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  size_t height = (size_t) job->pass->height;

  (void) worker;
  for (size_t unit = begin; unit < end; unit++)
    mien_pass_lay_out_units (job->pass, job->x, unit, unit + 1,
                             job->operand + unit / height * job->pass->block_size);
}

void
mien_pass_lay_out (MienPool *pool,
                   const MienPass *pass,
                   int n,
                   const float *x,
                   float *operand)
{
  Job job = { pass, x, operand };

  mien_pool_run (pool, (size_t) (n * pass->units), lay_out_units, &job);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A convolution in eight bits: the forward pass of mien-conv-pass.c in other numbers. Its
 * geometry is that pass's (a size in floats is one in numbers here, of one or two bytes),
 * the operand and the weights hold a group of neighbours in k side by side, and a block
 * of the operand meets the weights as in mien-conv-product.c.
 */

#include "mien-conv-int8.h"

#include "mien-conv-private.h"

#include <string.h>

enum
{
  GROUP = 4,   /* bytes that are multiplied in a lane: two numbers, or four */
  DEPTH = 256, /* groups of a product at a time: its panel stays in the first cache */
  ENOUGH_TILES = 12, /* to make up for reading four times the weights */
  TILE = 4,
  SIDE = 6,
  TAPS = 3,
};

typedef struct
{
  MienPass pass;
  const MienInt8 *kernels;
  MienMultiplyGroups *multiply;
  int n, groups;
  size_t number; /* bytes of one */
  size_t line;   /* bytes of a row of taps, whole groups */
  size_t blocks, panels;
  const void *x;
  const char *packed;
  const int16_t *w;
  char *to_pack;
  const MienRescale *rescale;
  const uint8_t *residual;
  uint8_t *y;
  char *operand;       /* of all blocks, where it is shared */
  char *scratch;       /* of the workers, each: sums, and its block */
  size_t scratch_size; /* bytes */
  bool of_images;
} Job;

/* Whether bytes meet bytes, where the processor can. */
static bool
is_of_bytes (const MienConv *conv)
{
  return conv->tile == 0 && !conv->of_images;
}

int
mien_conv_int8_max_weight (const MienConv *conv)
{
  return is_of_bytes (conv) ? INT8_MAX : 511;
}

static Job
job_of (const MienConv *conv)
{
  MienPass pass = mien_pass_forward (conv);
  const MienInt8 *kernels = pass.kernels->int8;
  bool bytes = kernels->multiply_bytes != NULL && is_of_bytes (conv);
  size_t number = bytes ? sizeof (uint8_t) : sizeof (int16_t);
  int taps = pass.winograd != NULL ? pass.k : pass.columns * pass.in_pitch;
  int line = (taps * (int) number + GROUP - 1) / GROUP;

  /* Bytes that become 16 bits have to be laid out. */
  pass.in_place = pass.in_place && (bytes || conv->of_images);

  return (Job){ .pass = pass,
                .kernels = kernels,
                .multiply = bytes ? kernels->multiply_bytes : kernels->multiply,
                .number = number,
                .line = (size_t) line * GROUP,
                .groups = pass.winograd != NULL ? line : pass.rows * line,
                .panels = (size_t) (mien_pass_padded_out (&pass) / pass.kernels->panel),
                .of_images = conv->of_images };
}

/* Bytes of weights. */
static size_t
panel_size (const Job *job)
{
  return (size_t) (job->pass.points * job->groups * job->pass.kernels->panel) * GROUP;
}

int
mien_conv_int8_choose (const MienConv *conv, int n)
{
  int side = mien_conv_out_side (conv);
  int tiles = (side + TILE - 1) / TILE * ((side + TILE - 1) / TILE);

  if (conv->kernel != TAPS || conv->stride != 1 || conv->of_images || side < TILE - 1)
    return 0;
  return n * tiles >= ENOUGH_TILES ? TILE : 0;
}

size_t
mien_conv_int8_packed (const MienConv *conv)
{
  Job job = job_of (conv);

  return job.panels * panel_size (&job);
}

/* G w G' of one filter, times 24, 6, 6, 24, 24 and 6 along either side: whole numbers,
 * which mien-int8.c divides by again. */
static void
transform_filter (const int16_t *w, int16_t *u)
{
  int half[TAPS][SIDE];

  for (int i = 0; i < TAPS + SIDE; i++)
    {
      bool second = i >= TAPS;
      int a = second ? half[0][i - TAPS] : w[i * TAPS];
      int b = second ? half[1][i - TAPS] : w[i * TAPS + 1];
      int c = second ? half[2][i - TAPS] : w[i * TAPS + 2];
      const int line[SIDE] = {
        6 * a, a + b + c, a - b + c, a + 2 * b + 4 * c, a - 2 * b + 4 * c, 6 * c
      };

      for (int k = 0; k < SIDE; k++)
        if (second)
          u[k * SIDE + i - TAPS] = (int16_t) line[k];
        else
          half[i][k] = line[k];
    }
}

/* One weight, the k-th of a column. */
static void
put (const Job *job, char *column, size_t k, int16_t w)
{
  size_t at = k * job->number, row = GROUP * (size_t) job->pass.kernels->panel;
  char *to = column + at / GROUP * row + at % GROUP;

  if (job->number == sizeof (int8_t))
    *(int8_t *) to = (int8_t) w;
  else
    memcpy (to, &w, sizeof w);
}

/* The weights of channel c of an output, at all points. */
static void
spread_filter (const Job *job, size_t out, int c, char *column)
{
  const MienPass *pass = &job->pass;
  int taps = pass->rows * pass->columns;
  const int16_t *w = job->w + (out * (size_t) pass->in + (size_t) c) * (size_t) taps;
  size_t point = panel_size (job) / (size_t) pass->points;
  int16_t u[MIEN_INT8_POINTS];

  if (pass->winograd != NULL)
    {
      transform_filter (w, u);
      for (int k = 0; k < pass->points; k++)
        put (job, column + (size_t) k * point, (size_t) c, u[k]);
      return;
    }
  for (int k = 0; k < taps; k++)
    put (job, column,
         (size_t) (k / pass->columns) * (job->line / job->number)
             + (size_t) (k % pass->columns * pass->in_pitch + c),
         w[k]);
}

/* Items: panels. packed [panel][point][groups][columns] */
static void
pack_panels (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  size_t columns = (size_t) job->pass.kernels->panel, size = panel_size (job);

  (void) worker;
  for (size_t panel = begin; panel < end; panel++)
    {
      char *to = job->to_pack + panel * size;

      memset (to, 0, size);
      for (size_t column = 0; column < columns; column++)
        for (int c = 0; c < job->pass.in; c++)
          if (panel * columns + column < (size_t) job->pass.out)
            spread_filter (job, panel * columns + column, c, to + column * GROUP);
    }
}

void
mien_conv_int8_pack (MienPool *pool, const MienConv *conv, const int16_t *w, void *packed)
{
  Job job = job_of (conv);

  job.w = w;
  job.to_pack = packed;
  mien_pool_run (pool, job.panels, pack_panels, &job);
}

/* The pixel at (y, x), or zeros. */
static const uint8_t *
pixel_at (const Job *job, const uint8_t *image, int y, int x)
{
  const MienPass *pass = &job->pass;
  bool inside = y >= 0 && y < pass->side && x >= 0 && x < pass->side;

  return inside ? image + (size_t) (y * pass->side + x) * (size_t) pass->in_pitch
                : (const uint8_t *) mien_no_pixel;
}

static void
transform_unit (const Job *job, const uint8_t *image, int i, int j, int16_t *to)
{
  const MienPass *pass = &job->pass;
  const uint8_t *from[MIEN_INT8_POINTS];

  for (int r = 0; r < SIDE; r++)
    for (int s = 0; s < SIDE; s++)
      from[r * SIDE + s] =
          pixel_at (job, image, i * TILE - pass->top + r, j * TILE - pass->left + s);
  job->kernels->input (from, pass->in_pitch, to, pass->spread);
}

/* n numbers of x, from `at` on. */
static void
copy_numbers (const Job *job, size_t at, size_t n, char *to)
{
  const uint8_t *bytes = (const uint8_t *) job->x + at;

  if (job->of_images)
    memcpy (to, (const int16_t *) job->x + at, n * job->number);
  else if (job->number == sizeof *bytes)
    memcpy (to, bytes, n);
  else
    for (size_t k = 0; k < n; k++)
      ((int16_t *) to)[k] = bytes[k];
}

/* Row by row of the taps, as copy_unit of mien-conv-pass.c. */
static void
copy_unit (const Job *job, size_t image, int i, int j, char *to)
{
  const MienPass *pass = &job->pass;
  size_t pitch = (size_t) pass->in_pitch;
  int left = j * pass->step - pass->left, right = left + pass->columns;
  int begin = left > 0 ? left : 0, end = right < pass->side ? right : pass->side;
  bool whole = begin == left && end == right;

  for (int r = 0; r < pass->rows; r++, to += job->line)
    {
      int y = i * pass->step - pass->top + r;
      bool inside = y >= 0 && y < pass->side && begin < end;

      if (!inside || !whole)
        memset (to, 0, job->line);
      if (inside)
        copy_numbers (job, image + (size_t) (y * pass->side + begin) * pitch,
                      (size_t) (end - begin) * pitch,
                      to + (size_t) (begin - left) * pitch * job->number);
    }
}

/* Units of block b. */
static size_t
units_in (const Job *job, size_t b)
{
  size_t units = (size_t) job->n * (size_t) job->pass.units;
  size_t height = (size_t) job->pass.height;

  return units - b * height < height ? units - b * height : height;
}

/* Units begin .. end - 1, which are of one block -> that block of the operand. */
static void
lay_out (const Job *job, size_t begin, size_t end, char *block)
{
  const MienPass *pass = &job->pass;
  size_t units = (size_t) pass->units, height = (size_t) pass->height;

  for (size_t unit = begin; unit < end; unit++)
    {
      size_t image = unit / units * mien_pass_x_size (pass);
      int i = (int) (unit % units) / pass->unit_columns;
      int j = (int) (unit % units) % pass->unit_columns;
      char *to = block + unit % height * (size_t) pass->k_pitch * job->number;

      if (pass->winograd != NULL)
        transform_unit (job, (const uint8_t *) job->x + image, i, j, (int16_t *) to);
      else
        copy_unit (job, image, i, j, to);
    }
}

/* A tile's sums -> its pixels of y: channels c .. c + channels - 1. */
static void
finish_tile (const Job *job, size_t unit, const uint32_t *sums, int c, int channels)
{
  const MienPass *pass = &job->pass;
  size_t side = (size_t) pass->to_side, pitch = (size_t) pass->out_pitch;
  size_t image = unit / (size_t) pass->units;
  int at = (int) (unit % (size_t) pass->units);
  int i = at / pass->unit_columns * TILE, j = at % pass->unit_columns * TILE;
  size_t first = ((image * side + (size_t) i) * side + (size_t) j) * pitch + (size_t) c;
  MienRescale rescale = *job->rescale;
  const uint8_t *residual[TILE * TILE];
  uint8_t *to[TILE * TILE];

  for (int k = 0; k < TILE * TILE; k++)
    {
      bool inside = i + k / TILE < pass->to_side && j + k % TILE < pass->to_side;
      size_t place = first + ((size_t) (k / TILE) * side + (size_t) (k % TILE)) * pitch;

      to[k] = inside ? job->y + place : NULL;
      residual[k] = inside && job->residual != NULL ? job->residual + place : NULL;
    }
  rescale.scale += c;
  rescale.shift += c;
  rescale.residual_scale += c;
  job->kernels->output (sums, (size_t) pass->height * (size_t) pass->kernels->panel,
                        channels, &rescale, job->residual != NULL ? residual : NULL, to);
}

/* The same of n pixels, which lie one behind the other. */
static void
finish_pixels (const Job *job,
               size_t unit,
               int n,
               const uint32_t *sums,
               int c,
               int channels)
{
  size_t pitch = (size_t) job->pass.out_pitch, first = unit * pitch + (size_t) c;
  MienRescale rescale = *job->rescale;

  rescale.scale += c;
  rescale.shift += c;
  rescale.residual_scale += c;
  job->kernels->finish (n, channels, sums, &rescale,
                        job->residual != NULL ? job->residual + first : NULL,
                        job->y + first, pitch);
}

/* The products of units begin .. end - 1, from x itself; behind it, a number may be read.
 */
static void
multiply_in_place (const Job *job,
                   size_t begin,
                   size_t end,
                   const char *packed,
                   uint32_t *sums)
{
  const MienPass *pass = &job->pass;
  size_t columns = (size_t) pass->kernels->panel;
  size_t pixel = (size_t) pass->in_pitch * job->number, from, run;

  for (; begin < end; begin += run, sums += run * columns)
    {
      run = mien_pass_run_of_units (pass, begin, end, &from);
      job->multiply ((int) run, pass->rows, (int) (job->line / GROUP),
                     (const char *) job->x + from * job->number,
                     (size_t) pass->step * pixel, (size_t) pass->side * pixel, packed,
                     sums, columns, false);
    }
}

/* Those of units begin .. end - 1 of a single image; rows of taps beyond the border are
 * left out. */
static void
multiply_inside (const Job *job,
                 int begin,
                 int end,
                 const char *packed,
                 const char *operand,
                 uint32_t *sums)
{
  const MienPass *pass = &job->pass;
  size_t columns = (size_t) pass->kernels->panel;
  size_t pitch = (size_t) pass->k_pitch * job->number;
  int groups = (int) (job->line / GROUP);

  memset (sums, 0, (size_t) (end - begin) * columns * sizeof *sums);
  for (int r = 0; r < pass->rows; r++, operand += job->line)
    {
      int from, to;

      mien_pass_find_inside (pass, r, begin, end, &from, &to);
      for (int done = 0; done < groups && from < to; done += DEPTH)
        job->multiply (to - from, 1, groups - done < DEPTH ? groups - done : DEPTH,
                       operand + (size_t) from * pitch + done * GROUP, pitch, 0,
                       packed + (size_t) (r * groups + done) * GROUP * columns,
                       sums + (size_t) from * columns, columns, true);
    }
}

static void
multiply_block (const Job *job,
                size_t block,
                size_t panel,
                const char *operand,
                uint32_t *sums)
{
  const MienPass *pass = &job->pass;
  size_t columns = (size_t) pass->kernels->panel, height = (size_t) pass->height;
  size_t row = GROUP * columns, point_size = pass->spread * job->number;
  const char *packed = job->packed + panel * panel_size (job);
  int units = (int) units_in (job, block);
  int c = (int) (panel * columns), left = pass->out_pitch - c;
  int channels = left < (int) columns ? left : (int) columns;

  if (pass->in_place)
    multiply_in_place (job, block * height, block * height + (size_t) units, packed,
                       sums);
  else if (pass->winograd == NULL && job->n == 1)
    multiply_inside (job, (int) (block * height), (int) (block * height) + units, packed,
                     operand, sums);
  else
    for (int point = 0; point < pass->points; point++, operand += point_size)
      for (int done = 0; done < job->groups; done += DEPTH)
        {
          int some = job->groups - done < DEPTH ? job->groups - done : DEPTH;

          job->multiply (units, 1, some, operand + done * GROUP,
                         (size_t) pass->k_pitch * job->number, 0, packed,
                         sums + (size_t) point * height * columns, columns, done > 0);
          packed += (size_t) some * row;
        }
  if (pass->winograd == NULL)
    finish_pixels (job, block * height, units, sums, c, channels);
  for (int u = 0; u < units && pass->winograd != NULL; u++)
    finish_tile (job, block * height + (size_t) u, sums + (size_t) u * columns, c,
                 channels);
}

/* Items: blocks. */
static void
multiply_own (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  uint32_t *sums = (void *) (job->scratch + (size_t) worker * job->scratch_size);
  char *operand = (void *) (sums + mien_pass_sums_size (&job->pass));

  for (size_t block = begin; block < end; block++)
    {
      size_t first = block * (size_t) job->pass.height;

      if (!job->pass.in_place)
        lay_out (job, first, first + units_in (job, block), operand);
      for (size_t panel = 0; panel < job->panels; panel++)
        multiply_block (job, block, panel, operand, sums);
    }
}

/* Items: units. */
static void
lay_out_units (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  size_t height = (size_t) job->pass.height,
         block_size = job->pass.block_size * job->number;

  (void) worker;
  for (size_t unit = begin; unit < end; unit++)
    lay_out (job, unit, unit + 1, job->operand + unit / height * block_size);
}

/* Items: panels times blocks. */
static void
multiply_shared (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  uint32_t *sums = (void *) (job->scratch + (size_t) worker * job->scratch_size);
  size_t block_size = job->pass.block_size * job->number;

  for (size_t item = begin; item < end; item++)
    multiply_block (job, item % job->blocks, item / job->blocks,
                    job->operand + item % job->blocks * block_size, sums);
}

size_t
mien_conv_int8_scratch (const MienConv *conv, int n, int n_threads)
{
  Job job = job_of (conv);
  const MienPass *pass = &job.pass;
  size_t threads = (size_t) n_threads;

  /* A smaller batch may have too few blocks where a full one has not. */
  return threads * mien_pass_sums_size (pass) * sizeof (uint32_t)
         + (mien_pass_operand_size (pass, mien_pass_chunk (pass, n))
            + threads * pass->block_size)
               * job.number;
}

void
mien_conv_int8_forward (MienPool *pool,
                        const MienConv *conv,
                        int n,
                        const void *x,
                        const void *packed,
                        const MienRescale *rescale,
                        const uint8_t *residual,
                        uint8_t *y,
                        void *scratch)
{
  Job job = job_of (conv);
  const MienPass *pass = &job.pass;
  int n_threads = mien_pool_threads (pool);
  bool shared = mien_pass_share (&job.pass, n, job.panels * panel_size (&job), n_threads);
  int chunk = shared ? mien_pass_chunk (pass, n) : n;

  job.packed = packed;
  job.rescale = rescale;
  job.scratch = scratch;
  job.scratch_size = mien_pass_sums_size (pass) * sizeof (uint32_t)
                     + (shared ? 0 : pass->block_size * job.number);
  job.operand = (void *) (job.scratch + (size_t) n_threads * job.scratch_size);
  for (int done = 0; done < n; done += chunk)
    {
      size_t first = (size_t) done;

      job.n = n - done < chunk ? n - done : chunk;
      job.blocks = (size_t) mien_pass_blocks (pass, job.n);
      job.x = (const char *) x
              + first * mien_pass_x_size (pass)
                    * (conv->of_images ? sizeof (int16_t) : sizeof (uint8_t));
      job.y = y + first * mien_pass_y_size (pass);
      job.residual = residual != NULL ? residual + first * mien_pass_y_size (pass) : NULL;
      if (shared)
        {
          if (!pass->in_place)
            mien_pool_run (pool, (size_t) (job.n * pass->units), lay_out_units, &job);
          mien_pool_run (pool, job.blocks * job.panels, multiply_shared, &job);
        }
      else
        mien_pool_run (pool, job.blocks, multiply_own, &job);
    }
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Convolution as a matrix product: im2col lays the pixels under each tap out as the
 * columns of a matrix [in x kernel x kernel, columns], OpenBLAS multiplies. Columns of
 * several images are put side by side where one image has few (deep layers), for a narrow
 * product is a slow one. Workers take whole groups of images; each sums its own weight
 * gradient, and the parts are added in the workers' order, so that the same number of
 * threads gives the same bits.
 */

#include "mien-ops.h"

#include <cblas.h>
#include <string.h>

enum
{
  COLUMNS = 512, /* at least, where the batch has them */
};

static int
group_of (const MienConv *conv)
{
  int area = mien_conv_out_side (conv) * mien_conv_out_side (conv);

  return area >= COLUMNS ? 1 : (COLUMNS + area - 1) / area;
}

static size_t
columns_of (const MienConv *conv)
{
  return (size_t) group_of (conv) * (size_t) mien_conv_out_side (conv)
         * (size_t) mien_conv_out_side (conv);
}

size_t
mien_conv_scratch (const MienConv *conv)
{
  size_t rows = (size_t) conv->in * (size_t) conv->kernel * (size_t) conv->kernel;

  return (rows + (size_t) conv->out) * columns_of (conv);
}

/* Outputs begin <= j < end of a row meet a pixel, not the border, at tap s. */
static void
inside (const MienConv *conv, int s, int *begin, int *end)
{
  int before = conv->pad - s, last = conv->side - 1 + before;

  *begin = before > 0 ? (before + conv->stride - 1) / conv->stride : 0;
  *end = last >= 0 ? last / conv->stride + 1 : 0;
  if (*end > mien_conv_out_side (conv))
    *end = mien_conv_out_side (conv);
  if (*begin > *end)
    *begin = *end;
}

/* Where stride is 1 and the output as large as the input, a tap (r, s) sees the plane
 * moved by whole pixels: outputs begin <= k < end, counted through the plane, lie `shift`
 * floats before their pixels. What moves across the left or right border is no pixel's.
 */
typedef struct
{
  int begin, end, shift, left, right;
} Move;

static bool
keeps_planes (const MienConv *conv)
{
  return conv->stride == 1 && mien_conv_out_side (conv) == conv->side
         && conv->side > conv->pad;
}

static Move
move_of (const MienConv *conv, int r, int s)
{
  int side = conv->side, down = r - conv->pad, across = s - conv->pad;
  Move move = { .shift = down * side + across,
                .left = across < 0 ? -across : 0,
                .right = across > 0 ? across : 0 };

  move.begin = (down < 0 ? -down : 0) * side + move.left;
  move.end = (down > 0 ? side - down : side) * side - move.right;
  return move;
}

/* Zeroes, in a moved plane, the columns that came across a border. */
static void
clear_borders (const Move *move, int side, float *plane)
{
  for (int i = 0; i < side; i++)
    {
      for (int j = 0; j < move->left; j++)
        plane[i * side + j] = 0;
      for (int j = side - move->right; j < side; j++)
        plane[i * side + j] = 0;
    }
}

static void
move_plane (const Move *move, int side, const float *x, float *columns)
{
  for (int k = 0; k < move->begin; k++)
    columns[k] = 0;
  memcpy (columns + move->begin, x + move->begin + move->shift,
          (size_t) (move->end - move->begin) * sizeof *columns);
  for (int k = move->end; k < side * side; k++)
    columns[k] = 0;
  clear_borders (move, side, columns);
}

static void
move_plane_back (const Move *move, int side, float *columns, float *restrict x)
{
  clear_borders (move, side, columns);
  for (int k = move->begin; k < move->end; k++)
    x[k + move->shift] += columns[k];
}

/* One image's share of the columns: the matrix's rows are `stride` floats apart. */
static void
im2col (const MienConv *conv, const float *x, float *columns, size_t stride)
{
  int side = conv->side, out_side = mien_conv_out_side (conv), step = conv->stride;

  for (int c = 0; c < conv->in; c++, x += side * side)
    for (int r = 0; r < conv->kernel; r++)
      for (int s = 0; s < conv->kernel; s++, columns += stride)
        {
          int begin, end;

          if (keeps_planes (conv))
            {
              Move move = move_of (conv, r, s);

              move_plane (&move, side, x, columns);
              continue;
            }
          inside (conv, s, &begin, &end);
          for (int i = 0; i < out_side; i++)
            {
              int y = i * step + r - conv->pad, at = y * side + s - conv->pad;
              float *out = columns + i * out_side;
              int from = y >= 0 && y < side ? begin : out_side;
              int to = y >= 0 && y < side ? end : out_side;

              for (int j = 0; j < from; j++)
                out[j] = 0;
              for (int j = from; j < to; j++)
                out[j] = x[at + j * step];
              for (int j = to; j < out_side; j++)
                out[j] = 0;
            }
        }
}

/* The other way, adding up; the columns are used up by it. */
static void
col2im (const MienConv *conv, float *columns, size_t stride, float *x)
{
  int side = conv->side, out_side = mien_conv_out_side (conv), step = conv->stride;

  memset (x, 0, (size_t) conv->in * (size_t) side * (size_t) side * sizeof *x);
  for (int c = 0; c < conv->in; c++, x += side * side)
    for (int r = 0; r < conv->kernel; r++)
      for (int s = 0; s < conv->kernel; s++, columns += stride)
        {
          int begin, end;

          if (keeps_planes (conv))
            {
              Move move = move_of (conv, r, s);

              move_plane_back (&move, side, columns, x);
              continue;
            }
          inside (conv, s, &begin, &end);
          for (int i = 0; i < out_side; i++)
            {
              int y = i * step + r - conv->pad;

              for (int j = begin; y >= 0 && y < side && j < end; j++)
                x[y * side + j * step + s - conv->pad] += columns[i * out_side + j];
            }
        }
}

typedef struct
{
  const MienConv *conv;
  int n;
  const float *x, *w, *d_y;
  float *y, *d_x;
  float *const *scratch;
  float *const *d_w_parts;
} Job;

/* Sizes that every pass needs. */
typedef struct
{
  int group, area, rows, out;
  size_t x_size, y_size; /* floats of an image */
} Sizes;

static Sizes
sizes_of (const MienConv *conv)
{
  int area = mien_conv_out_side (conv) * mien_conv_out_side (conv);

  return (Sizes){
    .group = group_of (conv),
    .area = area,
    .rows = conv->in * conv->kernel * conv->kernel,
    .out = conv->out,
    .x_size = (size_t) conv->in * (size_t) conv->side * (size_t) conv->side,
    .y_size = (size_t) conv->out * (size_t) area,
  };
}

static int
images_in (const Job *job, const Sizes *s, size_t group)
{
  int left = job->n - (int) group * s->group;

  return left < s->group ? left : s->group;
}

/* [n, out, area] <-> [out, n x area] */
static void
gather (const Sizes *s, int n, const float *y, float *matrix)
{
  for (int i = 0; i < n; i++)
    for (int k = 0; k < s->out; k++)
      memcpy (matrix + ((size_t) k * (size_t) n + (size_t) i) * (size_t) s->area,
              y + (size_t) i * s->y_size + (size_t) k * (size_t) s->area,
              (size_t) s->area * sizeof *y);
}

static void
scatter (const Sizes *s, int n, const float *matrix, float *y)
{
  for (int i = 0; i < n; i++)
    for (int k = 0; k < s->out; k++)
      memcpy (y + (size_t) i * s->y_size + (size_t) k * (size_t) s->area,
              matrix + ((size_t) k * (size_t) n + (size_t) i) * (size_t) s->area,
              (size_t) s->area * sizeof *y);
}

static void
forward_groups (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  Sizes s = sizes_of (job->conv);
  float *columns = job->scratch[worker];
  float *matrix = columns + (size_t) s.rows * columns_of (job->conv);

  for (size_t group = begin; group < end; group++)
    {
      int n = images_in (job, &s, group), width = n * s.area;
      const float *x = job->x + group * (size_t) s.group * s.x_size;
      float *y = job->y + group * (size_t) s.group * s.y_size;

      for (int i = 0; i < n; i++)
        im2col (job->conv, x + (size_t) i * s.x_size, columns + i * s.area,
                (size_t) width);
      cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, s.out, width, s.rows, 1,
                   job->w, s.rows, columns, width, 0, n > 1 ? matrix : y, width);
      if (n > 1)
        scatter (&s, n, matrix, y);
    }
}

void
mien_conv_forward (MienPool *pool,
                   const MienConv *conv,
                   int n,
                   const float *x,
                   const float *w,
                   float *y,
                   float *const *scratch)
{
  Job job = { .conv = conv, .n = n, .x = x, .w = w, .y = y, .scratch = scratch };
  int group = group_of (conv);

  mien_pool_run (pool, (size_t) ((n + group - 1) / group), forward_groups, &job);
}

static void
backward_groups (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  Sizes s = sizes_of (job->conv);
  float *columns = job->scratch[worker];
  float *matrix = columns + (size_t) s.rows * columns_of (job->conv);
  float *d_w = job->d_w_parts[worker];

  for (size_t group = begin; group < end; group++)
    {
      int n = images_in (job, &s, group), width = n * s.area;
      const float *x = job->x + group * (size_t) s.group * s.x_size;
      const float *d_y = job->d_y + group * (size_t) s.group * s.y_size;

      for (int i = 0; i < n; i++)
        im2col (job->conv, x + (size_t) i * s.x_size, columns + i * s.area,
                (size_t) width);
      if (n > 1)
        {
          gather (&s, n, d_y, matrix);
          d_y = matrix;
        }
      cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, s.out, s.rows, width, 1, d_y,
                   width, columns, width, 1, d_w, s.rows);
      if (job->d_x == NULL)
        continue;
      cblas_sgemm (CblasRowMajor, CblasTrans, CblasNoTrans, s.rows, width, s.out, 1,
                   job->w, s.rows, d_y, width, 0, columns, width);
      for (int i = 0; i < n; i++)
        col2im (job->conv, columns + i * s.area, (size_t) width,
                job->d_x + (group * (size_t) s.group + (size_t) i) * s.x_size);
    }
}

void
mien_conv_backward (MienPool *pool,
                    const MienConv *conv,
                    int n,
                    const float *x,
                    const float *w,
                    const float *d_y,
                    float *d_x,
                    float *d_w,
                    float *const *scratch,
                    float *const *d_w_parts)
{
  Job job = { .conv = conv,
              .n = n,
              .x = x,
              .w = w,
              .d_y = d_y,
              .d_x = d_x,
              .scratch = scratch,
              .d_w_parts = d_w_parts };
  Sizes s = sizes_of (conv);
  size_t n_weights = (size_t) s.out * (size_t) s.rows;

  for (int i = 0; i < mien_pool_threads (pool); i++)
    memset (d_w_parts[i], 0, n_weights * sizeof (float));
  mien_pool_run (pool, (size_t) ((n + s.group - 1) / s.group), backward_groups, &job);
  for (int i = 0; i < mien_pool_threads (pool); i++)
    mien_add (pool, n_weights, d_w, d_w_parts[i]);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-kernels.h"
#include "mien-ops.h"

/*
 * A pass: one correlation from a tensor into another. The forward convolution is one, the gradient of its
 * input is one for each place within a stride. It is computed as matrix products: its operand has a row
 * for each unit (a Winograd tile, or a pixel of the grid), laid out in blocks of `height` rows, and in
 * each block once for each point of the tile:
 *
 *   operand [block][point][height][k_pitch]    weights [panel][point][k][panel columns]
 *
 * Where no tap lies beyond the border, and a row of outputs fills the kernel, there is no operand: the products
 * read their rows of taps from the tensor itself.
 */
typedef struct
{
  const MienKernels  *kernels;
  const MienWinograd *winograd;    /* NULL: direct, one point */
  int    in, out;                  /* channels */
  int    in_pitch, out_pitch;
  int    rows, columns;            /* taps */
  int    side, step;               /* of what is read: pixel (i, j) of the grid starts at i step - top */
  int    top, left;
  int    grid_rows, grid_columns;  /* of outputs */
  int    to_side, to_step;         /* pixel (i, j) is written to (i to_step + to_top, ...) */
  int    to_top, to_left;
  int    tap_side;                 /* tap (r, s) is (tap_top + r tap_step, ...) of w [.., tap_side, tap_side] */
  int    tap_top, tap_left, tap_step;
  size_t w_in, w_out;              /* from channel to channel in w */

  int    tile, points;
  int    unit_columns, units;      /* of an image */
  int    k, k_pitch, height;
  bool   in_place;                 /* there is no operand */
  size_t spread, block_size;       /* floats from point to point, from block to block */
} MienPass;

MienPass mien_pass_forward  (const MienConv *conv);
MienPass mien_pass_gradient (const MienConv *conv);    /* the same, for the weights' gradient */
/* The part of the input gradient at (i, j) of each stride x stride square; rows or columns are 0 where no
 * tap reaches it. */
MienPass mien_pass_backward (const MienConv *conv,
                             int             i,
                             int             j);

int      mien_pass_blocks       (const MienPass *pass, int n);
/* Images whose operand is laid out at a time, and how many floats that and a worker's sums take. */
int      mien_pass_chunk        (const MienPass *pass, int n);
size_t   mien_pass_operand_size (const MienPass *pass, int n);
size_t   mien_pass_sums_size    (const MienPass *pass);

/* Whether the operand of all images is laid out first and each panel of weights (bytes in all) then read once,
 * for the weights are large or the blocks few. If not, every worker has blocks of its own, of a height that
 * gives each as many. */
bool     mien_pass_share        (MienPass *pass, int n, size_t weights, int n_threads);
void     mien_pass_set_height   (MienPass *pass, int height);

size_t   mien_pass_weights_size (const MienPass *pass);
/* w times scale [out] (may be NULL) -> packed */
void     mien_pass_pack         (MienPool       *pool,
                                 const MienPass *pass,
                                 const float    *w,
                                 const float    *scale,
                                 float          *packed);
size_t   mien_pass_run_scratch  (const MienPass *pass, int n, int n_threads);
void     mien_pass_run          (MienPool       *pool,
                                 const MienPass *pass,
                                 int             n,
                                 const float    *x,
                                 const float    *packed,
                                 const float    *bias,
                                 const float    *residual,
                                 bool            relu,
                                 float          *y,
                                 float          *scratch);

/* How many of the units begin .. end - 1 lie in one row of outputs, and where the first one's taps begin, in
 * numbers of x. */
static inline size_t
mien_pass_run_of_units (const MienPass *pass, size_t begin, size_t end, size_t *from)
{
  size_t units = (size_t) pass->units, columns = (size_t) pass->unit_columns;
  size_t i = begin % units / columns, j = begin % columns, run = columns - j;
  size_t side = (size_t) pass->side, step = (size_t) pass->step;

  *from = ((begin / units * side + i * step) * side + j * step) * (size_t) pass->in_pitch;
  return run < end - begin ? run : end - begin;
}

/* Of the units begin .. end - 1 of an image those whose row of taps r lies on it: *from .. *to - 1, counted from
 * begin. */
static inline void
mien_pass_find_inside (const MienPass *pass, int r, int begin, int end, int *from, int *to)
{
  int columns = pass->unit_columns, step = pass->step, first = r - pass->top;
  int above = first < 0 ? (-first + step - 1) / step : 0;
  int inside = (pass->side - first + step - 1) / step;

  *from = (above * columns > begin ? above * columns : begin) - begin;
  *to = (inside * columns < end ? inside * columns : end) - begin;
}

/* Units begin .. end - 1 of x, which are of one block -> that block of the operand. */
void     mien_pass_lay_out_units (const MienPass *pass,
                                  const float    *x,
                                  size_t          begin,
                                  size_t          end,
                                  float          *block);
/* x of n images -> the operand. */
void     mien_pass_lay_out      (MienPool       *pool,
                                 const MienPass *pass,
                                 int             n,
                                 const float    *x,
                                 float          *operand);

/* The weights' gradient of the forward pass, added to d_w: a pass made by mien_pass_gradient, and
 * mien_pass_weights_size floats of sums. */
void     mien_pass_weights_gradient         (MienPool       *pool,
                                             const MienPass *pass,
                                             int             n,
                                             const float    *x,
                                             const float    *d_y,
                                             float          *d_w,
                                             float          *sums,
                                             float          *scratch);
size_t   mien_pass_weights_gradient_scratch (const MienPass *pass, int n);
/* sums [point][k][padded out] -> added to d_w */
void     mien_pass_unpack_gradient          (MienPool       *pool,
                                             const MienPass *pass,
                                             const float    *sums,
                                             float          *d_w);

/* What lies beyond the border. */
extern const float mien_no_pixel[MIEN_MAX_CHANNELS];

/* Floats of an image that is read, and of one that is written. */
static inline size_t
mien_pass_x_size (const MienPass *pass)
{
  return (size_t) pass->side * (size_t) pass->side * (size_t) pass->in_pitch;
}

static inline size_t
mien_pass_y_size (const MienPass *pass)
{
  return (size_t) pass->to_side * (size_t) pass->to_side * (size_t) pass->out_pitch;
}

/* Where output k, in rows, of a unit lies in y: its first channel; -1 beyond the border. */
static inline ptrdiff_t
mien_pass_place (const MienPass *pass, size_t unit, int k)
{
  size_t image = unit / (size_t) pass->units, side = (size_t) pass->to_side;
  int at = (int) (unit % (size_t) pass->units);
  int i = at / pass->unit_columns * pass->tile + k / pass->tile;
  int j = at % pass->unit_columns * pass->tile + k % pass->tile;
  size_t row = (size_t) (i * pass->to_step + pass->to_top);
  size_t column = (size_t) (j * pass->to_step + pass->to_left);

  if (i >= pass->grid_rows || j >= pass->grid_columns)
    return -1;
  return (ptrdiff_t) (((image * side + row) * side + column) * (size_t) pass->out_pitch);
}

/* Columns of all panels. */
static inline int
mien_pass_padded_out (const MienPass *pass)
{
  int panel = pass->kernels->panel;

  return (pass->out_pitch + panel - 1) / panel * panel;
}

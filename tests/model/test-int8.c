/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Inference in eight bits. Convolutions, direct and by F(4x4, 3x3), equal the integer
 * reference to the bit: at the network's own shapes, at odd ones, and with the largest
 * sums that can come about. Every tensor lies between sentinels, and what is written to
 * holds rubbish before. The whole network stays near the one in float32.
 */

#include "mien-conv-int8.h"
#include "mien-network-int8.h"
#include "mien-network-private.h"
#include "mien-ops-naive.h"
#include "shapes.h"
#include "variant.h"

#include <math.h>
#include <string.h>

enum
{
  SAMPLE = 300, /* outputs of a tensor that are compared, where there are more terms: */
  MAX_TERMS = 1 << 20, /* of all outputs of a tensor */
  GUARD_BYTES = 256,
  RUBBISH = 0x5a,
};

static MienPool *pool;
static int n_inside, n_outside; /* outputs that are neither 0 nor 255, and others */

static void *
new_bytes (size_t n)
{
  uint8_t *bytes = malloc (n + 2 * GUARD_BYTES);

  CHECK (bytes != NULL);
  memset (bytes, RUBBISH, n + 2 * GUARD_BYTES);
  return bytes + GUARD_BYTES;
}

static void
free_bytes (void *data, size_t n)
{
  uint8_t *bytes = data;

  for (ptrdiff_t i = 0; i < GUARD_BYTES; i++)
    CHECK (bytes[i - GUARD_BYTES] == RUBBISH && bytes[n + (size_t) i] == RUBBISH);
  free (bytes - GUARD_BYTES);
}

typedef enum
{
  RANDOM,
  LARGEST,  /* every input 255, every weight positive */
  SMALLEST, /* every weight negative */
} Numbers;

typedef struct
{
  MienConv conv;
  int n;
  Numbers numbers;
  bool has_residual;
  size_t x_size, y_size, w_size, pitch;
  void *x;
  uint8_t *residual, *y;
  int16_t *w;
  float *scale, *shift, *residual_scale;
} Case;

/* Channels that pad are zeros, as all layers leave them. */
static void
fill_pixels (uint8_t *pixels, size_t n, int channels, uint64_t key, bool largest)
{
  size_t pitch = (size_t) mien_pitch (channels);

  for (size_t i = 0; i < n; i++)
    for (size_t c = 0; c < pitch; c++)
      pixels[i * pitch + c] = c >= (size_t) channels ? 0
                              : largest              ? 255
                                        : (uint8_t) mien_random_bits (key, i * pitch + c);
}

static void
fill_weights (Case *c)
{
  size_t row = c->w_size / (size_t) c->conv.out;
  int most = MIEN_INT8_MAX_WEIGHTS / (int) row;
  int rest = MIEN_INT8_MAX_WEIGHTS - most * (int) row;
  int limit = mien_conv_int8_max_weight (&c->conv);

  for (size_t i = 0; i < c->w_size; i++)
    {
      int value = most < limit ? most + ((int) (i % row) < rest) : limit;

      if (c->numbers == RANDOM)
        value = (int) mien_random_below (2, i, 255) - 127;
      c->w[i] = (int16_t) (c->numbers == SMALLEST ? -value : value);
    }
}

static void
case_init (Case *c, const MienConv *conv, int n, Numbers numbers, bool has_residual)
{
  int out_side = mien_conv_out_side (conv);
  size_t pixels = (size_t) (n * conv->side * conv->side);
  size_t outputs = (size_t) (n * out_side * out_side);
  size_t terms = (size_t) (conv->in * conv->kernel * conv->kernel);
  /* One standard deviation of a random sum spans a quarter of a byte. */
  double scale = conv->of_images ? 64 / (sqrt ((double) terms) * 390 * 73)
                                 : 64 / (sqrt ((double) terms) * 147 * 73);

  *c = (Case){ .conv = *conv, .n = n, .numbers = numbers, .has_residual = has_residual };
  c->pitch = (size_t) mien_pitch (conv->out);
  c->x_size = pixels
              * (conv->of_images ? (size_t) conv->in * sizeof (int16_t)
                                 : (size_t) mien_pitch (conv->in));
  c->y_size = outputs * c->pitch;
  c->w_size = (size_t) conv->out * terms;
  c->x = new_bytes (c->x_size);
  c->y = new_bytes (c->y_size);
  c->residual = new_bytes (c->y_size);
  c->w = new_bytes (c->w_size * sizeof *c->w);
  c->scale = new_guarded (c->pitch, 0);
  c->shift = new_guarded (c->pitch, 0);
  c->residual_scale = new_guarded (c->pitch, 0);
  if (conv->of_images)
    for (size_t i = 0; i < pixels * (size_t) conv->in; i++)
      ((int16_t *) c->x)[i] = (int16_t) ((int) mien_random_below (1, i, 1351) - 675);
  else
    fill_pixels (c->x, pixels, conv->in, 1, numbers != RANDOM);
  fill_pixels (c->residual, outputs, conv->out, 3, false);
  fill_weights (c);
  for (size_t k = 0; k < (size_t) conv->out; k++)
    {
      c->scale[k] = (float) (scale * (0.5 + mien_random_real (4, k)));
      if (numbers != RANDOM)
        c->scale[k] = 100.f / MIEN_INT8_MAX_WEIGHTS / 255;
      c->residual_scale[k] = (float) (0.6 * mien_random_real (6, k));
      c->shift[k] = (float) (128 * mien_random_real (5, k) + 64);
    }
}

static void
case_clear (Case *c)
{
  free_bytes (c->x, c->x_size);
  free_bytes (c->y, c->y_size);
  free_bytes (c->residual, c->y_size);
  free_bytes (c->w, c->w_size * sizeof *c->w);
  free_guarded (c->scale, c->pitch);
  free_guarded (c->shift, c->pitch);
  free_guarded (c->residual_scale, c->pitch);
}

/* false: an output differs. */
static bool
check_output (const Case *c, const MienRescale *rescale, size_t at)
{
  int side = mien_conv_out_side (&c->conv);
  int out = (int) (at % c->pitch), j = (int) (at / c->pitch) % side;
  int i = (int) (at / c->pitch) / side % side;
  int image = (int) (at / c->pitch) / side / side, expected = 0;

  if (out < c->conv.out)
    expected =
        mien_naive_conv_int8_at (&c->conv, c->x, c->w, rescale,
                                 c->has_residual ? c->residual : NULL, image, out, i, j);
  if (expected > 0 && expected < 255)
    n_inside++;
  else
    n_outside++;
  if (c->y[at] == expected)
    return true;
  printf ("# image %d, channel %d at (%d, %d): %d, not %d\n", image, out, i, j, c->y[at],
          expected);
  return false;
}

static bool
check_case (Case *c)
{
  const MienConv *conv = &c->conv;
  size_t packed_size = mien_conv_int8_packed (conv);
  size_t scratch_size = mien_conv_int8_scratch (conv, c->n, mien_pool_threads (pool));
  void *packed = new_bytes (packed_size);
  void *scratch = new_bytes (scratch_size);
  MienRescale rescale = { c->scale, c->shift, c->residual_scale };
  size_t terms = (size_t) (conv->in * conv->kernel * conv->kernel);
  bool good = true, whole = c->y_size * terms <= MAX_TERMS;
  size_t sample = whole ? c->y_size : SAMPLE;

  mien_conv_int8_pack (pool, conv, c->w, packed);
  mien_conv_int8_forward (pool, conv, c->n, c->x, packed, &rescale,
                          c->has_residual ? c->residual : NULL, c->y, scratch);
  for (size_t k = 0; good && k < sample; k++)
    good = check_output (c, &rescale,
                         whole   ? k
                         : k < 2 ? k * (c->y_size - 1)
                                 : mien_random_below (7, k, (uint32_t) c->y_size));
  free_bytes (packed, packed_size);
  free_bytes (scratch, scratch_size);
  if (!good)
    printf ("# %d to %d channels, kernel %d, stride %d, side %d, tile %d, %d images\n",
            conv->in, conv->out, conv->kernel, conv->stride, conv->side, conv->tile,
            c->n);
  return good;
}

/* Both ways, where there are two. */
static void
check_conv (MienConv conv, int n, Numbers numbers, bool has_residual)
{
  bool winograd = conv.kernel == 3 && conv.stride == 1 && !conv.of_images;

  for (conv.tile = 0; conv.tile <= (winograd ? 4 : 0); conv.tile += 4)
    {
      Case c;

      case_init (&c, &conv, n, numbers, has_residual);
      CHECK (check_case (&c));
      case_clear (&c);
    }
}

static void
test_network_shapes (void)
{
  char error[MIEN_ERROR_SIZE];

  for (int s = 0; s < N_SIZES; s++)
    {
      MienNetwork *network = mien_network_new ((MienNetworkShape){ 64, 16 }, 1, SIZES[s],
                                               false, pool, error);

      CHECK (network != NULL);
      for (int b = 0; b < N_BATCHES; b++)
        for (int i = 0; i < network->n_units; i++)
          check_conv (network->units[i].conv, BATCHES[b], RANDOM, i % 3 == 2);
      mien_network_free (network);
    }
  printf ("# %d outputs between 0 and 255, %d at either\n", n_inside, n_outside);
  CHECK (n_inside > 2 * n_outside);
}

static void
test_odd_shapes (void)
{
  static const MienConv CONVS[] = {
    { 1, 1, 3, 1, 1, 1 },
    { 5, 24, 3, 1, 1, 2 },
    { 16, 16, 3, 1, 1, 3 },
    { 17, 33, 3, 1, 1, 7 },
    { 24, 5, 3, 1, 1, 13 },
    { 40, 72, 3, 2, 1, 9 },
    { 33, 31, 1, 2, 0, 11 },
    { 48, 7, 1, 1, 0, 5 },
    { 3, 20, 7, 2, 3, 30, .of_images = true },
    { 3, 20, 7, 2, 0, 37, .of_images = true },
    { 20, 40, 1, 2, 0, 33 },
    { 5, 7, 3, 1, 0, 19 },
    { 7, 3, 5, 1, 2, 6 },
    { 530, 17, 3, 1, 1, 4 },
  };

  for (size_t i = 0; i < sizeof CONVS / sizeof *CONVS; i++)
    for (int b = 0; b < N_BATCHES; b++)
      check_conv (CONVS[i], BATCHES[b], RANDOM, b > 0);
}

static void
test_largest_sums (void)
{
  for (Numbers numbers = LARGEST; numbers <= SMALLEST; numbers++)
    {
      check_conv ((MienConv){ 512, 16, 3, 1, 1, 7 }, 1, numbers, false);
      check_conv ((MienConv){ 1024, 16, 3, 1, 1, 4 }, 1, numbers, false);
      check_conv ((MienConv){ 64, 16, 3, 1, 1, 8 }, 3, numbers, true);
    }
}

static void
test_max_pool (void)
{
  enum
  {
    AT = 6,
    CHANNELS = 48,
  };
  uint8_t *x = new_bytes (AT * AT * CHANNELS), *y = new_bytes (AT * AT * CHANNELS / 4);

  fill_pixels (x, AT * AT, CHANNELS, 1, false);
  for (int row = 0; row < AT / 2; row++)
    mien_kernels ()->int8->max_pool (AT, CHANNELS, row, x, y);
  for (int i = 0; i < AT / 2; i++)
    for (int j = 0; j < AT / 2; j++)
      for (int c = 0; c < CHANNELS; c++)
        {
          uint8_t best = 0;

          for (int row = 2 * i - 1; row <= 2 * i + 1; row++)
            for (int column = 2 * j - 1; column <= 2 * j + 1; column++)
              if (row >= 0 && column >= 0 && x[(row * AT + column) * CHANNELS + c] > best)
                best = x[(row * AT + column) * CHANNELS + c];
          CHECK (y[(i * AT / 2 + j) * CHANNELS + c] == best);
        }
  free_bytes (x, AT * AT * CHANNELS);
  free_bytes (y, AT * AT * CHANNELS / 4);
}

/* Random images of a network whose statistics are those of random images. */
static void
check_network (MienNetworkShape shape, int side, int batch)
{
  char error[MIEN_ERROR_SIZE];
  MienNetwork *trained = mien_network_new (shape, batch, side, true, pool, error);
  MienNetwork *network = mien_network_new (shape, batch, side, false, pool, error);
  MienTensors *weights = mien_tensors_new ();
  MienNetworkInt8 *quantised;
  size_t n_outputs = (size_t) (batch * MIEN_OUTPUTS);
  size_t n_features = (size_t) (batch * 8 * shape.width);
  float *images = new_random ((size_t) (batch * 3 * side * side), 1);
  float *outputs = new_guarded (n_outputs, NAN), *again = new_guarded (n_outputs, NAN);
  float *features = new_guarded (n_features, NAN), *bytes = new_guarded (n_features, NAN);
  Distance distance = { 0 };

  CHECK (trained != NULL && network != NULL && weights != NULL);
  mien_network_init (trained, 1);
  for (int i = 0; i < 40; i++)
    mien_network_forward (trained, images, batch, 0, outputs);
  CHECK (mien_network_save (trained, weights, error) == 0);
  CHECK (mien_network_load (network, weights, true, error) == 0);
  mien_network_observe (network, images, batch, outputs, features);
  quantised = mien_network_int8_new (network, error);
  CHECK (quantised != NULL);
  mien_network_int8_infer (quantised, images, batch, outputs, bytes);
  for (size_t i = 0; i < n_features; i++)
    compare (&distance, bytes[i], features[i]);
  printf ("# width %d, %d pixels: features off by %.1e\n", shape.width, side,
          relative (&distance));
  CHECK (relative (&distance) < 0.05);

  /* A row does not depend on its company. */
  for (int i = 0; i < batch; i += batch - 1)
    {
      mien_network_int8_infer (quantised, images + i * 3 * side * side, 1, again, NULL);
      CHECK (memcmp (again, outputs + i * MIEN_OUTPUTS, MIEN_OUTPUTS * sizeof *again)
             == 0);
    }
  mien_network_int8_free (quantised);
  mien_network_free (network);
  mien_network_free (trained);
  mien_tensors_free (weights);
  free_guarded (images, (size_t) (batch * 3 * side * side));
  free_guarded (outputs, n_outputs);
  free_guarded (again, n_outputs);
  free_guarded (features, n_features);
  free_guarded (bytes, n_features);
}

static void
test_network (void)
{
  check_network ((MienNetworkShape){ 64, 16 }, 64, 18);
  check_network ((MienNetworkShape){ 12, 5 }, 112, 3);
}

static const MienTest TESTS[] = {
  { "odd shapes equal the integer reference", test_odd_shapes },
  { "the network's shapes equal the integer reference", test_network_shapes },
  { "the largest sums are exact", test_largest_sums },
  { "the largest of three by three bytes", test_max_pool },
  { "the network stays near the one in float32", test_network },
};

int
main (void)
{
  int status;

  mien_test_variant ();
  pool = mien_pool_new (3);
  CHECK (pool != NULL);
  status = mien_test_run (TESTS, sizeof TESTS / sizeof *TESTS);
  mien_pool_free (pool);
  return status;
}

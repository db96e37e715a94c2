/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Pictures that are cut, broken, too large or made to be slow: one line that says so, no
 * picture, no crash. What is accepted after a byte was changed is at least whole: every
 * pixel of it is read. The sanitizers watch.
 */

#include "config.h"

#include "mien-image.h"
#include "mien-pictures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <jpeglib.h>
#include <png.h>

enum
{
  SIDE = 24,
  ROUNDS = 3000, /* of changed bytes, for each picture */
};

static guint8 noise[SIDE * SIDE * 4];
static guint8 exif[26];

/* Small ones of each make; the last is NULL. */
static GBytes **
pictures (void)
{
  const PictureJpeg jpegs[] = {
    { .width = SIDE, .height = SIDE, .stored = JCS_YCbCr, .subsampled = TRUE },
    { .width = SIDE, .height = SIDE, .stored = JCS_GRAYSCALE, .progressive = TRUE },
    { .width = SIDE,
      .height = SIDE,
      .stored = JCS_YCCK,
      .exif = exif,
      .exif_length = sizeof exif },
  };
  const PicturePng pngs[] = {
    { .width = SIDE, .height = SIDE, .color_type = PNG_COLOR_TYPE_RGB_ALPHA, .depth = 8 },
    { .width = SIDE,
      .height = SIDE / 2,
      .color_type = PNG_COLOR_TYPE_RGB,
      .depth = 16,
      .interlaced = TRUE,
      .exif = exif,
      .exif_length = sizeof exif },
    { .width = SIDE,
      .height = SIDE,
      .color_type = PNG_COLOR_TYPE_PALETTE,
      .depth = 4,
      .palette = noise,
      .transparent = noise + 100,
      .n_transparent = 9 },
  };
  GBytes **all = g_new0 (GBytes *, G_N_ELEMENTS (jpegs) + G_N_ELEMENTS (pngs) + 1);
  guint n = 0;
  guint64 state = 11;

  picture_noise (&state, noise, sizeof noise);
  picture_exif (6, TRUE, exif);
  for (guint i = 0; i < G_N_ELEMENTS (jpegs); i++)
    all[n++] = picture_jpeg (&jpegs[i], noise);
  for (guint i = 0; i < G_N_ELEMENTS (pngs); i++)
    all[n++] = picture_png (&pngs[i], noise);
  return all;
}

static void
pictures_free (GBytes **all)
{
  for (guint i = 0; all[i] != NULL; i++)
    g_bytes_unref (all[i]);
  g_free (all);
}

/* Whether the bytes are a picture. A refusal is one line with the name; what is given is
 * whole. The copy is as long as the bytes, so that a sanitizer sees a read behind them.
 */
static gboolean
is_picture (const guint8 *bytes, gsize length, char **message)
{
  g_autoptr (GBytes) copy = g_bytes_new (bytes, length);
  g_autoptr (GError) error = NULL;
  MienImage image = { -1, -2, noise };
  guint sum = 0;

  if (!mien_image_decode (copy, "v/00001.jpg", &image, &error))
    {
      g_assert_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_BAD_IMAGE);
      g_assert_true (g_str_has_prefix (error->message, "v/00001.jpg: "));
      g_assert_null (strchr (error->message, '\n'));
      g_assert_true (image.width == -1 && image.height == -2 && image.rgb == noise);
      if (message != NULL)
        *message = g_strdup (error->message);
      return FALSE;
    }
  g_assert_no_error (error);
  g_assert_cmpint (image.width, >, 0);
  g_assert_cmpint (image.height, >, 0);
  for (gsize i = 0; i < (gsize) image.width * (gsize) image.height * 3; i += 31)
    sum += image.rgb[i];
  g_assert_cmpuint (sum, <, G_MAXUINT);
  mien_image_clear (&image);
  return TRUE;
}

static void
test_cut (void)
{
  GBytes **all = pictures ();

  for (guint i = 0; all[i] != NULL; i++)
    {
      gsize length;
      const guint8 *bytes = g_bytes_get_data (all[i], &length);

      g_assert_true (is_picture (bytes, length, NULL));
      for (gsize cut = 0; cut < length; cut++)
        g_assert_false (is_picture (bytes, cut, NULL));
    }
  pictures_free (all);
}

/* Bytes behind the end are no part of the picture. */
static void
test_behind_the_end (void)
{
  GBytes **all = pictures ();

  for (guint i = 0; all[i] != NULL; i++)
    {
      g_autoptr (GByteArray) longer = g_byte_array_new ();

      g_byte_array_append (longer, g_bytes_get_data (all[i], NULL),
                           (guint) g_bytes_get_size (all[i]));
      g_byte_array_append (longer, noise, 100);
      g_assert_true (is_picture (longer->data, longer->len, NULL));
    }
  pictures_free (all);
}

/* The JPEG with bytes that belong to nothing before the n-th marker of this code, from 0.
 */
static GByteArray *
with_bytes_before (GBytes *jpeg, guint8 code, int n, const char *bytes, guint length)
{
  const guint8 marker[] = { 0xff, code };
  GByteArray *longer = g_byte_array_new ();
  gsize size;
  const guint8 *all = g_bytes_get_data (jpeg, &size), *at = all;

  while ((at = memmem (at, size - (gsize) (at - all), marker, 2)) != NULL && n-- > 0)
    at += 2;
  g_assert_nonnull (at);
  g_byte_array_append (longer, all, (guint) (at - all));
  g_byte_array_append (longer, (const guint8 *) bytes, length);
  g_byte_array_append (longer, at, (guint) (size - (gsize) (at - all)));
  return longer;
}

/* As a viewer shows it: the same pixels as without. */
static void
assert_same_picture (GBytes *jpeg, const GByteArray *other)
{
  g_autoptr (GBytes) bytes = g_bytes_new (other->data, other->len);
  MienImage wanted, image;

  g_assert_true (mien_image_decode (jpeg, "wanted", &wanted, NULL));
  g_assert_true (mien_image_decode (bytes, "image", &image, NULL));
  g_assert_cmpmem (image.rgb, (gsize) image.width * (gsize) image.height * 3, wanted.rgb,
                   (gsize) wanted.width * (gsize) wanted.height * 3);
  mien_image_clear (&wanted);
  mien_image_clear (&image);
}

/* Cameras and converters leave bytes between the parts of a JPEG. They are passed over,
 * but a picture that ends early is refused with them as without, and so are bytes among
 * the pixels, before the marker after which decoding starts anew. */
static void
test_bytes_between (void)
{
  static const guint8 CODES[] = { 0xdb, 0xc4, 0xda, 0xd9 }; /* DQT, DHT, SOS, EOI */
  PictureJpeg kind = { .width = SIDE, .height = SIDE, .stored = JCS_YCbCr };

  for (int progressive = 0; progressive < 2; progressive++)
    {
      g_autoptr (GBytes) jpeg = NULL;

      kind.progressive = progressive;
      jpeg = picture_jpeg (&kind, noise);
      for (guint i = 0; i < G_N_ELEMENTS (CODES); i++)
        for (int n = 0; n < (progressive && CODES[i] == 0xda ? 4 : 1); n++)
          {
            g_autoptr (GByteArray) one = with_bytes_before (jpeg, CODES[i], n, "\0", 1);
            g_autoptr (GByteArray) many =
                with_bytes_before (jpeg, CODES[i], n, "nothing of a picture", 20);

            assert_same_picture (jpeg, one);
            assert_same_picture (jpeg, many);
            for (gsize cut = many->len - 40; cut < many->len; cut++)
              g_assert_false (is_picture (many->data, cut, NULL));
          }
    }
  {
    g_autoptr (GBytes) jpeg = NULL;
    g_autoptr (GByteArray) inside = NULL, behind = NULL;
    g_autofree char *message = NULL;

    kind =
        (PictureJpeg){ .width = SIDE, .height = SIDE, .stored = JCS_YCbCr, .restart = 2 };
    jpeg = picture_jpeg (&kind, noise);
    inside = with_bytes_before (jpeg, 0xd1, 0, "pixels", 6);
    behind = with_bytes_before (jpeg, 0xd9, 0, "pixels", 6);
    assert_same_picture (jpeg, behind);
    g_assert_false (is_picture (inside->data, inside->len, &message));
    g_assert_nonnull (strstr (message, "extraneous"));
  }
}

static void
test_changed (void)
{
  GBytes **all = pictures ();
  guint64 state = 17;

  for (guint i = 0; all[i] != NULL; i++)
    {
      gsize length;
      const guint8 *bytes = g_bytes_get_data (all[i], &length);
      guint refused = 0;

      for (int round = 0; round < ROUNDS; round++)
        {
          g_autofree guint8 *changed = g_memdup2 (bytes, length);

          for (int k = 0; k <= round % 3; k++)
            changed[picture_random (&state) % length] = (guint8) picture_random (&state);
          refused += !is_picture (changed, length, NULL);
        }
      g_test_message ("picture %u: %u of %d refused", i, refused, ROUNDS);
      g_assert_cmpuint (refused, >, 0);
    }
  pictures_free (all);
}

static void
put_32 (guint8 *at, guint32 value)
{
  value = GUINT32_TO_BE (value);
  memcpy (at, &value, sizeof value);
}

/* A PNG of this size that ends after its header and the beginning of its pixels. */
static GByteArray *
png_header (guint32 width, guint32 height)
{
  static const guint8 SIGNATURE[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
  GByteArray *bytes = g_byte_array_new ();
  guint8 chunk[25] = { 0, 0, 0, 13, 'I', 'H', 'D', 'R' };
  guint32 crc = 0xffffffff;

  put_32 (chunk + 8, width);
  put_32 (chunk + 12, height);
  chunk[16] = 8;
  chunk[17] = PNG_COLOR_TYPE_RGB;
  for (int i = 4; i < 21; i++)
    {
      crc ^= chunk[i];
      for (int bit = 0; bit < 8; bit++)
        crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
    }
  put_32 (chunk + 21, ~crc);
  g_byte_array_append (bytes, SIGNATURE, sizeof SIGNATURE);
  g_byte_array_append (bytes, chunk, sizeof chunk);
  g_byte_array_append (bytes, (const guint8 *) "\0\0\1\0IDAT", 8);
  return bytes;
}

static glong
peak_kilobytes (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

/* Refused by the header alone: in a moment, and without the memory for it. */
static void
test_giants (void)
{
  static const guint32 SIZES[][2] = {
    { 30000, 30000 }, { 8001, 8000 },      { 65501, 1 },
    { 1, 65501 },     { 0x7fffffff, 1 },   { 0x7fffffff, 0x7fffffff },
    { 65536, 65536 }, { 0x80000000u, 10 }, { 0, 10 },
  };
  glong before = peak_kilobytes ();
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < G_N_ELEMENTS (SIZES); i++)
    {
      g_autoptr (GByteArray) png = png_header (SIZES[i][0], SIZES[i][1]);
      g_autofree char *message = NULL;

      g_assert_false (is_picture (png->data, png->len, &message));
      g_test_message ("%s", message);
      if (i < 4)
        g_assert_nonnull (strstr (message, "up to 64 million"));
    }
  {
    /* A JPEG says its size in two bytes each, behind the marker FF C0 and three bytes. */
    PictureJpeg kind = { .width = SIDE, .height = SIDE, .stored = JCS_GRAYSCALE };
    g_autoptr (GBytes) bytes = picture_jpeg (&kind, noise);
    gsize length = g_bytes_get_size (bytes);
    g_autofree guint8 *changed = g_memdup2 (g_bytes_get_data (bytes, NULL), length);
    g_autofree char *message = NULL;
    guint8 *marker = memmem (changed, length, "\xff\xc0", 2);

    g_assert_nonnull (marker);
    memcpy (marker + 5, "\x75\x30\x75\x30", 4);
    g_assert_false (is_picture (changed, length, &message));
    g_assert_nonnull (strstr (message, "30000 x 30000"));
  }
  g_assert_cmpint (g_get_monotonic_time () - start, <, 2 * G_USEC_PER_SEC);
  g_assert_cmpint (peak_kilobytes () - before, <, 64 * 1024);
}

/* Hundreds of scans over one picture. */
static void
test_scans (void)
{
  PictureJpeg kind = {
    .width = SIDE, .height = SIDE, .stored = JCS_GRAYSCALE, .scans = 200
  };
  g_autoptr (GBytes) many = picture_jpeg (&kind, noise);
  g_autoptr (GBytes) too_many = NULL;
  g_autofree char *message = NULL;

  kind.scans = 201;
  too_many = picture_jpeg (&kind, noise);
  g_assert_true (
      is_picture (g_bytes_get_data (many, NULL), g_bytes_get_size (many), NULL));
  g_assert_false (is_picture (g_bytes_get_data (too_many, NULL),
                              g_bytes_get_size (too_many), &message));
  g_assert_nonnull (strstr (message, "scans"));
}

static void
test_other_files (void)
{
  static const char *const OTHERS[] = {
    "GIF89a............", "<html></html>", "BM......",
    "RIFF....WEBPVP8 ",   "\xff",          "\x89PNG"
  };
  g_autofree char *message = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (OTHERS); i++)
    {
      g_autofree char *why = NULL;

      g_assert_false (is_picture ((const guint8 *) OTHERS[i], strlen (OTHERS[i]), &why));
      g_assert_nonnull (strstr (why, "neither JPEG nor PNG"));
    }
  g_assert_false (is_picture (NULL, 0, &message));
  g_assert_nonnull (strstr (message, "empty"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image-hostile/giants", test_giants);
  g_test_add_func ("/image-hostile/cut", test_cut);
  g_test_add_func ("/image-hostile/behind-the-end", test_behind_the_end);
  g_test_add_func ("/image-hostile/bytes-between", test_bytes_between);
  g_test_add_func ("/image-hostile/changed", test_changed);
  g_test_add_func ("/image-hostile/scans", test_scans);
  g_test_add_func ("/image-hostile/other-files", test_other_files);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Files of weights without PyTorch: two small ones that it made (fixtures/, by
 * make-weights.py), read whole, cut and changed; files that lie about what is in them;
 * and the engine's names. test-weights.py compares with PyTorch itself.
 *
 *     test-weights ZIP.pth LEGACY.pth
 */

#include "config.h"

#include "mien-image.h"
#include "mien-pictures.h"
#include "mien-weights.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>

enum
{
  ROUNDS = 20000, /* of changed bytes, for each container */
};

static const char *fixtures[2];
static char *folder, *path; /* path: a file in memory that each test writes anew */
static int file;

static MienTensors *
read_bytes (gconstpointer bytes, gsize length, char **message)
{
  g_autoptr (GError) error = NULL;
  MienTensors *tensors;

  g_assert_cmpint (ftruncate (file, 0), ==, 0);
  g_assert_cmpint (pwrite (file, bytes, length, 0), ==, (gssize) length);
  tensors = mien_weights_read (path, &error);
  if (tensors != NULL)
    {
      g_assert_no_error (error);
      return tensors;
    }
  g_assert_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_BAD_WEIGHTS);
  g_assert_true (g_str_has_prefix (error->message, path));
  g_assert_null (strchr (error->message, '\n'));
  if (message != NULL)
    *message = g_strdup (error->message);
  return NULL;
}

static void
assert_refused (gconstpointer bytes, gsize length, const char *why)
{
  g_autofree char *message = NULL;
  MienTensors *tensors = read_bytes (bytes, length, &message);

  g_assert_null (tensors);
  g_test_message ("%s", message);
  if (strstr (message, why) == NULL)
    g_error ("\"%s\" is not in \"%s\"", why, message);
}

static void
assert_tensor (const MienTensors *tensors,
               const char *name,
               MienDtype dtype,
               int rank,
               const gint64 *shape,
               const double *values)
{
  const MienTensor *tensor = mien_tensors_find (tensors, name);

  g_assert_nonnull (tensor);
  g_assert_cmpint (tensor->dtype, ==, dtype);
  g_assert_cmpint (tensor->rank, ==, rank);
  for (int i = 0; i < rank; i++)
    g_assert_cmpint (tensor->shape[i], ==, shape[i]);
  for (gsize i = 0; i < tensor->n_elements; i++)
    g_assert_true (mien_tensor_get (tensor, i) == (float) values[i]);
}

static void
test_fixtures (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (fixtures); i++)
    {
      g_autoptr (GError) error = NULL;
      MienTensors *tensors = mien_weights_read (fixtures[i], &error);
      gint64 count;

      g_assert_no_error (error);
      g_assert_cmpuint (tensors->n_tensors, ==, 6);
      assert_tensor (tensors, "transposed", MIEN_DTYPE_F32, 2, (gint64[]){ 3, 2 },
                     (double[]){ 0, 3, 1, 4, 2, 5 });
      assert_tensor (tensors, "row", MIEN_DTYPE_F32, 1, (gint64[]){ 3 },
                     (double[]){ 3, 4, 5 });
      assert_tensor (tensors, "half", MIEN_DTYPE_F16, 1, (gint64[]){ 2 },
                     (double[]){ 0.5, -2 });
      assert_tensor (tensors, "count", MIEN_DTYPE_I64, 0, NULL,
                     (double[]){ 1234567890123 });
      assert_tensor (tensors, "none", MIEN_DTYPE_F32, 2, (gint64[]){ 0, 4 }, NULL);
      assert_tensor (tensors, "parameter", MIEN_DTYPE_F32, 2, (gint64[]){ 1, 1 },
                     (double[]){ 1.5 });
      memcpy (&count, mien_tensors_find (tensors, "count")->data, sizeof count);
      g_assert_cmpint (count, ==, 1234567890123);
      mien_tensors_free (tensors);
    }
}

static void
test_cut (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (fixtures); i++)
    {
      g_autofree char *bytes = NULL;
      gsize length;

      g_assert_true (g_file_get_contents (fixtures[i], &bytes, &length, NULL));
      for (gsize cut = 0; cut < length; cut++)
        g_assert_null (read_bytes (bytes, cut, NULL));
    }
}

static guint32
number (const char *at, int n)
{
  guint32 value = 0;

  for (int i = 0; i < n; i++)
    value |= (guint32) (guint8) at[i] << (8 * i);
  return value;
}

/* Gives the members of a zip the checksums of what is in them, or 0. */
static void
set_checksums (char *bytes, gsize length, gboolean right)
{
  char *entry = bytes;

  while ((entry = memmem (entry, length - (gsize) (entry - bytes), "PK\1\2", 4)) != NULL
         && length - (gsize) (entry - bytes) >= 46)
    {
      gsize size = number (entry + 20, 4), local = number (entry + 42, 4), data;
      guint32 checksum = 0;

      if (local <= length - 30)
        {
          data = local + 30 + number (bytes + local + 26, 2)
                 + number (bytes + local + 28, 2);
          if (right && data <= length && size <= length - data)
            checksum = (guint32) crc32_z (0, (const guint8 *) bytes + data, size);
        }
      checksum = GUINT32_TO_LE (checksum);
      memcpy (entry + 16, &checksum, sizeof checksum);
      entry += 46;
    }
}

/* A bit of a member that is another one: of the pickle, of a storage. */
static void
test_zip_checksums (void)
{
  static const struct
  {
    const char *what;
    gsize n;
  } PLACES[] = { { "FloatStorage", 12 }, { "\0\0\xa0\x40", 4 }, { "\0\x38\0\xc0", 4 } };
  g_autofree char *bytes = NULL;
  gsize length;
  MienTensors *tensors;

  g_assert_true (g_file_get_contents (fixtures[0], &bytes, &length, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (PLACES); i++)
    {
      char *at = memmem (bytes, length, PLACES[i].what, PLACES[i].n);

      g_assert_nonnull (at);
      at[2] ^= 1;
      assert_refused (bytes, length, "is damaged");
      at[2] ^= 1;
    }

  /* torch.serialization.set_crc32_options (False) leaves 0 there. */
  set_checksums (bytes, length, FALSE);
  tensors = read_bytes (bytes, length, NULL);
  g_assert_nonnull (tensors);
  mien_tensors_free (tensors);
}

/* Eight storages more, all of them where the pickle lies: what is compared with its
 * checksum again and again. */
static void
test_zip_overlap (void)
{
  g_autofree char *bytes = NULL;
  g_autoptr (GByteArray) longer = g_byte_array_new ();
  gsize length, end, directory;
  char entry[46 + 12];
  const char *first;

  g_assert_true (g_file_get_contents (fixtures[0], &bytes, &length, NULL));
  end = length - 22;
  directory = number (bytes + end + 16, 4);
  first = memmem (bytes + directory, length - directory, "zip/data.pkl", 12);
  g_assert_nonnull (first);
  memcpy (entry, first - 46, sizeof entry);
  memset (entry + 30, 0, 4); /* no extra field, no comment */
  g_byte_array_append (longer, (guint8 *) bytes + directory,
                       number (bytes + end + 12, 4));
  for (char i = '0'; i < '8'; i++)
    {
      memcpy (entry + 46, "zip/data/x00", 12);
      entry[57] = i;
      g_byte_array_append (longer, (guint8 *) entry, sizeof entry);
    }
  {
    guint32 size = GUINT32_TO_LE (longer->len);
    guint16 n = GUINT16_TO_LE ((guint16) (number (bytes + end + 10, 2) + 8));

    g_byte_array_prepend (longer, (guint8 *) bytes, (guint) directory);
    memcpy (bytes + end + 10, &n, sizeof n);
    memcpy (bytes + end + 12, &size, sizeof size);
    g_byte_array_append (longer, (guint8 *) bytes + end, 22);
  }
  assert_refused (longer->data, longer->len, "lies where others do");
}

/* Whatever the bytes: an answer, and never more memory than the file may ask for. */
static void
test_changed (void)
{
  guint64 state = 29;
  struct rusage usage;

  for (guint i = 0; i < G_N_ELEMENTS (fixtures); i++)
    {
      g_autofree char *bytes = NULL;
      gsize length;
      guint accepted = 0;

      g_assert_true (g_file_get_contents (fixtures[i], &bytes, &length, NULL));
      for (int round = 0; round < ROUNDS; round++)
        {
          g_autofree char *changed = g_memdup2 (bytes, length);
          MienTensors *tensors;
          float sum = 0;

          for (int k = 0; k <= round % 4; k++)
            changed[picture_random (&state) % length] =
                (char) (round % 2 != 0 ? picture_random (&state)
                                       : picture_random (&state) % 12);
          if (i == 0 && round % 8 > 0)
            set_checksums (changed, length, TRUE);
          tensors = read_bytes (changed, length, NULL);
          accepted += tensors != NULL;
          for (gsize t = 0; tensors != NULL && t < tensors->n_tensors; t++)
            {
              const MienTensor *tensor = &tensors->tensors[t];

              g_assert_cmpuint (tensor->n_bytes, <=, 17 * 1024 * 1024);
              for (gsize e = 0; e < tensor->n_elements; e++)
                sum += mien_tensor_get (tensor, e);
            }
          g_assert_true (sum == sum || isnan (sum));
          mien_tensors_free (tensors);
        }
      g_test_message ("%s: %u of %d accepted", fixtures[i], accepted, ROUNDS);
      g_assert_cmpuint (accepted, >, 0);
      g_assert_cmpuint (accepted, <, ROUNDS);
    }
  getrusage (RUSAGE_SELF, &usage);
  g_assert_cmpint (usage.ru_maxrss, <, 1024 * 1024); /* KiB, a sanitizer's own included */
}

#define MAGIC                                                                            \
  "\x80\x02\x8a\x0al\xfc\x9c"                                                            \
  "F\xf9 j\xa8P\x19."
#define PREAMBLE MAGIC "\x80\x02M\xe9\x03.\x80\x02}."
/* A state dict of one float32 tensor "a" in storage "0" of two elements; what is left
 * open is the offset, size and stride, each as an opcode. */
#define TENSOR(numel, offset, size, stride)                                              \
  "\x80\x02}U\1actorch._utils\n_rebuild_tensor_v2\n(("                                   \
  "U\7storagectorch\nFloatStorage\nU\0010"                                               \
  "U\3cpu" numel "NtQ" offset size "\x85" stride "\x85\x89}tRs."
#define KEYS "\x80\x02]U\0010a."
#define DATA "\2\0\0\0\0\0\0\0\0\0\x80?\0\0\0@"
#define CASE(text) text, sizeof (text) - 1

static void
test_legacy_lies (void)
{
  static const struct
  {
    const char *bytes;
    gsize length;
    const char *why; /* NULL: sound */
  } CASES[] = {
    { CASE (PREAMBLE TENSOR ("K\2", "K\0", "K\2", "K\1") KEYS DATA), NULL },
    { CASE (PREAMBLE TENSOR ("K\2", "K\1", "K\1", "K\1") KEYS DATA), NULL },
    { CASE (PREAMBLE TENSOR ("K\2", "K\1", "K\1", "J\xff\xff\xff\x7f") KEYS DATA), NULL },
    { CASE (PREAMBLE TENSOR ("K\2", "K\0", "K\2", "K\0") KEYS DATA), NULL },
    { CASE (PREAMBLE TENSOR ("K\2", "K\1", "K\2", "K\1") KEYS DATA),
      "out of its storage" },
    { CASE (PREAMBLE TENSOR ("K\2", "K\2", "K\1", "K\1") KEYS DATA),
      "out of its storage" },
    { CASE (PREAMBLE TENSOR ("K\2", "K\0", "K\2", "K\2") KEYS DATA),
      "out of its storage" },
    { CASE (PREAMBLE TENSOR ("K\2", "J\xff\xff\xff\xff", "K\1", "K\1") KEYS DATA),
      "broken or too large" },
    { CASE (PREAMBLE TENSOR ("K\2", "K\0", "K\2", "J\xff\xff\xff\xff") KEYS DATA),
      "broken or too large" },
    { CASE (PREAMBLE TENSOR ("K\2", "K\0", "\x8a\x08\0\0\0\0\0\0\0\x40", "K\4")
                KEYS DATA),
      "out of its storage" },
    { CASE (PREAMBLE TENSOR ("K\2", "K\0", "J\0\0\0\x7f", "K\0") KEYS DATA),
      "far larger than its file" },
    { CASE (PREAMBLE TENSOR ("K\2", "N", "K\1", "K\1") KEYS DATA),
      "broken or too large" },
    { CASE (PREAMBLE TENSOR ("K\3", "K\0", "K\2", "K\1") KEYS DATA), "instead of 3" },
    { CASE (PREAMBLE TENSOR ("\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f", "K\0", "K\2",
                             "K\1") KEYS DATA),
      "instead of" },
    { CASE (PREAMBLE TENSOR ("K\2", "K\0", "K\2", "K\1") KEYS DATA "x"),
      "1 bytes too many" },
    { CASE (PREAMBLE TENSOR ("K\2", "K\0", "K\2", "K\1") KEYS
            "\xff\xff\xff\xff\xff\xff\xff\x7f"
            "12345678"),
      "was cut" },
    { CASE (PREAMBLE TENSOR ("K\2", "K\0", "K\2", "K\1") "\x80\x02]."), "missing" },
    { CASE (PREAMBLE TENSOR ("K\2", "K\0", "K\2", "K\1") "\x80\x02]U\0011a." DATA),
      "not used" },
    { CASE (PREAMBLE TENSOR ("K\2", "K\0", "K\2",
                             "K\1") "\x80\x02](U\0010U\0010e." DATA DATA),
      "twice" },
    { CASE (PREAMBLE TENSOR ("K\2", "K\0", "K\2", "K\1") "\x80\x02N."),
      "list of storages" },
    { CASE (PREAMBLE "\x80\x02}U\1acposix\nsystem\n(U\7exit 99tRs." KEYS DATA),
      "posix.system" },
    { CASE ("\x80\x02\x8a\x0al\xfc\x9c"
            "F\xf9 j\xa8P\x18."),
      "not one of torch.save" },
    { CASE (MAGIC "\x80\x02M\xe8\x03."), "unknown version" },
    { CASE (MAGIC "\x80\x02M\xe9\x03.\x80\x02}U\x0dlittle_endian\x89s."), "big endian" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++)
    {
      MienTensors *tensors;
      g_autofree char *message = NULL;

      if (CASES[i].why != NULL)
        {
          assert_refused (CASES[i].bytes, CASES[i].length, CASES[i].why);
          continue;
        }
      tensors = read_bytes (CASES[i].bytes, CASES[i].length, &message);
      if (tensors == NULL)
        g_error ("case %u: %s", i, message);
      g_assert_cmpuint (tensors->n_tensors, ==, 1);
      mien_tensors_free (tensors);
    }
}

/* The fixture with the bytes at what are changed to those of to, of the same length,
 * everywhere. */
static GBytes *
zip_with (const char *what, const char *to, gsize n)
{
  char *bytes, *at;
  gsize length, changed = 0;

  g_assert_true (g_file_get_contents (fixtures[0], &bytes, &length, NULL));
  for (at = bytes; (at = memmem (at, length - (gsize) (at - bytes), what, n)) != NULL;
       at += n, changed++)
    memcpy (at, to, n);
  g_assert_cmpuint (changed, >, 0);
  set_checksums (bytes, length, TRUE);
  return g_bytes_new_take (bytes, length);
}

static void
test_zip_lies (void)
{
  static const struct
  {
    const char *what;
    gsize n;
    const char *to, *why;
  } CASES[] = {
    { CASE ("zip/data.pkl"), "zip/data.pkx", "without data.pkl" },
    { CASE ("zip/version"), "zip/data/00", NULL }, /* one storage more does no harm */
    { CASE ("zip/version"), "zip/data.pk", NULL },
    { CASE ("zip/data/0"), "zip/data/1", "twice" },
    { CASE ("zip/data/2"), "zip/data/x", "is missing" },
    { CASE ("PK\1\2"), "PK\1\1", "directory is broken" },
    { CASE ("FloatStorage"), "ByteXStorage", "unknown kind" },
    { CASE ("HalfStorage"), "ByteStorage", "has 4 bytes instead of 2" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++)
    {
      g_autoptr (GBytes) bytes = zip_with (CASES[i].what, CASES[i].to, CASES[i].n);

      if (CASES[i].why != NULL)
        assert_refused (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                        CASES[i].why);
      else
        {
          MienTensors *tensors =
              read_bytes (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL);

          g_assert_nonnull (tensors);
          mien_tensors_free (tensors);
        }
    }
}

static void
test_safetensors (void)
{
  const gint64 shape[] = { 2 };
  const float values[] = { 1, 2 };
  char message[MIEN_ERROR_SIZE];
  MienTensors *tensors = mien_tensors_new ();
  void *bytes;
  gsize length;
  guint8 lie[16] = { 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0, '{', '}' };

  mien_tensors_add_copy (tensors, "module.a", 1, shape, values, message);
  mien_tensors_add_copy (tensors, "b.module.c", 1, shape, values, message);
  mien_tensors_note (tensors, "method", "ssmfar", message);
  mien_safetensors_serialize (tensors, &bytes, &length, message);
  mien_tensors_free (tensors);
  tensors = read_bytes (bytes, length, NULL);
  g_assert_cmpuint (tensors->n_tensors, ==, 2);
  assert_tensor (tensors, "a", MIEN_DTYPE_F32, 1, shape, (double[]){ 1, 2 });
  g_assert_nonnull (mien_tensors_find (tensors, "b.module.c"));
  g_assert_cmpstr (mien_tensors_note_value (tensors, "method"), ==, "ssmfar");
  mien_tensors_free (tensors);

  g_assert_null (read_bytes (bytes, length - 1, NULL));
  free (bytes);
  assert_refused (lie, sizeof lie, "longer than the file");
}

static void
add (MienTensors *tensors,
     int rank,
     const gint64 *shape,
     const float *data,
     const char *name)
{
  char message[MIEN_ERROR_SIZE];

  g_assert_cmpint (
      mien_tensors_add (tensors, name, MIEN_DTYPE_F32, rank, shape, data, message), ==,
      0);
}

static void
add_unit (MienTensors *tensors,
          const float *data,
          const char *conv,
          const char *norm,
          gint64 out,
          gint64 in,
          gint64 kernel)
{
  static const char *PARTS[] = { "weight", "bias", "running_mean", "running_var" };
  g_autofree char *weight = g_strconcat (conv, ".weight", NULL);

  add (tensors, 4, (gint64[]){ out, in, kernel, kernel }, data, weight);
  for (guint i = 0; i < G_N_ELEMENTS (PARTS); i++)
    {
      g_autofree char *part = g_strdup_printf ("%s.%s", norm, PARTS[i]);

      add (tensors, 1, &out, data, part);
    }
}

/* A trunk under the names of torchvision, or of the method's authors; all data are the
 * same. */
static MienTensors *
resnet18 (const float *data, gboolean authors)
{
  MienTensors *tensors = mien_tensors_new ();

  add_unit (tensors, data, authors ? "base.0" : "conv1", authors ? "base.1" : "bn1", 64,
            3, 7);
  for (int i = 0; i < 8; i++)
    {
      gint64 out = 64 << i / 2, in = i % 2 == 0 && i > 0 ? out / 2 : out;
      g_autofree char *at = authors ? g_strdup_printf ("base.%d.%d.", i / 2 + 4, i % 2)
                                    : g_strdup_printf ("layer%d.%d.", i / 2 + 1, i % 2);

      for (int k = 1; k <= 3; k++)
        {
          g_autofree char *conv = k < 3 ? g_strdup_printf ("%sconv%d", at, k)
                                        : g_strconcat (at, "downsample.0", NULL);
          g_autofree char *norm = k < 3 ? g_strdup_printf ("%sbn%d", at, k)
                                        : g_strconcat (at, "downsample.1", NULL);

          if (k < 3 || in != out)
            add_unit (tensors, data, conv, norm, out, k == 2 ? out : in, k < 3 ? 3 : 1);
        }
    }
  return tensors;
}

static void
test_engine (void)
{
  g_autofree float *data = g_new0 (float, 512 * 512 * 9);

  for (int authors = 0; authors < 2; authors++)
    {
      g_autoptr (GError) error = NULL;
      gboolean has_heads = 2;
      MienTensors *theirs = resnet18 (data, authors), *ours;

      data[1] = 0.25f;
      add (theirs, 2, (gint64[]){ 16, 512 }, data, "va_fc.0.weight");
      add (theirs, 1, (gint64[]){ 16 }, data, "va_fc.0.bias");
      add (theirs, 2, (gint64[]){ 2, 16 }, data, "va_classifier.weight");
      ours = mien_weights_for_engine (theirs, "W", &has_heads, &error);
      g_assert_no_error (error);
      g_assert_false (has_heads);
      g_assert_cmpuint (ours->n_tensors, ==, 100); /* the head lacks its last bias */
      g_assert_nonnull (mien_tensors_find (ours, "layer4.0.downsample.1.running_var"));
      g_assert_true (mien_tensor_get (mien_tensors_find (ours, "conv1.weight"), 1)
                     == 0.25f);
      mien_tensors_free (ours);

      add (theirs, 1, (gint64[]){ 2 }, data, "va_classifier.bias");
      ours = mien_weights_for_engine (theirs, "W", &has_heads, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (ours->n_tensors, ==, 104);
      mien_tensors_free (ours);

      data[1] = INFINITY;
      has_heads = 2;
      g_assert_null (mien_weights_for_engine (theirs, "W", &has_heads, &error));
      g_assert_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_BAD_WEIGHTS);
      g_assert_true (g_str_has_prefix (error->message, "W: tensor "));
      g_assert_cmpint (has_heads, ==, 2);
      data[1] = 0;
      mien_tensors_free (theirs);
    }
}

static void
test_other_files (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *fifo = g_build_filename (folder, "fifo", NULL);

  assert_refused ("", 0, "neither");
  assert_refused ("\xff\xd8\xff\xe0 a picture", 14, "neither");
  assert_refused ("version https://git-lfs.github.com/spec/v1\n", 43, "neither");
  assert_refused ("PK\3\4", 4, "was cut");
  assert_refused ("\x80\x04\x95\0\0\0\0\0\0\0\0.", 12, "protocol 4");

  g_assert_null (mien_weights_read (folder, &error));
  g_assert_nonnull (strstr (error->message, "not a regular file"));
  g_clear_error (&error);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_null (mien_weights_read (fifo, &error)); /* and comes back */
  g_assert_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_unlink (fifo);
  g_assert_null (mien_weights_read (fifo, &error));
  g_assert_nonnull (strstr (error->message, fifo));
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 3);
  fixtures[0] = argv[1];
  fixtures[1] = argv[2];
  folder = g_dir_make_tmp ("mien-weights-XXXXXX", NULL);
  file = memfd_create ("weights", MFD_CLOEXEC);
  g_assert_cmpint (file, >=, 0);
  path = g_strdup_printf ("/proc/self/fd/%d", file);
  g_test_add_func ("/weights/fixtures", test_fixtures);
  g_test_add_func ("/weights/cut", test_cut);
  g_test_add_func ("/weights/changed", test_changed);
  g_test_add_func ("/weights/legacy-lies", test_legacy_lies);
  g_test_add_func ("/weights/zip-checksums", test_zip_checksums);
  g_test_add_func ("/weights/zip-overlap", test_zip_overlap);
  g_test_add_func ("/weights/zip-lies", test_zip_lies);
  g_test_add_func ("/weights/safetensors", test_safetensors);
  g_test_add_func ("/weights/engine", test_engine);
  g_test_add_func ("/weights/other-files", test_other_files);
  result = g_test_run ();
  g_close (file, NULL);
  g_rmdir (folder);
  g_free (path);
  g_free (folder);
  return result;
}

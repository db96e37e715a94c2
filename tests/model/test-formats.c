/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The formats that cross the pipe: safetensors and the training pack, sound ones and
 * hostile ones. */

#include "mien-pack.h"
#include "mien-safetensors.h"
#include "mien-test.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char error[MIEN_ERROR_SIZE];

static MienTensors *
parse_text (const char *header, size_t n_data)
{
  static uint8_t bytes[4096];
  uint64_t length = strlen (header);
  MienTensors *tensors = NULL;

  memcpy (bytes, &length, 8);
  memcpy (bytes + 8, header, length);
  memset (bytes + 8 + length, 7, n_data);
  if (mien_safetensors_parse (bytes, 8 + length + n_data, &tensors, error) != 0)
    {
      CHECK (tensors == NULL);
      CHECK (error[0] != 0 && strchr (error, '\n') == NULL);
    }
  return tensors;
}

static void
test_round_trip (void)
{
  const float values[6] = { 1, -2, 3.5f, 0, INFINITY, 1e-40f };
  const int64_t shape[2] = { 2, 3 }, empty[1] = { 0 };
  const uint16_t halves[2] = { 0x3c00, 0xc000 }, brains[1] = { 0x4049 };
  MienTensors *out = mien_tensors_new (), *in;
  void *bytes;
  size_t n_bytes;

  CHECK (mien_tensors_add (out, "b", MIEN_DTYPE_F32, 2, shape, values, error) == 0);
  CHECK (mien_tensors_add_copy (out, "a", 2, shape, values, error) == 0);
  CHECK (mien_tensors_add (out, "half", MIEN_DTYPE_F16, 1, &(int64_t){ 2 }, halves, error)
         == 0);
  CHECK (mien_tensors_add (out, "brain", MIEN_DTYPE_BF16, 0, NULL, brains, error) == 0);
  CHECK (mien_tensors_add (out, "none", MIEN_DTYPE_I64, 1, empty, NULL, error) == 0);
  CHECK (mien_tensors_add (out, "a", MIEN_DTYPE_F32, 2, shape, values, error) == -1);
  CHECK (mien_tensors_note (out, "method", "say \"ada\"\n", error) == 0);
  CHECK (mien_safetensors_serialize (out, &bytes, &n_bytes, error) == 0);
  CHECK (mien_safetensors_parse (bytes, n_bytes, &in, error) == 0);
  CHECK (in->n_tensors == 5);
  CHECK (strcmp (mien_tensors_note_value (in, "method"), "say \"ada\"\n") == 0);
  CHECK (memcmp (mien_tensors_find (in, "a")->data, values, sizeof values) == 0);
  CHECK (memcmp (mien_tensors_find (in, "b")->data, values, sizeof values) == 0);
  CHECK (mien_tensor_get (mien_tensors_find (in, "half"), 1) == -2);
  CHECK (mien_tensor_get (mien_tensors_find (in, "brain"), 0) == 3.140625f);
  CHECK (mien_tensors_find (in, "none")->n_elements == 0);
  CHECK (mien_tensors_find (in, "c") == NULL);

  /* Every file cut short is refused. */
  for (size_t cut = 0; cut < n_bytes; cut++)
    {
      MienTensors *none = NULL;
      void *copy = malloc (cut + 1);

      memcpy (copy, bytes, cut);
      CHECK (mien_safetensors_parse (copy, cut, &none, error) == -1 && none == NULL);
      free (copy);
    }
  free (bytes);
  mien_tensors_free (in);
  mien_tensors_free (out);
}

static void
test_hostile_headers (void)
{
  static const struct
  {
    const char *header;
    size_t n_data;
    bool sound;
  } CASES[] = {
    { "{}", 0, true },
    { "{}", 1, false }, /* a hole at the end */
    { "{\"t\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}", 4, true },
    { "{\"t\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}  ", 4, true },
    { "{\"t\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}} x", 4, false },
    { "{\"t\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[1,5]}}", 5, false },
    { "{\"t\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4,0]}}", 4, false },
    { "{\"t\":{\"dtype\":\"U8\",\"shape\":[5],\"data_offsets\":[0,4]}}", 4, false },
    { "{\"t\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]"
      "}}",
      0, false },
    { "{\"t\":{\"dtype\":\"U8\",\"shape\":[99999999999999999999],\"data_offsets\":[0,0]}"
      "}",
      0, false },
    { "{\"t\":{\"dtype\":\"U8\",\"shape\":[-1],\"data_offsets\":[0,0]}}", 0, false },
    { "{\"t\":{\"dtype\":\"C64\",\"shape\":[],\"data_offsets\":[0,8]}}", 8, false },
    { "{\"t\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}", 1, true },
    { "{\"t\":{\"dtype\":\"U8\",\"shape\":[1]}}", 1, false },
    { "{\"t\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}",
      1, false },
    { "{\"t\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
      "\"t\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}",
      2, false },
    { "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
      "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}",
      3, false },
    { "{\"__metadata__\":{\"a\":\"\\u00e4\\ud83d\\ude00\"}}", 0, true },
    { "{\"__metadata__\":{\"a\":\"\\ud83d\"}}", 0, false },
    { "{\"__metadata__\":{\"a\":\"\\u0000\"}}", 0, false },
    { "{\"__metadata__\":{\"a\":1}}", 0, false },
    { "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0, false },
    { "{\"t", 0, false },
    { "[]", 0, false },
    { "", 0, false },
  };

  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
    {
      MienTensors *tensors = parse_text (CASES[i].header, CASES[i].n_data);

      if ((tensors != NULL) != CASES[i].sound)
        printf ("# case %zu: %s\n", i, tensors != NULL ? "accepted" : error);
      CHECK ((tensors != NULL) == CASES[i].sound);
      mien_tensors_free (tensors);
    }
}

/* Whatever the bytes, the parser ends with an answer; the sanitizers watch it. */
static void
test_mutations (void)
{
  const char *header =
      "{\"__metadata__\":{\"k\":\"\\u00e4\\n\"},\"a\":{\"dtype\":\"F32\",\"shape\":[2,1],"
      "\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[8,"
      "9]}}";
  uint64_t state = 1, length = strlen (header);
  size_t n_bytes = 8 + length + 9;
  int refused = 0;

  for (int round = 0; round < 200000; round++)
    {
      uint8_t *bytes = calloc (1, n_bytes);
      MienTensors *tensors = NULL;

      memcpy (bytes, &length, 8);
      memcpy (bytes + 8, header, length);
      for (int k = 0; k <= round % 3; k++)
        {
          state = state * UINT64_C (6364136223846793005) + 1442695040888963407;
          bytes[(state >> 33) % n_bytes] = (uint8_t) (state >> 24);
        }
      if (mien_safetensors_parse (bytes, n_bytes, &tensors, error) != 0)
        refused++;
      mien_tensors_free (tensors);
      free (bytes);
    }
  CHECK (refused > 100000 && refused < 200000);
}

static void
test_files (void)
{
  char path[] = "/tmp/mien-formats-XXXXXX";
  int fd = mkstemp (path);
  MienTensors *out = mien_tensors_new (), *in = NULL;

  CHECK (fd >= 0 && close (fd) == 0);
  CHECK (mien_safetensors_read (path, &in, error) == -1 && strstr (error, path) != NULL);
  CHECK (mien_tensors_add_copy (out, "x", 1, &(int64_t){ 1 }, &(float){ 42 }, error)
         == 0);
  CHECK (mien_safetensors_write (out, path, error) == 0);
  CHECK (mien_safetensors_read (path, &in, error) == 0);
  CHECK (mien_tensor_get (mien_tensors_find (in, "x"), 0) == 42);
  mien_tensors_free (in);
  CHECK (mien_safetensors_read ("/tmp", &in, error) == -1);
  CHECK (mien_safetensors_write (out, "/nowhere/at/all.safetensors", error) == -1);
  mien_tensors_free (out);
  unlink (path);
}

static MienPackRow
a_row (int i)
{
  MienPackRow row = {
    .valence = NAN, .arousal = NAN, .expression = (int8_t) (i % 9 - 1), .frame = i
  };

  for (int k = 0; k < 12; k++)
    row.action_units[k] = (int8_t) ((i + k) % 3 - 1);
  return row;
}

static void
test_pack (void)
{
  char path[] = "/tmp/mien-pack-XXXXXX";
  uint8_t rgb[48 * 48 * 3];
  MienPackWriter *writer;
  MienPack pack;
  MienPackRow row;
  int fd = mkstemp (path);

  CHECK (fd >= 0 && close (fd) == 0);
  CHECK (mien_pack_open (path, &pack, error) == -1);
  CHECK (mien_pack_writer_new (path, 50, 3, &writer, error) == -1);
  CHECK (mien_pack_writer_new (path, 48, 3, &writer, error) == 0);
  for (int i = 0; i < 3; i++)
    {
      memset (rgb, 10 + i, sizeof rgb);
      row = a_row (i);
      CHECK (mien_pack_writer_add (writer, &row, rgb, error) == 0);
    }
  CHECK (mien_pack_writer_add (writer, &row, rgb, error) == -1);
  CHECK (mien_pack_writer_finish (writer, error) == 0);
  CHECK (mien_pack_open (path, &pack, error) == 0);
  CHECK (pack.side == 48 && pack.n_rows == 3 && pack.rows[2].frame == 2);
  for (int i = 0; i < 3; i++)
    CHECK (pack.pixels[i * sizeof rgb] == 10 + i
           && pack.pixels[(i + 1) * sizeof rgb - 1] == 10 + i);
  mien_pack_close (&pack);

  /* A row short, an impossible label, a file cut by one byte. */
  CHECK (mien_pack_writer_new (path, 48, 2, &writer, error) == 0);
  row.valence = 0.5f;
  CHECK (mien_pack_writer_add (writer, &row, rgb, error) == -1);
  row.arousal = 1.5f;
  CHECK (mien_pack_writer_add (writer, &row, rgb, error) == -1);
  CHECK (mien_pack_writer_finish (writer, error) == -1);
  CHECK (mien_pack_open (path, &pack, error) == 0);
  mien_pack_close (&pack);
  CHECK (truncate (path, 64 + 3 * 64) == 0);
  CHECK (mien_pack_open (path, &pack, error) == -1);
  unlink (path);
}

int
main (void)
{
  static const MienTest TESTS[] = {
    { "safetensors: write, read, cut", test_round_trip },
    { "safetensors: headers that lie", test_hostile_headers },
    { "safetensors: mutations", test_mutations },
    { "safetensors: files", test_files },
    { "pack", test_pack },
  };

  return mien_test_run (TESTS, sizeof TESTS / sizeof *TESTS);
}

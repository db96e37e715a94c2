/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The pickle machine by hand-written programs: what each opcode leaves, what is refused,
 * and that nothing grows without bound. "S(x)" are the bytes of a literal.
 */

#include "config.h"

#include "mien-image.h"
#include "mien-pictures.h"
#include "mien-pickle.h"

#include <string.h>

#define P "\x80\x02"
#define S(text) text, sizeof (text) - 1

static MienPickle *
read_pickle (const char *bytes, gsize length, char **message)
{
  /* A copy of just this length, so that a sanitizer sees a read behind it. */
  static guint8 *copy;
  g_autoptr (GError) error = NULL;
  gsize used = 0;
  MienPickle *pickle;

  g_free (copy);
  copy = g_malloc (MAX (length, 1));
  memcpy (copy, bytes, length);
  pickle = mien_pickle_read (copy, length, &used, &error);
  if (pickle != NULL)
    {
      g_assert_no_error (error);
      g_assert_cmpuint (used, <=, length);
      return pickle;
    }
  g_assert_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_BAD_WEIGHTS);
  g_assert_null (strchr (error->message, '\n'));
  if (message != NULL)
    *message = g_strdup (error->message);
  return NULL;
}

static void
test_values (void)
{
  static const struct
  {
    const char *bytes;
    gsize length;
    MienPickleKind kind;
    gint64 integer;
    const char *text;
    guint n_items;
  } CASES[] = {
    { S (P "N."), MIEN_PICKLE_NONE },
    { S (P "\x88."), MIEN_PICKLE_BOOLEAN, 1 },
    { S (P "\x89."), MIEN_PICKLE_BOOLEAN, 0 },
    { S (P "K\xff."), MIEN_PICKLE_INTEGER, 255 },
    { S (P "M\xff\xff."), MIEN_PICKLE_INTEGER, 65535 },
    { S (P "J\xfe\xff\xff\xff."), MIEN_PICKLE_INTEGER, -2 },
    { S (P "\x8a\x00."), MIEN_PICKLE_INTEGER, 0 },
    { S (P "\x8a\x01\xff."), MIEN_PICKLE_INTEGER, -1 },
    { S (P "\x8a\x02\xff\x00."), MIEN_PICKLE_INTEGER, 255 },
    { S (P "\x8a\x08\0\0\0\0\0\0\0\x80."), MIEN_PICKLE_INTEGER, G_MININT64 },
    { S (P "\x8a\x09\1\2\3\4\5\6\7\x08\x09."), MIEN_PICKLE_BIG_INTEGER, 0,
      "\1\2\3\4\5\6\7\x08\x09" },
    { S (P "G\x3f\xf0\0\0\0\0\0\0."), MIEN_PICKLE_REAL },
    { S (P "U\3abc."), MIEN_PICKLE_TEXT, 0, "abc" },
    { S (P "X\3\0\0\0abc."), MIEN_PICKLE_TEXT, 0, "abc" },
    { S (P "X\0\0\0\0."), MIEN_PICKLE_TEXT, 0, "" },
    { S (P ")."), MIEN_PICKLE_TUPLE },
    { S (P "K\1K\2\x86."), MIEN_PICKLE_TUPLE, 0, NULL, 2 },
    { S (P "K\1K\2K\3K\4\x87\x86."), MIEN_PICKLE_TUPLE, 0, NULL, 2 },
    { S (P "(K\1K\2K\3K\4t."), MIEN_PICKLE_TUPLE, 0, NULL, 4 },
    { S (P "(t."), MIEN_PICKLE_TUPLE },
    { S (P "]."), MIEN_PICKLE_LIST },
    { S (P "]K\1a."), MIEN_PICKLE_LIST, 0, NULL, 1 },
    { S (P "](K\1K\2e(K\3e."), MIEN_PICKLE_LIST, 0, NULL, 3 },
    { S (P "}K\1K\2s."), MIEN_PICKLE_DICT, 0, NULL, 2 },
    { S (P "}(K\1K\2K\3K\4u."), MIEN_PICKLE_DICT, 0, NULL, 4 },
    { S (P "\x8f."), MIEN_PICKLE_SET },
    { S (P "ca\nb\n."), MIEN_PICKLE_GLOBAL, 0, "a.b" },
    { S (P "ca\nb\n)R."), MIEN_PICKLE_CALL },
    { S (P "ca\nb\n)\x81}b."), MIEN_PICKLE_CALL },
    { S (P "ca\nb\n)R(K\1K\2u."), MIEN_PICKLE_CALL, 0, NULL, 2 },
    { S (P "ca\nb\n)RK\1a."), MIEN_PICKLE_CALL, 0, NULL, 1 },
    { S (P "K\1Q."), MIEN_PICKLE_PERSISTENT },
    { S (P "]q\0h\0a."), MIEN_PICKLE_LIST, 0, NULL, 1 }, /* a list in itself */
    { S (P "]r\1\1\0\0j\1\1\0\0a."), MIEN_PICKLE_LIST, 0, NULL, 1 },
    { S (P "N.behind it"), MIEN_PICKLE_NONE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++)
    {
      g_autofree char *message = NULL;
      g_autoptr (MienPickle) pickle =
          read_pickle (CASES[i].bytes, CASES[i].length, &message);
      const MienPickleNode *root;

      if (pickle == NULL)
        g_error ("case %u: %s", i, message);
      root = mien_pickle_root (pickle);
      g_test_message ("case %u", i);
      g_assert_cmpint (root->kind, ==, CASES[i].kind);
      g_assert_cmpint (root->integer, ==, CASES[i].integer);
      g_assert_cmpuint (root->items != NULL ? root->items->len : 0, ==, CASES[i].n_items);
      if (CASES[i].text != NULL)
        g_assert_true (mien_pickle_is (root, CASES[i].kind, CASES[i].text));
    }
}

static void
test_refused (void)
{
  static const struct
  {
    const char *bytes;
    gsize length;
    const char *why;
  } CASES[] = {
    { S (""), "ends early" },
    { S (P), "ends early" },
    { S (P "K"), "ends early" },
    { S (P "X\xff\xff\xff\xff"
           "abc."),
      "ends early" },
    { S (P "X\x04\0\0\0abc"), "ends early" },
    { S (P "\x8a\xff."), "ends early" },
    { S (P "G\0\0."), "ends early" },
    { S ("\x80\x04N."), "protocol 4" },
    { S (P "."), "0 values" },
    { S (P "NN."), "2 values" },
    { S (P "N(."), "instead of one" },
    { S (P "t."), "no mark" },
    { S (P "e."), "no mark" },
    { S (P "\x86."), "value is missing" },
    { S (P "N(\x85."), "value is missing" },
    { S (P "(a."), "value is missing" },
    { S (P "]a."), "value is missing" },
    { S (P "(e."), "value is missing" },
    { S (P "R."), "value is missing" },
    { S (P "ca\nb\n]R."), "no tuple" },
    { S (P "Q."), "value is missing" },
    { S (P "Nb."), "value is missing" },
    { S (P "q\0."), "value is missing" },
    { S (P "N(q\0."), "value is missing" },
    { S (P "h\0."), "unknown reference" },
    { S (P "j\xff\xff\xff\xff."), "unknown reference" },
    { S (P "K\1K\1a."), "no list" },
    { S (P "}K\1a."), "no list" },
    { S (P "]K\1K\2s."), "no dict" },
    { S (P "}(K\1u."), "without a value" },
    { S (P "c\nb\n."), "broken name" },
    { S (P "ca\n\n."), "broken name" },
    { S (P "ca."), "broken name" },
    { S (P "ca b\nc\n."), "broken name" },
    { S (P "cposix\nsystem\n(U\4trueR."), "posix.system" },
    { S (P "cos\nsystem\n."), "nothing was run" },
    { S (P "cos.path\nx\n."), "nothing was run" },
    { S (P "c__builtin__\neval\n."), "nothing was run" },
    { S (P "cbuiltins\n__import__\n."), "nothing was run" },
    { S (P "csubprocess\nPopen\n."), "nothing was run" },
    { S (P "crunpy\n_run_code\n."), "nothing was run" },
    /* What runs code by other opcodes than those of a state dict. */
    { S (P "(U\x04trueios\nsystem\n."), "opcode 0x69" },
    { S (P "(cos\n"), "broken name" },
    { S (P "X\2\0\0\0osX\6\0\0\0system\x93."), "opcode 0x93" },
    { S (P "\x82\1."), "opcode 0x82" },
    { S (P "I1\n."), "opcode 0x49" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++)
    {
      g_autofree char *message = NULL;
      MienPickle *pickle = read_pickle (CASES[i].bytes, CASES[i].length, &message);

      if (pickle != NULL)
        g_error ("case %u: accepted", i);
      g_test_message ("case %u: %s", i, message);
      g_assert_nonnull (strstr (message, CASES[i].why));
    }
}

/* Millions of the same opcode. */
static void
test_bounds (void)
{
  static const struct
  {
    const char *unit, *why;
  } CASES[] = {
    { "(", "nested too deeply" }, { "N", "too many values" },
    { "]", "too many values" },   { "h\1", "too many values" },
    { ")", "too many values" },   { "ca\nb\n", "too many" },
    { "NQ0", "opcode 0x30" },     { "}\x85", "too many values" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++)
    {
      g_autoptr (GString) bytes = g_string_new_len (P "Nq\1", 5);
      g_autofree char *message = NULL;

      for (guint k = 0; k < 1100000; k++)
        g_string_append (bytes, CASES[i].unit);
      g_assert_null (read_pickle (bytes->str, bytes->len, &message));
      g_test_message ("case %u: %s", i, message);
      g_assert_nonnull (strstr (message, CASES[i].why));
    }
}

/* Programs of random opcodes end with an answer. */
static void
test_random (void)
{
  static const char OPCODES[] =
      "(.GJKMNQRUX]abcehjqrst)u}\x80\x81\x85\x86\x87\x88\x89\x8a\x8f";
  guint64 state = 23;
  guint accepted = 0;

  for (int round = 0; round < 100000; round++)
    {
      char bytes[64] = "\x80\x02";
      gsize length = 3 + picture_random (&state) % 60;
      MienPickle *pickle;

      for (gsize i = 2; i < length; i++)
        bytes[i] = picture_random (&state) % 4 != 0
                       ? OPCODES[picture_random (&state) % (sizeof OPCODES - 1)]
                       : (char) (picture_random (&state) % 4);
      pickle = read_pickle (bytes, length, NULL);
      accepted += pickle != NULL;
      mien_pickle_free (pickle);
    }
  g_test_message ("%u accepted", accepted);
  g_assert_cmpuint (accepted, >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pickle/values", test_values);
  g_test_add_func ("/pickle/refused", test_refused);
  g_test_add_func ("/pickle/bounds", test_bounds);
  g_test_add_func ("/pickle/random", test_random);
  return g_test_run ();
}

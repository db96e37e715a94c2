/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What may be the name of an image, and what a name says. */

#include "config.h"

#include "mien-image.h"

#include <string.h>

static void
test_safe (void)
{
  static const char *SAFE[] = {
    "a",     "a.jpg",    "12/00345.jpg",     "a/b/c/d.png", ".hidden",
    "..a/b", "a../b..c", "video 1/ü/顔.jpg", "-rf",         "a\\b.jpg",
  };
  static const char *UNSAFE[] = {
    "",
    "/",
    "/etc/passwd",
    "a/",
    "a//b",
    "//a",
    ".",
    "..",
    "../a",
    "a/../b",
    "a/..",
    "./a",
    "a/./b",
    "a/.",
    "a\nb",
    "a\tb",
    "a\x7f",
    "\xff.jpg",
    "a/\xc3",
    "\xc0\xaf"
    "etc",
    "\xed\xa0\x80",
  };
  char name[514];

  for (guint i = 0; i < G_N_ELEMENTS (SAFE); i++)
    if (!mien_image_name_is_safe (SAFE[i]))
      g_error ("refused: %s", SAFE[i]);
  for (guint i = 0; i < G_N_ELEMENTS (UNSAFE); i++)
    if (mien_image_name_is_safe (UNSAFE[i]))
      g_error ("accepted: case %u", i);

  memset (name, 'a', sizeof name);
  name[512] = 0;
  g_assert_true (mien_image_name_is_safe (name));
  name[512] = 'a';
  name[513] = 0;
  g_assert_false (mien_image_name_is_safe (name));
}

static void
test_split (void)
{
  static const struct
  {
    const char *name, *video;
    gint64 number;
  } CASES[] = {
    { "12/00345.jpg", "12", 345 },
    { "a.jpg", "", -1 },
    { "7.png", "", 7 },
    { "7", "", 7 },
    { "a/b/frame_00012.jpeg", "a/b", 12 },
    { "a/00001.tar.jpg", "a", -1 },
    { "a/0.jpg", "a", 0 },
    { "a/12x.jpg", "a", -1 },
    { "1.2/x", "1.2", -1 },
    { "a/.5", "a", 5 },
    { "a/-5.jpg", "a", 5 },
    { "a/999999999999999999.jpg", "a", 999999999999999999 },
    { "a/9999999999999999999.jpg", "a", -1 },
    { "video45_1_left/00001.jpg", "video45_1_left", 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++)
    {
      g_autofree char *video = NULL;
      gint64 number = -2;

      mien_image_name_split (CASES[i].name, &video, &number);
      g_test_message ("%s", CASES[i].name);
      g_assert_cmpstr (video, ==, CASES[i].video);
      g_assert_cmpint (number, ==, CASES[i].number);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image-name/safe", test_safe);
  g_test_add_func ("/image-name/split", test_split);
  return g_test_run ();
}

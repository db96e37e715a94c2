/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Lists with bytes flipped, cut and doubled: whatever comes, the import ends in an error
 * of one line or in labels that are in range, and a project that verify finds sound. The
 * same seeds each run; what the sanitizers see is half of the test.
 */

#define G_LOG_DOMAIN "test-importers"
#include "config.h"

#include "mien-import-fixture.h"
#include "mien-pictures.h"

#include <math.h>
#include <string.h>

#define HEADER "image,valence,arousal,expression,aus\n"

static const char mtl[] = HEADER
    "v/00001.jpg,0.07,0.041,-1,0,0,0,0,1,0,0,0,0,0,0,0\n"
    "v/00002.jpg,-5.0,-5.0,4,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1\n"
    "w/00001.jpg,\nw/00002.jpg\r\nv/00001.jpg,0.07,0.041,-1,0,0,0,0,1,0,0,0,0,0,0,0\n";

static const char csv[] = "image,valence,arousal,expression,AU1,AU12,split,note\n"
                          "v/00001.jpg,0.5,-1e-3,Fear,1,?,train,\"a, \"\"b\"\"\nc\"\n"
                          "\"v/00002.jpg\",-5,-5,-1,-1,0.0,,\n"
                          "w/00001.jpg,?,?,7,,,validation,x\n";

static const char points[] = "valence,arousal\n0.5,-0.25\n-5,-5\n1,1\n";
static const char units[] = "AU1,AU2,AU4,AU6,AU12,AU15,AU20,AU25\n1,0,0,0,1,0,1,0\n"
                            "-1,-1,-1,-1,-1,-1,-1,-1\n0,0,0,1.0,0,0,0,0\n";
static const char expressions[] =
    "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other\n0\n-1\n7\n";

/* One to four mutations: a bit, a byte of the format's own, a cut, a piece doubled. */
static void
mutate (guint64 *state, GString *text)
{
  static const char special[] = ",\n\r\"-.0159eE?/\\\t \x00\xff";

  for (guint n = 1 + picture_random (state) % 4; n > 0 && text->len > 1; n--)
    {
      gsize at = picture_random (state) % text->len;
      gsize few = 1 + picture_random (state) % 40;

      switch (picture_random (state) % 6)
        {
        case 0:
          text->str[at] ^= (char) (1 << picture_random (state) % 8);
          break;
        case 1:
          text->str[at] = special[picture_random (state) % (sizeof special - 1)];
          break;
        case 2:
          g_string_insert_c (text, (gssize) at,
                             special[picture_random (state) % (sizeof special - 1)]);
          break;
        case 3:
          g_string_erase (text, (gssize) at, (gssize) MIN (text->len - at, few));
          break;
        case 4:
          g_string_truncate (text, at + 1);
          break;
        default:
          {
            gsize length = MIN (text->len - at, few);
            g_autofree char *piece = g_strndup (text->str + at, length);

            g_string_insert_len (text, (gssize) at, piece, (gssize) strlen (piece));
          }
        }
    }
}

static const char *
write_mutated (Fixture *fixture, const char *name, const char *text, guint64 *state)
{
  g_autoptr (GString) mutated = g_string_new (text);

  mutate (state, mutated);
  return fixture_write (fixture, name, mutated->str, (gssize) mutated->len);
}

static gboolean
check_frame (const MienFrame *frame,
             const MienLabels *labels,
             gpointer data,
             GError **error)
{
  g_assert_true (mien_image_name_is_safe (frame->key));
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    if (labels->item[item].answer != MIEN_ANSWER_NONE)
      g_assert_true (mien_label_is_valid ((MienItem) item, &labels->item[item]));
  return TRUE;
}

static void
import_any (Fixture *fixture, ImportFunc import, const char *annotations, guint *n_good)
{
  g_autoptr (GError) error = NULL;

  g_ptr_array_set_size (fixture->warnings, 0);
  fixture->progress_calls = 0;
  fixture->options.annotations = annotations;
  if (import (fixture->store, &fixture->options, &fixture->report, &error))
    {
      g_assert_no_error (error);
      (*n_good)++;
    }
  else
    {
      g_assert_nonnull (error);
      g_assert_null (strchr (error->message, '\n'));
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
}

/* A project for each hundred rounds: what the earlier ones left is part of the game. */
static void
run (guint64 seed, guint n_rounds, ImportFunc import, const char *text)
{
  guint64 state = seed;
  guint n_good = 0;

  for (guint round = 0; round < n_rounds;)
    {
      g_autoptr (GError) error = NULL;
      Fixture fixture;

      fixture_open (&fixture);
      fixture_add_images (&fixture, "v", 1, 2);
      fixture_add_images (&fixture, "w", 1, 1);
      do
        if (text != NULL)
          import_any (&fixture, import, write_mutated (&fixture, "list", text, &state),
                      &n_good);
        else
          {
            write_mutated (&fixture, "set/Train_Set/v.txt", points, &state);
            write_mutated (&fixture, "set/more/Train_Set/v.txt", units, &state);
            write_mutated (&fixture, "set/plain/w.txt", expressions, &state);
            import_any (&fixture, import, fixture_path (&fixture, "set"), &n_good);
          }
      while (++round % 100 != 0);
      mien_frames_foreach (fixture.store, -1, check_frame, NULL, &error);
      g_assert_no_error (error);
      fixture_close (&fixture);
    }
  /* Most mutations cost a row, not the list. */
  g_assert_cmpuint (n_good, >, n_rounds / 4);
  g_assert_cmpuint (n_good, <, n_rounds);
}

static void
test_mtl (void)
{
  run (20260101, 300, mien_affwild2_import, mtl);
}

static void
test_csv (void)
{
  run (20260202, 300, mien_folder_import, csv);
}

static void
test_videos (void)
{
  run (20260303, 300, mien_affwild2_import, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/importers/lists-fuzz/mtl", test_mtl);
  g_test_add_func ("/importers/lists-fuzz/csv", test_csv);
  g_test_add_func ("/importers/lists-fuzz/videos", test_videos);
  return g_test_run ();
}

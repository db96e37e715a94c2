/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The demo's story: exact numbers of frames, labels that follow from the intensities, two
 * thirds of the training labels hidden and none of the validation's, every class in both,
 * over several seeds.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "mien-demo-script.h"

static const guint64 SEEDS[] = { 0, 1, 2, 3, 42, G_MAXUINT };

static void
test_frames_are_exact (void)
{
  const guint asked[] = { 1, 5, 23, 24, 25, 100, 999, 2400, 5000 };

  for (guint i = 0; i < G_N_ELEMENTS (asked); i++)
    {
      MienDemoScript script;
      guint sum = 0;

      mien_demo_script_init (&script, asked[i], 1);
      g_assert_cmpuint (script.n_videos, ==, MIN (asked[i], MIEN_DEMO_VIDEOS));
      for (guint v = 0; v < script.n_videos; v++)
        {
          g_assert_cmpuint (script.n_frames[v], >=, 1);
          sum += script.n_frames[v];
        }
      g_assert_cmpuint (sum, ==, asked[i]);
    }
}

static void
test_default_is_about_a_hundred (void)
{
  MienDemoScript script;

  mien_demo_script_init (&script, 0, 1);
  g_assert_cmpuint (script.n_total, ==, 2400);
  for (guint v = 0; v < script.n_videos; v++)
    {
      g_assert_cmpuint (script.n_frames[v], >=, 75);
      g_assert_cmpuint (script.n_frames[v], <=, 130);
    }
}

static void
test_numbers_rise_with_gaps (void)
{
  const guint totals[] = { 60, 2400 };

  for (guint t = 0; t < G_N_ELEMENTS (totals); t++)
    {
      MienDemoScript script;
      guint gaps = 0, neighbours = 0;

      mien_demo_script_init (&script, totals[t], 1);
      for (guint v = 0; v < script.n_videos; v++)
        {
          MienDemoVideo video;
          guint last = 0;

          mien_demo_video_init (&video, &script, v);
          for (guint i = 0; i < video.n_frames; i++)
            {
              g_assert_cmpuint (video.frames[i].number, >, last);
              gaps += video.frames[i].number > last + 1;
              neighbours += video.frames[i].number == last + 1;
              last = video.frames[i].number;
            }
          mien_demo_video_clear (&video);
        }
      g_assert_cmpuint (gaps, >, totals[t] / 5);
      if (totals[t] == 2400)
        g_assert_cmpuint (neighbours, >, totals[t] / 3);
    }
}

static void
test_a_quarter_validates (void)
{
  MienDemoScript script;
  guint validation = 0;

  mien_demo_script_init (&script, 0, 1);
  for (guint v = 0; v < script.n_videos; v++)
    {
      MienDemoVideo video;
      g_autofree char *name = g_strdup_printf ("demo%02u", v + 1);

      mien_demo_video_init (&video, &script, v);
      g_assert_cmpstr (video.name, ==, name);
      g_assert_true (video.split == MIEN_SPLIT_TRAIN
                     || video.split == MIEN_SPLIT_VALIDATION);
      validation += video.split == MIEN_SPLIT_VALIDATION;
      mien_demo_video_clear (&video);
      if (v % 8 == 7)
        g_assert_cmpuint (validation, ==, (v + 1) / 4);
    }
}

/* Whether two units that are far from the border are called what they are. */
static void
check_truth (const MienDemoFrame *frame)
{
  const MienLabels *truth = &frame->truth;

  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    g_assert_true (mien_label_is_valid (item, &truth->item[item]));
  for (guint u = 0; u < MIEN_UNIT_COUNT; u++)
    {
      double intensity = frame->state.units[u];

      g_assert_cmpfloat (intensity, >=, 0.0);
      g_assert_cmpfloat (intensity, <=, 1.0);
      if (intensity > 0.40)
        g_assert_cmpfloat (truth->item[MIEN_ITEM_FIRST_UNIT + u].value[0], ==, 1.0);
      if (intensity < 0.30)
        g_assert_cmpfloat (truth->item[MIEN_ITEM_FIRST_UNIT + u].value[0], ==, 0.0);
    }
  for (int c = 0; c < 2; c++)
    {
      double thousandths = truth->item[MIEN_ITEM_VALENCE_AROUSAL].value[c] * 1000.0;

      g_assert_cmpfloat (fabs (thousandths - round (thousandths)), <, 1e-9);
    }
}

typedef struct
{
  guint frames, partly, unlabelled;
  guint shown[MIEN_ITEM_COUNT];
  guint expressions[MIEN_EXPRESSION_COUNT], units[MIEN_UNIT_COUNT]; /* shown ones */
} Tally;

static void
count (Tally *tally, const MienDemoFrame *frame)
{
  guint units = 0, items = 0;

  tally->frames++;
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    {
      tally->shown[item] += frame->shown[item];
      items += frame->shown[item];
      units += frame->shown[item] && item >= MIEN_ITEM_FIRST_UNIT;
    }
  tally->partly += units > 0 && units < MIEN_UNIT_COUNT;
  tally->unlabelled += items == 0;
  if (frame->shown[MIEN_ITEM_EXPRESSION])
    tally->expressions[(guint) frame->truth.item[MIEN_ITEM_EXPRESSION].value[0]]++;
  for (guint u = 0; u < MIEN_UNIT_COUNT; u++)
    if (frame->shown[MIEN_ITEM_FIRST_UNIT + u])
      tally->units[u] += frame->truth.item[MIEN_ITEM_FIRST_UNIT + u].value[0] > 0.0;
}

static void
tally_script (guint frames, guint64 seed, Tally tally[2])
{
  MienDemoScript script;

  memset (tally, 0, 2 * sizeof *tally);
  mien_demo_script_init (&script, frames, seed);
  for (guint v = 0; v < script.n_videos; v++)
    {
      MienDemoVideo video;

      mien_demo_video_init (&video, &script, v);
      for (guint i = 0; i < video.n_frames; i++)
        {
          check_truth (&video.frames[i]);
          count (&tally[video.split], &video.frames[i]);
        }
      mien_demo_video_clear (&video);
    }
}

static void
test_labels (void)
{
  for (guint s = 0; s < G_N_ELEMENTS (SEEDS); s++)
    {
      Tally tally[2];
      const Tally *train = &tally[MIEN_SPLIT_TRAIN],
                  *validation = &tally[MIEN_SPLIT_VALIDATION];

      tally_script (0, SEEDS[s], tally);
      g_assert_cmpuint (train->frames + validation->frames, ==, 2400);
      for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
        {
          double hidden = 1.0 - train->shown[item] / (double) train->frames;

          g_assert_cmpfloat (hidden, >, 0.60);
          g_assert_cmpfloat (hidden, <, 0.73);
          g_assert_cmpuint (validation->shown[item], ==, validation->frames);
        }
      g_assert_cmpuint (train->partly, >, train->frames / 20);
      g_assert_cmpuint (train->unlabelled, >, train->frames / 20);
      g_assert_cmpuint (validation->partly, ==, 0);
      for (guint e = 0; e < MIEN_EXPRESSION_COUNT; e++)
        {
          g_assert_cmpuint (train->expressions[e], >=, 8);
          g_assert_cmpuint (validation->expressions[e], >=, 8);
        }
      for (guint u = 0; u < MIEN_UNIT_COUNT; u++)
        {
          g_assert_cmpuint (train->units[u], >=, 10);
          g_assert_cmpuint (validation->units[u], >=, 5);
        }
    }
}

/* A small demo has every expression too, because it is a sparse sample of the same story.
 */
static void
test_small_demo_has_all (void)
{
  Tally tally[2];

  tally_script (240, 1, tally);
  for (guint e = 0; e < MIEN_EXPRESSION_COUNT; e++)
    {
      g_assert_cmpuint (tally[0].expressions[e], >, 0);
      g_assert_cmpuint (tally[1].expressions[e], >, 0);
    }
  for (guint u = 0; u < MIEN_UNIT_COUNT; u++)
    {
      g_assert_cmpuint (tally[0].units[u], >, 0);
      g_assert_cmpuint (tally[1].units[u], >, 0);
    }
}

/* Happy faces smile, and feel good; the sad and angry do not. */
static void
test_prototypes (void)
{
  MienDemoScript script;
  double valence[MIEN_EXPRESSION_COUNT] = { 0 }, arousal[MIEN_EXPRESSION_COUNT] = { 0 };
  guint n[MIEN_EXPRESSION_COUNT] = { 0 }, smiles = 0;

  mien_demo_script_init (&script, 0, 1);
  for (guint v = 0; v < script.n_videos; v++)
    {
      MienDemoVideo video;

      mien_demo_video_init (&video, &script, v);
      for (guint i = 0; i < video.n_frames; i++)
        {
          const MienLabels *truth = &video.frames[i].truth;
          guint e = (guint) truth->item[MIEN_ITEM_EXPRESSION].value[0];

          n[e]++;
          valence[e] += truth->item[MIEN_ITEM_VALENCE_AROUSAL].value[0];
          arousal[e] += truth->item[MIEN_ITEM_VALENCE_AROUSAL].value[1];
          smiles += e == 4 && truth->item[MIEN_ITEM_FIRST_UNIT + 6].value[0] > 0.0;
        }
      mien_demo_video_clear (&video);
    }
  g_assert_cmpfloat (smiles / (double) n[4], >, 0.85);
  g_assert_cmpfloat (valence[4] / n[4], >, 0.4);  /* happiness */
  g_assert_cmpfloat (valence[5] / n[5], <, -0.3); /* sadness */
  g_assert_cmpfloat (arousal[5] / n[5], <, -0.1);
  g_assert_cmpfloat (valence[1] / n[1], <, -0.3); /* anger */
  g_assert_cmpfloat (arousal[1] / n[1], >, 0.3);
  g_assert_cmpfloat (arousal[6] / n[6], >, 0.4);         /* surprise */
  g_assert_cmpfloat (fabs (valence[0] / n[0]), <, 0.15); /* neutral */
  /* Fear and disgust are the rare ones. */
  for (guint e = 0; e < MIEN_EXPRESSION_COUNT; e++)
    if (e != 2 && e != 3)
      g_assert_cmpuint (n[e], >, MAX (n[2], n[3]));
}

static void
test_seed_decides (void)
{
  MienDemoScript one, same, other;

  mien_demo_script_init (&one, 480, 5);
  mien_demo_script_init (&same, 480, 5);
  mien_demo_script_init (&other, 480, 6);
  for (guint v = 0; v < one.n_videos; v++)
    {
      MienDemoVideo a, b, c;
      gsize bytes;

      g_assert_cmpuint (one.n_frames[v], ==, same.n_frames[v]);
      mien_demo_video_init (&a, &one, v);
      mien_demo_video_init (&b, &same, v);
      mien_demo_video_init (&c, &other, v);
      bytes = a.n_frames * sizeof (MienDemoFrame);
      g_assert_cmpmem (&a.identity, sizeof a.identity, &b.identity, sizeof b.identity);
      g_assert_cmpmem (a.frames, bytes, b.frames, bytes);
      g_assert_cmpint (memcmp (&a.identity, &c.identity, sizeof a.identity), !=, 0);
      g_assert_cmpint (memcmp (a.frames, c.frames, sizeof (MienDemoFrame)), !=, 0);
      mien_demo_video_clear (&a);
      mien_demo_video_clear (&b);
      mien_demo_video_clear (&c);
    }
}

/* Consecutive frames look alike: no intensity jumps. */
static void
test_motion_is_smooth (void)
{
  MienDemoScript script;
  double largest = 0.0;

  mien_demo_script_init (&script, 0, 1);
  for (guint v = 0; v < script.n_videos; v++)
    {
      MienDemoVideo video;

      mien_demo_video_init (&video, &script, v);
      for (guint i = 1; i < video.n_frames; i++)
        for (guint u = 0; u < 10; u++) /* the last two talk */
          {
            double step =
                video.frames[i].state.units[u] - video.frames[i - 1].state.units[u];
            guint gap = video.frames[i].number - video.frames[i - 1].number;

            largest = MAX (largest, fabs (step) / gap);
          }
      mien_demo_video_clear (&video);
    }
  g_assert_cmpfloat (largest, >, 0.05);
  g_assert_cmpfloat (largest, <, 0.60);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/demo-script/frames-are-exact", test_frames_are_exact);
  g_test_add_func ("/demo-script/about-a-hundred", test_default_is_about_a_hundred);
  g_test_add_func ("/demo-script/numbers", test_numbers_rise_with_gaps);
  g_test_add_func ("/demo-script/splits", test_a_quarter_validates);
  g_test_add_func ("/demo-script/labels", test_labels);
  g_test_add_func ("/demo-script/small", test_small_demo_has_all);
  g_test_add_func ("/demo-script/prototypes", test_prototypes);
  g_test_add_func ("/demo-script/seed", test_seed_decides);
  g_test_add_func ("/demo-script/smooth", test_motion_is_smooth);

  return g_test_run ();
}

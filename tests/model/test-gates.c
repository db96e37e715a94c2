/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Two models on the same videos, where it is known what comes out. */

#include "mien-gates.h"
#include "mien-resample.h"
#include "mien-test.h"

#include <math.h>
#include <string.h>

enum
{
  VIDEOS = 12,
  CANDIDATE = 0,
  IN_USE = 1,
};

typedef struct
{
  MienMetricsSums *side[2][VIDEOS];
} Videos;

typedef struct
{
  float point[2];
  int expression;
  int8_t units[12];
} Answer;

static void
videos_new (Videos *videos)
{
  for (int i = 0; i < 2 * VIDEOS; i++)
    CHECK ((videos->side[i / VIDEOS][i % VIDEOS] = mien_metrics_sums_new ()) != NULL);
}

static void
videos_free (Videos *videos)
{
  for (int i = 0; i < 2 * VIDEOS; i++)
    mien_metrics_sums_free (videos->side[i / VIDEOS][i % VIDEOS]);
}

static void
add (Videos *videos, int side, int video, const Answer *truth, const Answer *said)
{
  mien_metrics_add (videos->side[side][video], truth->point, truth->expression,
                    truth->units, said->point, said->expression, said->units);
}

static int
measure (const Videos *videos, int candidate, int n, MienGates *gates)
{
  return mien_gates_measure ((const MienMetricsSums *const *) videos->side[candidate],
                             (const MienMetricsSums *const *) videos->side[1 - candidate],
                             (size_t) n, gates);
}

/* Frame i of a video that has all of it: points that vary, each expression, each unit. */
static Answer
label (int i)
{
  Answer truth = { { (float) sin (i), (float) cos (2 * i) }, i % 8, { 0 } };

  for (int unit = 0; unit < 12; unit++)
    truth.units[unit] = (i + unit) % 3 == 0;
  return truth;
}

/* Right in most, with what differs by model, video and frame. */
static Answer
answer (int model, int video, int i)
{
  Answer said = label (i);

  said.point[0] += 0.3f * (float) sin (1 + i * (2 + model) + video);
  said.point[1] *= model == CANDIDATE ? 0.8f : 0.9f;
  if ((i * (3 + model) + video) % 7 < 2)
    said.expression = (said.expression + 1) % 8;
  for (int unit = 0; unit < 12; unit++)
    if ((i + unit * (5 + model) + video) % 11 < 2)
      said.units[unit] = !said.units[unit];
  return said;
}

static void
fill (Videos *videos, int models[2])
{
  videos_new (videos);
  for (int side = 0; side < 2; side++)
    for (int video = 0; video < VIDEOS; video++)
      for (int i = 0; i < 40 + 5 * video; i++)
        {
          Answer truth = label (i), said = answer (models[side], video, i);

          add (videos, side, video, &truth, &said);
        }
}

static void
test_equal (void)
{
  Videos videos;
  MienGates gates;

  fill (&videos, (int[]){ IN_USE, IN_USE });
  CHECK (measure (&videos, CANDIDATE, VIDEOS, &gates) == 0);
  CHECK (gates.n_videos == VIDEOS && gates.n_frames == VIDEOS * 40 + 5 * 66);
  CHECK (gates.n_videos_better == 0 && gates.n_videos_worse == 0);
  for (int i = 0; i < MIEN_GATE_COUNT; i++)
    {
      const MienGateFigure *figure = &gates.figures[i];

      CHECK (figure->candidate == figure->in_use && figure->candidate > 0);
      CHECK (figure->difference == 0);
      CHECK (figure->interval[0] == 0 && figure->interval[1] == 0);
      CHECK (figure->verdict == MIEN_VERDICT_NO_WORSE);
    }
  videos_free (&videos);
}

static void
test_swapped (void)
{
  Videos videos;
  MienGates gates, swapped;
  int n_wide = 0;

  fill (&videos, (int[]){ CANDIDATE, IN_USE });
  CHECK (measure (&videos, CANDIDATE, VIDEOS, &gates) == 0);
  CHECK (measure (&videos, IN_USE, VIDEOS, &swapped) == 0);
  CHECK (gates.n_videos_better + gates.n_videos_worse > 0);
  CHECK (gates.n_videos_better == swapped.n_videos_worse);
  CHECK (gates.n_videos_worse == swapped.n_videos_better);
  for (int i = 0; i < MIEN_GATE_COUNT; i++)
    {
      const MienGateFigure *a = &gates.figures[i], *b = &swapped.figures[i];

      CHECK (a->candidate == b->in_use && a->in_use == b->candidate);
      CHECK (a->difference == -b->difference);
      CHECK (a->interval[0] == -b->interval[1] && a->interval[1] == -b->interval[0]);
      CHECK (a->interval[0] <= a->difference && a->difference <= a->interval[1]);
      n_wide += a->interval[0] < a->interval[1];
    }
  CHECK (n_wide >= MIEN_GATE_FIRST_EXPRESSION);
  videos_free (&videos);
}

/* All is right, but that the candidate takes Fear for Neutral. */
static void
test_one_class (void)
{
  /* Three frames of each class in a video: F1 of Neutral is 6 / (6 + 3), of Fear 0. */
  const double neutral = 2 / 3.0, lost = (1 - neutral + 1) / 8;
  Videos videos;
  MienGates gates;

  videos_new (&videos);
  for (int i = 0; i < VIDEOS * 24; i++)
    {
      Answer truth = label (i / VIDEOS), said = truth;

      add (&videos, IN_USE, i % VIDEOS, &truth, &said);
      if (said.expression == 3)
        said.expression = 0;
      add (&videos, CANDIDATE, i % VIDEOS, &truth, &said);
    }
  CHECK (measure (&videos, CANDIDATE, VIDEOS, &gates) == 0);
  CHECK (gates.n_videos_worse == VIDEOS && gates.n_videos_better == 0);
  for (int i = 0; i < MIEN_GATE_COUNT; i++)
    {
      const MienGateFigure *figure = &gates.figures[i];
      double wanted = i == MIEN_GATE_SCORE                  ? -lost / 3
                      : i == MIEN_GATE_P_MTL                ? -lost
                      : i == MIEN_GATE_EXPRESSION_F1        ? -lost
                      : i == MIEN_GATE_FIRST_EXPRESSION     ? neutral - 1
                      : i == MIEN_GATE_FIRST_EXPRESSION + 3 ? -1
                                                            : 0;

      CHECK (fabs (figure->difference - wanted) < 1e-9);
      /* Every video is like every other: whatever is drawn is the same. */
      CHECK (fabs (figure->interval[0] - wanted) < 1e-9);
      CHECK (fabs (figure->interval[1] - wanted) < 1e-9);
      CHECK ((figure->verdict == MIEN_VERDICT_WORSE) == (wanted < 0));
    }
  videos_free (&videos);
}

/* A candidate that says always the same. */
static void
test_constant (void)
{
  const Answer constant = { { 0.25f, -0.5f }, 4, { 0 } };
  Videos videos;
  MienGates gates;

  videos_new (&videos);
  for (int i = 0; i < VIDEOS * 24; i++)
    {
      Answer truth = label (i / VIDEOS);

      add (&videos, IN_USE, i % VIDEOS, &truth, &truth);
      add (&videos, CANDIDATE, i % VIDEOS, &truth, &constant);
    }
  CHECK (measure (&videos, CANDIDATE, VIDEOS, &gates) == 0);
  for (int i = 0; i < MIEN_GATE_COUNT; i++)
    {
      double right = i == MIEN_GATE_FIRST_EXPRESSION + 4 ? 2.0 / 9
                     : i == MIEN_GATE_EXPRESSION_F1      ? 2.0 / 72
                     : i == MIEN_GATE_P_MTL              ? 2.0 / 72
                     : i == MIEN_GATE_SCORE              ? 2.0 / 216
                                                         : 0;

      CHECK (fabs (gates.figures[i].candidate - right) < 1e-9);
      CHECK (gates.figures[i].verdict == MIEN_VERDICT_WORSE);
    }
  videos_free (&videos);
}

/* Of 200 frames of Neutral the candidate misses so many, in every video. */
static void
miss (int n_missed, MienGates *gates)
{
  Videos videos;

  videos_new (&videos);
  for (int i = 0; i < VIDEOS * 200; i++)
    {
      Answer truth = { { NAN, NAN }, 0, { 0 } }, said = { { 0, 0 }, 0, { 0 } };

      memset (truth.units, -1, sizeof truth.units);
      add (&videos, IN_USE, i % VIDEOS, &truth, &said);
      said.expression = i / VIDEOS < n_missed ? 1 : 0;
      add (&videos, CANDIDATE, i % VIDEOS, &truth, &said);
    }
  CHECK (measure (&videos, CANDIDATE, VIDEOS, gates) == 0);
  videos_free (&videos);
}

/* The score decides at 0, a class warns beyond the margin. */
static void
test_margin (void)
{
  MienGates gates;

  miss (4, &gates); /* F1 = 392 / 396 */
  CHECK (fabs (gates.figures[MIEN_GATE_FIRST_EXPRESSION].difference + 4 / 396.0) < 1e-9);
  CHECK (gates.figures[MIEN_GATE_FIRST_EXPRESSION].verdict == MIEN_VERDICT_NO_WORSE);
  CHECK (gates.figures[MIEN_GATE_SCORE].verdict == MIEN_VERDICT_WORSE);
  miss (20, &gates); /* F1 = 360 / 380 */
  CHECK (gates.figures[MIEN_GATE_FIRST_EXPRESSION].verdict == MIEN_VERDICT_WORSE);
  /* What nobody has labelled has no figure. */
  CHECK (isnan (gates.figures[MIEN_GATE_P_MTL].candidate));
  CHECK (isnan (gates.figures[MIEN_GATE_CCC_VALENCE].in_use));
  CHECK (isnan (gates.figures[MIEN_GATE_FIRST_EXPRESSION + 1].candidate));
  CHECK (gates.figures[MIEN_GATE_FIRST_UNIT].verdict == MIEN_VERDICT_UNKNOWN);
}

/* In video i the model in use is right in 4 i of 50 frames, the candidate in so many
 * more. */
static void
gain (int in_even, int in_odd, MienGates *gates)
{
  Videos videos;

  videos_new (&videos);
  for (int i = 0; i < VIDEOS * 50; i++)
    {
      int video = i % VIDEOS, frame = i / VIDEOS;
      Answer truth = { { NAN, NAN }, frame % 2, { 0 } }, said = { { 0, 0 }, 0, { 0 } };

      memset (truth.units, -1, sizeof truth.units);
      for (int side = 0; side < 2; side++)
        {
          int more = video % 2 == 0 ? in_even : in_odd;
          int right = 4 * video + (side == CANDIDATE ? more : 0);

          said.expression = frame < right ? truth.expression : 1 - truth.expression;
          add (&videos, side, video, &truth, &said);
        }
    }
  CHECK (measure (&videos, CANDIDATE, VIDEOS, gates) == 0);
  videos_free (&videos);
}

/* Drawn apart, what makes videos differ would hide the gain. */
static void
test_paired (void)
{
  const double *interval;
  MienGates gates;

  gain (3, 3, &gates);
  interval = gates.figures[MIEN_GATE_SCORE].interval;
  CHECK (gates.n_videos_better == VIDEOS && gates.n_videos_worse == 0);
  CHECK (gates.figures[MIEN_GATE_SCORE].verdict == MIEN_VERDICT_BETTER);
  CHECK (interval[1] - interval[0] < 0.01);
  /* Better here and worse there says nothing of the next video. */
  gain (6, -6, &gates);
  CHECK (gates.n_videos_better == VIDEOS / 2);
  /* The score of one task is its figure, which is one of 24. */
  for (int end = 0; end < 2; end++)
    {
      const MienGateFigure *score = &gates.figures[MIEN_GATE_SCORE];
      double half = score->interval[end] - score->difference;

      CHECK (fabs (half) > 0.01);
      CHECK (fabs (gates.figures[MIEN_GATE_EXPRESSION_F1].interval[end]
                   - (score->difference + MIEN_GATE_WIDER * half))
             < 1e-12);
    }
  CHECK (gates.figures[MIEN_GATE_FIRST_EXPRESSION].verdict == MIEN_VERDICT_UNCLEAR);
}

/* Surprise is in so many videos only, and units are. */
static void
rare (int n_videos, MienGates *gates)
{
  Videos videos;

  videos_new (&videos);
  for (int i = 0; i < VIDEOS * 20; i++)
    {
      Answer truth = label (i / VIDEOS), said;

      truth.expression = i % VIDEOS < n_videos && i / VIDEOS < 5 ? 6 : i / VIDEOS % 3;
      if (i % VIDEOS >= n_videos)
        memset (truth.units, -1, sizeof truth.units);
      said = truth;
      add (&videos, IN_USE, i % VIDEOS, &truth, &said);
      said.expression = 0;
      add (&videos, CANDIDATE, i % VIDEOS, &truth, &said);
    }
  CHECK (measure (&videos, CANDIDATE, VIDEOS, gates) == 0);
  CHECK (gates->figures[MIEN_GATE_FIRST_EXPRESSION + 6].difference == -1);
  CHECK (gates->figures[MIEN_GATE_FIRST_EXPRESSION + 1].verdict == MIEN_VERDICT_WORSE);
  CHECK (gates->figures[MIEN_GATE_EXPRESSION_F1].verdict == MIEN_VERDICT_WORSE);
  CHECK (gates->figures[MIEN_GATE_SCORE].difference < 0);
  videos_free (&videos);
}

static void
test_rare (void)
{
  MienGates gates;

  rare (4, &gates);
  CHECK (gates.figures[MIEN_GATE_FIRST_EXPRESSION + 6].verdict == MIEN_VERDICT_UNKNOWN);
  CHECK (gates.figures[MIEN_GATE_FIRST_UNIT].verdict == MIEN_VERDICT_UNKNOWN);
  CHECK (gates.figures[MIEN_GATE_SCORE].verdict == MIEN_VERDICT_UNKNOWN);
  /* Draws without the class leave it the interval of the others. */
  rare (5, &gates);
  CHECK (gates.figures[MIEN_GATE_FIRST_EXPRESSION + 6].verdict == MIEN_VERDICT_WORSE);
  CHECK (gates.figures[MIEN_GATE_FIRST_EXPRESSION + 6].interval[1] == -1);
  CHECK (gates.figures[MIEN_GATE_FIRST_UNIT].verdict == MIEN_VERDICT_NO_WORSE);
  CHECK (gates.figures[MIEN_GATE_SCORE].verdict == MIEN_VERDICT_WORSE);
}

static void
test_refused (void)
{
  const Answer truth = { { NAN, NAN }, 0, { 0 } };
  MienGates gates = { .n_videos = 77 };
  Videos videos;

  fill (&videos, (int[]){ CANDIDATE, IN_USE });
  CHECK (measure (&videos, CANDIDATE, MIEN_RESAMPLE_MIN_CLUSTERS - 1, &gates) == 0);
  for (int i = 0; i < MIEN_GATE_COUNT; i++)
    CHECK (gates.figures[i].verdict == MIEN_VERDICT_UNKNOWN
           && !isnan (gates.figures[i].difference));
  gates.n_videos = 77;
  add (&videos, IN_USE, 3, &truth, &truth);
  CHECK (measure (&videos, CANDIDATE, VIDEOS, &gates) == 1 && gates.n_videos == 77);
  CHECK (measure (&videos, CANDIDATE, 0, &gates) == 0 && gates.n_videos == 0);
  CHECK (isnan (gates.figures[MIEN_GATE_SCORE].difference));
  videos_free (&videos);
}

int
main (void)
{
  static const MienTest TESTS[] = {
    { "equal models", test_equal },
    { "swapped, signs turn", test_swapped },
    { "worse on one class", test_one_class },
    { "a constant", test_constant },
    { "the margin", test_margin },
    { "the same videos for both", test_paired },
    { "what few videos have", test_rare },
    { "too few videos, other frames", test_refused },
  };

  return mien_test_run (TESTS, sizeof TESTS / sizeof *TESTS);
}

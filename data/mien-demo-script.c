/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A video is a row of episodes: an expression comes up, stays and goes, and the next one
 * overlaps its end. The action units are the prototypes of EMFACS times the episode's
 * envelope plus a slow tremor; labels are read off those intensities, never the other way
 * round: a unit is present above PRESENT, the expression is that of the strongest episode
 * or Neutral, valence and arousal lie on the way from the middle of the circumplex to the
 * prototype's place. Near its borders each label has the noise that annotators have.
 *
 * Time is counted in frame numbers. Few frames are a sparse sample of the same story, so
 * that a small demo has every expression too; many frames make it longer.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "mien-demo-script.h"

#define PRESENT 0.35

/* Streams of chance; see mien_demo_random_init (). */
enum
{
  PURPOSE_LENGTHS = 1,
  PURPOSE_DECK,
  PURPOSE_EPISODES,
  PURPOSE_NUMBERS,
  PURPOSE_MOTION,
  PURPOSE_LABELS,
  PURPOSE_HIDING,
  PURPOSE_NOISE,
};

enum
{
  NEUTRAL,
  ANGER,
  DISGUST,
  FEAR,
  HAPPINESS,
  SADNESS,
  SURPRISE,
  OTHER,
};

enum
{
  AU1,
  AU2,
  AU4,
  AU6,
  AU7,
  AU10,
  AU12,
  AU15,
  AU23,
  AU24,
  AU25,
  AU26,
};

/* Where the prototypes lie on the circumplex at full strength. */
static const double circumplex[MIEN_EXPRESSION_COUNT][2] = {
  [ANGER] = { -0.62, 0.66 },    [DISGUST] = { -0.68, 0.34 },  [FEAR] = { -0.60, 0.74 },
  [HAPPINESS] = { 0.80, 0.42 }, [SADNESS] = { -0.66, -0.38 }, [SURPRISE] = { 0.18, 0.78 },
};

/* One round of episodes; fear and disgust are rare, as they are among real faces. */
static const guint deck[] = {
  HAPPINESS, HAPPINESS, HAPPINESS, HAPPINESS, SADNESS, SADNESS, SADNESS, SADNESS,
  SURPRISE,  SURPRISE,  SURPRISE,  SURPRISE,  ANGER,   ANGER,   ANGER,   ANGER,
  OTHER,     OTHER,     OTHER,     OTHER,     FEAR,    FEAR,    DISGUST, DISGUST,
};

/* Mixtures that no prototype explains: two to four units, -1 ends the row. */
static const int mixtures[][4] = {
  { AU4, AU12, -1, -1 },   { AU12, AU24, -1, -1 },   { AU2, AU15, -1, -1 },
  { AU1, AU2, AU24, -1 },  { AU10, AU12, AU23, -1 }, { AU6, AU10, -1, -1 },
  { AU6, AU7, -1, -1 },    { AU2, AU23, -1, -1 },    { AU7, AU15, AU24, -1 },
  { AU1, AU12, AU15, -1 }, { AU4, AU6, AU25, AU26 },
};

typedef struct
{
  guint expression;
  double start, length; /* in frame numbers */
  double strength;      /* 0 .. 1 at the apex */
  double units[MIEN_UNIT_COUNT];
  double talk; /* how much the mouth moves besides */
} Episode;

/* Something that wanders smoothly about 0 with amplitude about 1. */
typedef struct
{
  double frequency[3], phase[3];
} Tremor;

static void
tremor_init (Tremor *tremor, MienDemoRandom *random, double period)
{
  for (int i = 0; i < 3; i++)
    {
      tremor->frequency[i] =
          2.0 * G_PI * (i + 1) / (period * mien_demo_random_range (random, 0.8, 1.6));
      tremor->phase[i] = mien_demo_random_range (random, 0.0, 2.0 * G_PI);
    }
}

static double
tremor_at (const Tremor *tremor, double time)
{
  double sum = 0.0;

  for (int i = 0; i < 3; i++)
    sum += sin (tremor->frequency[i] * time + tremor->phase[i]) / (i + 1);

  return sum / 1.4;
}

void
mien_demo_script_init (MienDemoScript *script, guint frames, guint64 seed)
{
  MienDemoRandom random;
  double weight[MIEN_DEMO_VIDEOS], sum = 0.0, before = 0.0;
  guint given = 0;

  if (frames == 0)
    frames = MIEN_DEMO_VIDEOS * MIEN_DEMO_FRAMES_A_VIDEO;

  *script = (MienDemoScript){
    .seed = seed,
    .n_total = frames,
    .n_videos = MIN (frames, MIEN_DEMO_VIDEOS),
  };
  mien_demo_random_init (&random, seed, PURPOSE_LENGTHS, 0);
  for (guint i = 0; i < script->n_videos; i++)
    {
      weight[i] = mien_demo_random_range (&random, 0.8, 1.2);
      sum += weight[i];
    }

  /* One frame each, the rest by weight; rounding the running sum makes the total exact.
   */
  for (guint i = 0; i < script->n_videos; i++)
    {
      guint until;

      before += weight[i];
      until = i + 1 < script->n_videos
                  ? (guint) ((frames - script->n_videos) * (before / sum))
                  : frames - script->n_videos;
      script->n_frames[i] = 1 + until - given;
      given = until;
    }
}

static void
episode_fill (Episode *episode, MienDemoRandom *random)
{
  double *unit = episode->units;

  switch (episode->expression)
    {
    case HAPPINESS:
      unit[AU6] = mien_demo_random_range (random, 0.70, 1.0);
      unit[AU12] = mien_demo_random_range (random, 0.85, 1.0);
      unit[AU25] = mien_demo_random_chance (random, 0.7) ? 0.85 : 0.0;
      unit[AU26] = unit[AU25] > 0.0 && mien_demo_random_chance (random, 0.2) ? 0.5 : 0.0;
      unit[AU7] = mien_demo_random_chance (random, 0.3) ? 0.6 : 0.0;
      break;
    case SADNESS:
      unit[AU1] = mien_demo_random_range (random, 0.80, 1.0);
      unit[AU4] = mien_demo_random_range (random, 0.55, 0.8);
      unit[AU15] = mien_demo_random_range (random, 0.80, 1.0);
      break;
    case SURPRISE:
      unit[AU1] = mien_demo_random_range (random, 0.80, 1.0);
      unit[AU2] = mien_demo_random_range (random, 0.80, 1.0);
      unit[AU25] = 0.95;
      unit[AU26] = mien_demo_random_range (random, 0.70, 1.0);
      break;
    case ANGER:
      unit[AU4] = mien_demo_random_range (random, 0.85, 1.0);
      unit[AU7] = mien_demo_random_range (random, 0.65, 0.95);
      unit[mien_demo_random_chance (random, 0.5) ? AU23 : AU24] =
          mien_demo_random_range (random, 0.8, 1.0);
      break;
    case FEAR:
      unit[AU1] = mien_demo_random_range (random, 0.85, 1.0);
      unit[AU2] = mien_demo_random_range (random, 0.50, 0.7);
      unit[AU4] = mien_demo_random_range (random, 0.70, 0.9);
      unit[AU25] = mien_demo_random_range (random, 0.70, 0.95);
      unit[AU26] = mien_demo_random_chance (random, 0.5) ? 0.5 : 0.0;
      break;
    case DISGUST:
      unit[AU10] = mien_demo_random_range (random, 0.85, 1.0);
      unit[AU4] = mien_demo_random_chance (random, 0.6) ? 0.6 : 0.0;
      unit[AU7] = mien_demo_random_chance (random, 0.5) ? 0.6 : 0.0;
      unit[AU25] = mien_demo_random_chance (random, 0.5) ? 0.6 : 0.0;
      break;
    case OTHER:
      {
        guint row = mien_demo_random_below (random, G_N_ELEMENTS (mixtures));

        for (int i = 0; i < 4 && mixtures[row][i] >= 0; i++)
          unit[mixtures[row][i]] = mien_demo_random_range (random, 0.70, 1.0);
        break;
      }
    default:
      g_assert_not_reached ();
    }
}

static gboolean
is_validation (guint index)
{
  return index % 8 == 2 || index % 8 == 6;
}

/* The episodes of a video, dealt on from where the video before it in the same split left
 * off. */
static Episode *
plan_episodes (const MienDemoScript *script, guint index, guint n, double length)
{
  Episode *episodes = g_new0 (Episode, n);
  gboolean validation = is_validation (index);
  guint place = 0;
  double pace = length / n, time = 0.0;
  guint shuffled[G_N_ELEMENTS (deck)];
  guint round = G_MAXUINT;
  MienDemoRandom random;

  for (guint i = 0; i < index; i++)
    place += is_validation (i) == validation;
  mien_demo_random_init (&random, script->seed, PURPOSE_EPISODES, index);
  for (guint i = 0; i < n; i++)
    {
      guint card = place * n + i;

      if (card / G_N_ELEMENTS (deck) != round)
        {
          MienDemoRandom shuffle;

          round = card / G_N_ELEMENTS (deck);
          memcpy (shuffled, deck, sizeof deck);
          mien_demo_random_init (&shuffle, script->seed, PURPOSE_DECK,
                                 round * 2 + validation);
          mien_demo_random_shuffle (&shuffle, shuffled, G_N_ELEMENTS (deck));
        }
      episodes[i].expression = shuffled[card % G_N_ELEMENTS (deck)];
      episodes[i].length = pace * mien_demo_random_range (&random, 0.85, 1.05);
      episodes[i].start = time + mien_demo_random_range (&random, 0.0, 0.12) * pace;
      episodes[i].strength = mien_demo_random_range (&random, 0.72, 1.0);
      episodes[i].talk = mien_demo_random_chance (&random, 0.2)
                             ? mien_demo_random_range (&random, 0.4, 0.8)
                             : 0.0;
      episode_fill (&episodes[i], &random);
      time += pace;
    }

  return episodes;
}

/* 0 outside, up within a quarter, a swaying apex, down within a quarter. */
static double
envelope (const Episode *episode, double time)
{
  double t = (time - episode->start) / episode->length;
  double rise, fall, up;

  if (t <= 0.0 || t >= 1.0)
    return 0.0;
  rise = CLAMP (t / 0.22, 0.0, 1.0);
  fall = CLAMP ((1.0 - t) / 0.28, 0.0, 1.0);
  up = MIN (rise, fall);
  up = up * up * (3.0 - 2.0 * up);

  return up * episode->strength * (0.95 + 0.05 * sin (t * 9.0));
}

/* Everything about a video that does not change from frame to frame. */
typedef struct
{
  Episode *episodes;
  guint n_episodes;
  Tremor unit[MIEN_UNIT_COUNT], pose[6], gaze[2], valence_arousal[2], light;
  double noise, warmth, exposure, light_angle, contrast, blink_period, blink_phase,
      rest[2];
} Motion;

static void
motion_init (Motion *motion, MienDemoRandom *random)
{
  for (int i = 0; i < MIEN_UNIT_COUNT; i++)
    tremor_init (&motion->unit[i], random, 26.0);
  for (int i = 0; i < 6; i++)
    tremor_init (&motion->pose[i], random, 90.0);
  for (int i = 0; i < 2; i++)
    tremor_init (&motion->gaze[i], random, 34.0);
  for (int i = 0; i < 2; i++)
    tremor_init (&motion->valence_arousal[i], random, 40.0);
  tremor_init (&motion->light, random, 120.0);
  motion->noise = mien_demo_random_range (random, 1.0, 4.5);
  motion->warmth = mien_demo_random_range (random, -0.8, 0.8);
  motion->exposure = mien_demo_random_range (random, 0.82, 1.12);
  motion->light_angle = -G_PI / 2.0 + mien_demo_random_range (random, -1.3, 1.3);
  motion->contrast = mien_demo_random_range (random, 0.25, 0.95);
  motion->blink_period = mien_demo_random_range (random, 28.0, 55.0);
  motion->blink_phase = mien_demo_random_range (random, 0.0, motion->blink_period);
  motion->rest[0] = mien_demo_random_range (random, -0.06, 0.08);
  motion->rest[1] = mien_demo_random_range (random, -0.12, 0.04);
}

static void
move_head (const Motion *motion, double time, double arousal, MienFaceState *state)
{
  double blink = fmod (time + motion->blink_phase, motion->blink_period);

  state->yaw = 0.16 * tremor_at (&motion->pose[0], time);
  state->pitch = 0.09 * tremor_at (&motion->pose[1], time) + 0.03 * arousal;
  state->roll = 0.055 * tremor_at (&motion->pose[2], time);
  state->x = 0.030 * tremor_at (&motion->pose[3], time);
  state->y = 0.022 * tremor_at (&motion->pose[4], time) - 0.02;
  state->scale = 1.06 + 0.035 * tremor_at (&motion->pose[5], time);
  state->gaze_x = CLAMP (0.5 * tremor_at (&motion->gaze[0], time), -1.0, 1.0);
  state->gaze_y = CLAMP (0.35 * tremor_at (&motion->gaze[1], time), -1.0, 1.0);
  state->blink = blink < 3.0 ? 1.0 - fabs (blink - 1.5) / 1.5 : 0.0;
  state->light = motion->light_angle + 0.25 * tremor_at (&motion->light, time);
  state->contrast = motion->contrast;
  state->exposure =
      motion->exposure * (1.0 + 0.03 * tremor_at (&motion->light, time * 1.7));
  state->warmth = motion->warmth;
  state->noise = motion->noise;
}

static void
set_truth (MienLabels *truth, MienItem item, double first, double second)
{
  truth->item[item] = (MienLabel){
    .answer = MIEN_ANSWER_VALUE,
    .value = { first, second },
  };
}

static double
thousandths (double value)
{
  return round (CLAMP (value, -1.0, 1.0) * 1000.0) / 1000.0;
}

static void
act (const Motion *motion, double time, MienDemoRandom *random, MienDemoFrame *frame)
{
  double *unit = frame->state.units;
  double feeling[2] = { motion->rest[0], motion->rest[1] };
  double strongest = 0.0, border;
  guint expression = NEUTRAL;

  for (guint i = 0; i < motion->n_episodes; i++)
    {
      const Episode *episode = &motion->episodes[i];
      double e = envelope (episode, time);
      double mouth = e > 0.0 ? episode->talk * MAX (0.0, sin (time * 1.9)) : 0.0;
      double place[2] = { circumplex[episode->expression][0],
                          circumplex[episode->expression][1] };

      if (episode->expression == OTHER)
        {
          place[0] = 0.4 * episode->units[AU12] - 0.3 * episode->units[AU15]
                     - 0.25 * episode->units[AU4] - 0.2 * episode->units[AU24];
          place[1] = 0.3 * episode->units[AU2] + 0.2 * episode->units[AU7]
                     + 0.2 * episode->units[AU26];
        }
      for (int u = 0; u < MIEN_UNIT_COUNT; u++)
        unit[u] = MAX (unit[u], e * episode->units[u]);
      unit[AU25] = MAX (unit[AU25], mouth * (1.0 - episode->units[AU24]));
      unit[AU26] = MAX (unit[AU26], 0.5 * mouth * (1.0 - episode->units[AU24]));
      for (int c = 0; c < 2; c++)
        feeling[c] += e * (place[c] - motion->rest[c]);
      if (e > strongest)
        {
          strongest = e;
          expression = episode->expression;
        }
    }

  for (int u = 0; u < MIEN_UNIT_COUNT; u++)
    {
      double tremor = tremor_at (&motion->unit[u], time);

      unit[u] =
          CLAMP (unit[u] * (1.0 + 0.08 * tremor) + 0.05 * MAX (0.0, tremor), 0.0, 1.0);
      border = PRESENT + mien_demo_random_range (random, -0.03, 0.03);
      set_truth (&frame->truth, MIEN_ITEM_FIRST_UNIT + u, unit[u] > border ? 1.0 : 0.0,
                 0.0);
    }

  border = 0.38 + mien_demo_random_range (random, -0.06, 0.06);
  set_truth (&frame->truth, MIEN_ITEM_EXPRESSION,
             strongest > border ? expression : NEUTRAL, 0.0);
  for (int c = 0; c < 2; c++)
    feeling[c] += 0.05 * tremor_at (&motion->valence_arousal[c], time)
                  + mien_demo_random_range (random, -0.02, 0.02);
  set_truth (&frame->truth, MIEN_ITEM_VALENCE_AROUSAL, thousandths (feeling[0]),
             thousandths (feeling[1]));
  move_head (motion, time, feeling[1], &frame->state);
}

/*
 * Hides two thirds of a training video, task by task, in runs of about six frames, as
 * annotators leave whole stretches. A fifth of the runs of the action units is in part:
 * shown or hidden, some units are the other way round.
 */
static void
hide_labels (MienDemoVideo *video, MienDemoRandom *random)
{
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    {
      guint first = mien_task_first_item (task), n_items = mien_task_n_items (task);
      guint shortest = CLAMP (video->n_frames / 12, 1, 4);
      guint i = 0;

      while (i < video->n_frames)
        {
          /* Three runs of one length, of which one, drawn, is shown: the share is exact
           * to a run. */
          guint length = shortest + mien_demo_random_below (random, shortest + 1);
          guint chosen = mien_demo_random_below (random, 3);

          for (guint run = 0; run < 3; run++)
            {
              gboolean shown = run == chosen;
              gboolean partly = task == MIEN_TASK_ACTION_UNITS
                                && mien_demo_random_chance (random, shown ? 0.3 : 0.15);
              guint odd =
                  partly ? 1 + (guint) (mien_demo_random_next (random) % 0xffe) : 0;

              for (guint k = 0; k < length && i < video->n_frames; k++, i++)
                for (guint item = 0; item < n_items; item++)
                  {
                    gboolean flip = (odd >> item) & 1;

                    video->frames[i].shown[first + item] = shown != flip;
                  }
            }
        }
    }
}

void
mien_demo_video_init (MienDemoVideo *video, const MienDemoScript *script, guint index)
{
  gboolean validation = is_validation (index);
  Motion motion = { 0 };
  MienDemoRandom numbers, random;
  guint n = script->n_frames[index], number = 0;
  double step, time = 0.0;

  g_assert (index < script->n_videos);

  *video = (MienDemoVideo){
    .split = validation ? MIEN_SPLIT_VALIDATION : MIEN_SPLIT_TRAIN,
    .n_frames = n,
    .frames = g_new0 (MienDemoFrame, n),
  };
  g_snprintf (video->name, sizeof video->name, "demo%02u", index + 1);
  mien_face_identity_init (&video->identity, script->seed, index);

  mien_demo_random_init (&random, script->seed, PURPOSE_MOTION, index);
  motion_init (&motion, &random);
  /* At 1.35 numbers a frame, six episodes of about 22 numbers; as many in each video,
   * because the deck is dealt by that. */
  motion.n_episodes = MAX (6, script->n_total / script->n_videos / 16);
  step = MAX (1.35, 132.0 / n);
  motion.episodes = plan_episodes (script, index, motion.n_episodes, step * n);

  mien_demo_random_init (&numbers, script->seed, PURPOSE_NUMBERS, index);
  mien_demo_random_init (&random, script->seed, PURPOSE_LABELS, index);
  for (guint i = 0; i < n; i++)
    {
      MienDemoFrame *frame = &video->frames[i];
      MienDemoRandom noise;

      time = (i + mien_demo_random_unit (&numbers) * 0.9) * step;
      number = MAX (number + 1, (guint) time + 1);
      frame->number = number;
      mien_face_state_init (&frame->state);
      act (&motion, number - 1.0, &random, frame);
      mien_demo_random_init (&noise, script->seed, PURPOSE_NOISE,
                             (guint64) index << 32 | i);
      frame->state.noise_seed = mien_demo_random_next (&noise);
      for (int item = 0; item < MIEN_ITEM_COUNT; item++)
        frame->shown[item] = TRUE;
    }
  if (!validation)
    {
      mien_demo_random_init (&random, script->seed, PURPOSE_HIDING, index);
      hide_labels (video, &random);
    }

  g_free (motion.episodes);
}

void
mien_demo_video_clear (MienDemoVideo *video)
{
  g_clear_pointer (&video->frames, g_free);
  video->n_frames = 0;
}

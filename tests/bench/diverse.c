/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the queue's diverse share costs: how long a plan takes without and with it, on a
 * full sample of embeddings, and what storing these takes.
 *
 *   bench-diverse NEW.mien
 *
 * The features are made up: of 300 kinds of faces, some of them common and most of them
 * rare, 25 alike in a row; or of no kind, where nearly all distances are equal. Labelled
 * are none, every fifth frame, or every fifth video. It prints a table, in seconds of the
 * processor.
 */

#define G_LOG_DOMAIN "mien-bench"
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "mien-embeddings.h"
#include "mien-plan.h"
#include "mien-store-private.h"

enum
{
  FRAMES = MIEN_EMBEDDING_SAMPLE,
  VIDEOS = 200,
  KINDS = 300,
  FRAMES_IN_A_ROW = 25,
  ROUNDS = 3,
};

typedef struct
{
  const char *name;
  gboolean kinds;
} Faces;

static const Faces all_faces[] = {
  { "of 300 kinds", TRUE },
  { "of no kind", FALSE },
};

static void
check (gboolean ok, GError *error)
{
  if (ok)
    return;
  g_printerr ("bench-diverse: %s\n", error->message);
  exit (1);
}

static void
run (MienStore *store, const char *sql)
{
  char *message = NULL;

  if (sqlite3_exec (store->db, sql, NULL, NULL, &message) == SQLITE_OK)
    return;
  g_printerr ("bench-diverse: %s: %s\n", sql, message);
  exit (1);
}

/* The lower, the more often. */
static guint
kind_of (gint64 frame)
{
  guint64 run = (guint64) frame / FRAMES_IN_A_ROW;
  double u = (double) ((run * 0x9e3779b97f4a7c15u) >> 11) * 0x1p-53;

  return (guint) (u * u * u * KINDS);
}

/* Features are rectified, so that none is below 0. */
static void
make_features (const Faces *faces, gint64 frame, float *features)
{
  g_autoptr (GRand) kind = g_rand_new_with_seed (kind_of (frame));
  g_autoptr (GRand) own = g_rand_new_with_seed ((guint32) frame + 1000);
  double sum = 0;

  for (guint i = 0; i < MIEN_EMBEDDING; i++)
    {
      double x = g_rand_double_range (own, -1, 1);

      if (faces->kinds)
        x = 0.3 * x + g_rand_double_range (kind, -1, 1);
      features[i] = (float) MAX (x, 0);
      sum += (double) features[i] * (double) features[i];
    }
  for (guint i = 0; i < MIEN_EMBEDDING; i++)
    features[i] = (float) (features[i] / sqrt (sum));
}

/* Of the processor, whatever else it does. */
static double
seconds (void)
{
  return (double) clock () / CLOCKS_PER_SEC;
}

static void
add_frames (MienStore *store)
{
  guint8 hash[MIEN_SHA256_BYTES];
  g_autofree char *frames = NULL;
  GError *error = NULL;
  gint64 video;

  for (guint v = 0; v < VIDEOS; v++)
    {
      g_autofree char *name = g_strdup_printf ("v%u", v);

      check (mien_frames_ensure_video (store, name, MIEN_SPLIT_TRAIN, &video, &error),
             error);
    }
  mien_sha256 ("", 0, hash);
  check (mien_run (store, &error,
                   "INSERT INTO image (sha256, width, height, bytes)"
                   " VALUES (?1, 112, 112, x'')",
                   MIEN_BLOB (hash, sizeof hash)),
         error);
  frames = g_strdup_printf (
      "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
      " INSERT INTO frame (uuid, video, split, number, key, image)"
      " SELECT randomblob (16), 1 + i / %d, 0, i %% %d, 'f/' || i, 1 FROM n",
      FRAMES - 1, FRAMES / VIDEOS, FRAMES / VIDEOS);
  run (store, frames);
}

static MienModel *
add_model (MienStore *store)
{
  MienModel model = {
    .origin = MIEN_ORIGIN_TRAINED,
    .method = (char *) "ssmfar",
    .settings = (char *) "{}",
    .tasks = MIEN_ALL_TASKS,
    .input_size = 112,
    .has_heads = TRUE,
    .thresholds.valence_arousal = 0.9,
  };
  g_autoptr (GBytes) weights = g_bytes_new_static ("no weights", 10);
  MienModel *added;
  GError *error = NULL;
  gint64 id = 0;

  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    model.thresholds.expression[i] = 0.8;
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    model.thresholds.action_units[i] = 0.8;
  check (mien_models_add (store, &model, &id, &error)
             && mien_models_set_weights (store, id, weights, &error)
             && mien_models_use (store, id, &error),
         error);
  added = mien_models_get (store, id, &error);
  check (added != NULL, error);
  return added;
}

static void
predict (MienStore *store, const MienModel *model)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  GError *error = NULL;

  for (gint64 frame = 1; frame <= FRAMES; frame++)
    {
      guint class = kind_of (frame) % MIEN_EXPRESSION_COUNT;
      double sure = g_rand_double_range (random, 0.2, 1);
      MienPrediction prediction = { .spread = (float) g_rand_double (random) };

      for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
        prediction.expression[i] = (float) (i == class ? sure : (1 - sure) / 7);
      for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
        prediction.action_units[i] = (float) g_rand_double (random);
      check (mien_proposals_store (store, model, frame, &prediction, &error), error);
    }
}

/* Seconds a frame. */
static double
embed (MienStore *store, const MienModel *model, const Faces *faces)
{
  float features[MIEN_EMBEDDING];
  GError *error = NULL;
  double spent = 0;

  check (mien_store_begin (store, &error), error);
  for (gint64 frame = 1; frame <= FRAMES; frame++)
    {
      double begun;

      make_features (faces, frame, features);
      begun = seconds ();
      check (mien_embeddings_store (store, model->id, frame, features, &error)
                 && mien_store_breathe (store, &error),
             error);
      spent += seconds () - begun;
    }
  check (mien_store_commit (store, &error), error);
  return spent / FRAMES;
}

/* The best of some, in seconds. */
static double
time_plan (MienStore *store, const char *text, guint *left)
{
  double best = INFINITY;
  GError *error = NULL;
  MienMix mix;

  check (mien_mix_parse (text, &mix, &error) && mien_plan_set_mix (store, &mix, &error),
         error);
  for (guint i = 0; i < ROUNDS; i++)
    {
      gint64 begun = seconds ();

      check (mien_plan_renew (store, &error), error);
      best = MIN (best, seconds () - begun);
    }
  check (mien_plan_left (store, left, &error), error);
  return best;
}

/* With all that was written in its place. */
static MienStore *
reopen (MienStore *store)
{
  g_autofree char *path = g_strdup (mien_store_path (store));
  GError *error = NULL;

  mien_store_close (store);
  store = mien_store_open (path, MIEN_STORE_READ_WRITE, &error);
  check (store != NULL && mien_store_set_bulk (store, TRUE, &error), error);
  return store;
}

static MienStore *
measure (MienStore *store, const MienModel *model)
{
  static const struct
  {
    const char *name, *sql;
  } labelled[] = {
    { "none", "UPDATE frame SET complete = 0" },
    { "frames", "UPDATE frame SET complete = 7 * (id % 5 = 0)" },
    { "videos", "UPDATE frame SET complete = 7 * (video % 5 = 0)" },
  };

  g_print ("%-16s %-10s %12s %12s %12s\n", "faces", "labelled", "store, us", "without, s",
           "with, s");
  for (guint i = 0; i < G_N_ELEMENTS (all_faces); i++)
    {
      double stored = embed (store, model, &all_faces[i]);

      for (guint k = 0; k < G_N_ELEMENTS (labelled); k++)
        {
          double without, with;
          guint left;

          run (store, labelled[k].sql);
          store = reopen (store);
          without = time_plan (
              store, "uncertain=55,rare=15,disagreement=10,random=5,audit=15", &left);
          with = time_plan (
              store, "uncertain=45,rare=15,diverse=10,disagreement=10,random=5,audit=15",
              &left);
          g_print ("%-16s %-10s %12.1f %12.3f %12.3f\n", all_faces[i].name,
                   labelled[k].name, 1e6 * stored, without, with);
          g_assert (left == MIEN_PLAN_SIZE);
        }
    }
  return store;
}

int
main (int argc, char *argv[])
{
  GError *error = NULL;
  MienStore *store;
  MienModel *model;

  if (argc != 2)
    {
      g_printerr ("bench-diverse: give one new file\n");
      return 2;
    }
  store = mien_store_create (argv[1], "Diverse", &error);
  check (store != NULL && mien_store_set_bulk (store, TRUE, &error)
             && mien_store_begin (store, &error),
         error);
  add_frames (store);
  model = add_model (store);
  predict (store, model);
  check (mien_store_commit (store, &error), error);
  store = measure (store, model);
  mien_model_free (model);
  mien_store_close (store);
  return 0;
}

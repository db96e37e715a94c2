/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Makes a project as large as Aff-Wild2 to measure with: millions of frames that share
 * some five hundred drawn faces, imported labels on a part of them, a model that has read
 * every frame, and a few thousand decisions of three annotators.
 *
 *   big-project OUT.mien [--frames N] [--videos V]
 *
 * What the public interface would write a frame at a time is written here in bulk, with
 * the indexes and triggers away and put back at the end; labels and proposals come from
 * the same functions as ever, so that `mienctl verify` is happy with the result. The
 * decisions go through the interface. The same options give the same project but for
 * UUIDs and times.
 */

#define G_LOG_DOMAIN "mien-bench"
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mien-demo-jpeg.h"
#include "mien-demo-script.h"
#include "mien-proposals-private.h"

enum
{
  FACE_SIZE = 112,
  FACES_A_VIDEO = 21,
  N_OUTPUTS = MIEN_EXPRESSION_COUNT + 3 + MIEN_UNIT_COUNT,
  SEED = 20261,
  FRAMES_A_FACE = 8,
  PURPOSE = 0x6269670a,
};

typedef struct
{
  gint64 image;
  MienLabels truth;
} Face;

typedef struct
{
  MienStore *store;
  Face faces[MIEN_DEMO_VIDEOS][FACES_A_VIDEO];
  MienModel *model;
  MienDemoRandom random;
  GPtrArray *put_back; /* the text of what was dropped */
  gint64 clock;
  gint64 frame; /* the last one */
  guint64 n_events;
} Big;

G_GNUC_NORETURN static void
fail (const char *what, const char *why)
{
  g_printerr ("big-project: %s: %s\n", what, why);
  exit (1);
}

static void
check (gboolean ok, GError *error)
{
  if (!ok)
    fail ("cannot go on", error->message);
}

static void
run (Big *big, const char *sql)
{
  char *message = NULL;

  if (sqlite3_exec (big->store->db, sql, NULL, NULL, &message) != SQLITE_OK)
    fail (sql, message);
}

#define insert(big, ...)                                                                 \
  G_STMT_START                                                                           \
  {                                                                                      \
    GError *failed_ = NULL;                                                              \
    check (mien_run ((big)->store, &failed_, __VA_ARGS__), failed_);                     \
  }                                                                                      \
  G_STMT_END

/* Indexes and triggers that a row would pay for, one by one, what they cost at once. */
static void
put_away (Big *big)
{
  static const char find[] =
      "SELECT type || ' ' || name, sql FROM sqlite_schema WHERE type = 'trigger'"
      " AND name NOT IN ('model_tally') OR type = 'index' AND sql IS NOT NULL";
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  sqlite3_stmt *stmt;

  big->put_back = g_ptr_array_new_with_free_func (g_free);
  if (sqlite3_prepare_v2 (big->store->db, find, -1, &stmt, NULL) != SQLITE_OK)
    fail (find, sqlite3_errmsg (big->store->db));
  while (sqlite3_step (stmt) == SQLITE_ROW)
    {
      g_ptr_array_add (names, g_strdup ((const char *) sqlite3_column_text (stmt, 0)));
      g_ptr_array_add (big->put_back,
                       g_strdup ((const char *) sqlite3_column_text (stmt, 1)));
    }
  sqlite3_finalize (stmt);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *sql = g_strconcat ("DROP ", names->pdata[i], NULL);

      run (big, sql);
    }
}

static void
put_back (Big *big)
{
  for (guint i = 0; i < big->put_back->len; i++)
    run (big, big->put_back->pdata[i]);
  run (big, "UPDATE census SET (frames, missing, imported_0, imported_1, imported_2,"
            " human_0, human_1, human_2, touched_0, touched_1, touched_2) ="
            " (SELECT count (*), total (image IS NULL AND link IS NULL),"
            " total (imported & 1), total (imported >> 1 & 1), total (imported >> 2 & 1),"
            " 0, 0, 0,"
            " total (touched & 1), total (touched >> 1 & 1), total (touched >> 2 & 1)"
            " FROM frame f WHERE f.split = census.split)");
  run (big, "UPDATE tally SET (open, pseudo) = (c.open, c.pseudo) FROM"
            " (SELECT model, task, total (open > 0) AS open, total (pseudo) AS pseudo"
            "  FROM proposal GROUP BY model, task) c"
            " WHERE c.model = tally.model AND c.task = tally.task");
  insert (big, "UPDATE project SET clock = ?1", MIEN_INT (big->clock));
}

static void
draw_faces (Big *big)
{
  MienDemoScript script;

  mien_demo_script_init (&script, MIEN_DEMO_VIDEOS * FACES_A_VIDEO, SEED);
  for (guint v = 0; v < script.n_videos; v++)
    {
      MienDemoVideo video;

      mien_demo_video_init (&video, &script, v);
      for (guint i = 0; i < FACES_A_VIDEO; i++)
        {
          MienDemoFrame *frame = &video.frames[i % video.n_frames];
          Face *face = &big->faces[v][i];
          g_autofree guint8 *rgb = g_malloc (FACE_SIZE * FACE_SIZE * 3);
          g_autoptr (GBytes) jpeg = NULL;
          guint8 hash[MIEN_SHA256_BYTES];
          GError *error = NULL;
          const void *data;
          gsize size;

          frame->state.noise_seed += i; /* no two pictures are the same */
          mien_face_render (&video.identity, &frame->state, FACE_SIZE, rgb);
          jpeg = mien_demo_jpeg (rgb, FACE_SIZE, &error);
          check (jpeg != NULL, error);
          data = g_bytes_get_data (jpeg, &size);
          mien_sha256 (data, size, hash);
          insert (
              big,
              "INSERT INTO image (sha256, width, height, bytes) VALUES (?1, ?2, ?2, ?3)",
              MIEN_BLOB (hash, sizeof hash), MIEN_INT (FACE_SIZE),
              MIEN_BLOB (data, size));
          face->image = sqlite3_last_insert_rowid (big->store->db);
          face->truth = frame->truth;
        }
      mien_demo_video_clear (&video);
    }
}

static void
add_model (Big *big)
{
  MienModel model = {
    .origin = MIEN_ORIGIN_TRAINED,
    .method = (char *) "ssmfar",
    .settings = (char *) "{}",
    .tasks = MIEN_ALL_TASKS,
    .input_size = FACE_SIZE,
    .has_heads = TRUE,
    .thresholds.valence_arousal = 0.9,
  };
  MienPostprocessing numbers = {
    .sigma_valence_arousal = 4,
    .sigma_expression = 4,
    .sigma_action_units = 2,
    .temperature_expression = 1.3,
    .temperature_action_units = 1.1,
    .expression_bias = { -0.2, 0.1, 0.2, 0.3, 0, 0, 0.1, -0.1 },
  };
  g_autoptr (GBytes) weights = g_bytes_new_static ("no weights", 10);
  GError *error = NULL;
  gint64 id = 0;

  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    model.thresholds.expression[i] = 0.7 + 0.02 * i;
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    {
      model.thresholds.action_units[i] = 0.75 + 0.01 * i;
      numbers.action_unit_thresholds[i] = 0.4 + 0.02 * i;
    }
  check (mien_models_add (big->store, &model, &id, &error), error);
  check (mien_models_set_postprocessing (big->store, id, &numbers, &error), error);
  check (mien_models_set_weights (big->store, id, weights, &error), error);
  check (mien_models_use (big->store, id, &error), error);
  big->model = mien_models_get (big->store, id, &error);
  check (big->model != NULL, error);
}

static double
unit (Big *big)
{
  return mien_demo_random_unit (&big->random);
}

/* Right as often as it says: an answer of 0.8 is the truth four times in five. */
static void
predict (Big *big, const MienLabels *truth, MienPrediction *prediction)
{
  double sure = 0.3 + 0.69 * sqrt (unit (big)), rest = 0.0;
  const double *point = truth->item[MIEN_ITEM_VALENCE_AROUSAL].value;
  guint class = (guint) truth->item[MIEN_ITEM_EXPRESSION].value[0];

  if (unit (big) > sure)
    class = mien_demo_random_below (&big->random, MIEN_EXPRESSION_COUNT);
  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    {
      prediction->expression[i] = (float) (0.05 + unit (big));
      rest += i == class ? 0.0 : (double) prediction->expression[i];
    }
  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    prediction->expression[i] *= (float) ((1.0 - sure) / rest);
  prediction->expression[class] = (float) sure;

  prediction->spread = (float) (0.02 + 0.3 * unit (big) * unit (big));
  prediction->valence =
      (float) (point[0] + (unit (big) - 0.5) * 2 * (double) prediction->spread);
  prediction->arousal =
      (float) (point[1] + (unit (big) - 0.5) * 2 * (double) prediction->spread);
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    {
      double p = 0.5 + 0.5 * sqrt (unit (big));
      gboolean present = truth->item[MIEN_ITEM_FIRST_UNIT + i].value[0] > 0.5;

      prediction->action_units[i] = (float) (present == (unit (big) < p) ? p : 1.0 - p);
    }
}

static void
add_prediction (Big *big, const MienPrediction *prediction, const MienFrameState *state)
{
  guint8 outputs[N_OUTPUTS * 4];

  G_STATIC_ASSERT (sizeof *prediction == sizeof outputs);
  for (guint i = 0; i < N_OUTPUTS; i++)
    {
      guint32 word;

      memcpy (&word, (const guint8 *) prediction + 4 * i, sizeof word);
      word = GUINT32_TO_LE (word);
      memcpy (outputs + 4 * i, &word, sizeof word);
    }
  insert (big, "INSERT INTO prediction (model, frame, outputs) VALUES (?1, ?2, ?3)",
          MIEN_INT (big->model->id), MIEN_INT (big->frame),
          MIEN_BLOB (outputs, sizeof outputs));
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    {
      MienProposalRow row;

      mien_proposal_row (prediction, big->model, state, (MienTask) task, &row);
      insert (big,
              "INSERT INTO proposal (frame, task, model, accepted, open, pseudo,"
              " priority, confidence, threshold)"
              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
              MIEN_INT (big->frame), MIEN_INT (task), MIEN_INT (big->model->id),
              MIEN_INT (row.accepted), MIEN_INT (row.open), MIEN_INT (row.pseudo ? 1 : 0),
              MIEN_REAL (row.priority), MIEN_REAL (row.confidence),
              MIEN_REAL (row.threshold));
    }
}

/* The event of an import and the label that follows from it. */
static void
add_label (Big *big, const MienUuid *batch, guint item, const MienLabel *label)
{
  double second =
      item == MIEN_ITEM_VALENCE_AROUSAL ? label->value[1] : (double) (float) NAN;
  guint64 now = (guint64) g_get_real_time ();
  MienUuid uuid;

  mien_uuid_random (&uuid);
  for (guint i = 0; i < 6; i++)
    uuid.bytes[i] = (guint8) (now / 1000 >> (40 - 8 * i));
  big->clock = MAX (big->clock + 1, (gint64) now);
  insert (big,
          "INSERT INTO event (uuid, batch, clock, frame, kind, item, answer, value1,"
          " value2, time) VALUES (?1, ?2, ?3, ?4, 1, ?5, 1, ?6, ?7, ?8)",
          MIEN_UUID (&uuid), MIEN_UUID (batch), MIEN_INT (big->clock),
          MIEN_INT (big->frame), MIEN_INT (item), MIEN_REAL (label->value[0]),
          MIEN_REAL (second), MIEN_INT ((gint64) now));
  big->n_events++;
  insert (big,
          "INSERT INTO label (frame, item, answer, source, value1, value2, event)"
          " VALUES (?1, ?2, 1, 1, ?3, ?4, ?5)",
          MIEN_INT (big->frame), MIEN_INT (item), MIEN_REAL (label->value[0]),
          MIEN_REAL (second), MIEN_INT ((gint64) big->n_events));
}

/* Which items the project gets: a seventh of the frames has a point and an expression, a
 * thirtieth the action units; more of validation and test. */
static guint
shown_items (Big *big, MienSplit split)
{
  double share = split == MIEN_SPLIT_TRAIN ? 1.0 : 2.0;
  guint items = 0;

  if (unit (big) < 0.14 * share)
    items |= 1u << MIEN_ITEM_VALENCE_AROUSAL;
  if (unit (big) < 0.14 * share)
    items |= 1u << MIEN_ITEM_EXPRESSION;
  if (unit (big) < 0.03 * share)
    items |= ((1u << MIEN_UNIT_COUNT) - 1) << MIEN_ITEM_FIRST_UNIT;
  return items;
}

static guint
complete_tasks (guint items)
{
  guint tasks = items & 3;

  G_STATIC_ASSERT (MIEN_ITEM_VALENCE_AROUSAL == (int) MIEN_TASK_VALENCE_AROUSAL
                   && MIEN_ITEM_EXPRESSION == (int) MIEN_TASK_EXPRESSION);
  if (items >> MIEN_ITEM_FIRST_UNIT != 0)
    tasks |= 1u << MIEN_TASK_ACTION_UNITS;
  return tasks;
}

static void
add_frame (Big *big,
           gint64 video,
           const char *name,
           MienSplit split,
           guint number,
           const Face *face)
{
  g_autofree char *key = g_strdup_printf ("%s/%05u.jpg", name, number);
  guint items = shown_items (big, split), tasks = complete_tasks (items);
  gboolean missing = mien_demo_random_chance (&big->random, 0.002);
  MienFrameState state = { .split = split, .usable = !missing, .answered = items };
  MienUuid uuid, batch;

  big->frame++;
  mien_frame_uuid (key, &uuid);
  insert (big,
          "INSERT INTO frame (uuid, video, split, number, key, image, width, height,"
          " missing_reason, complete, touched, imported, reader)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, ?9, ?9, ?9, ?10)",
          MIEN_UUID (&uuid), MIEN_INT (video), MIEN_INT (split), MIEN_INT (number),
          MIEN_TEXT (key), MIEN_INT_OR_NULL (missing ? 0 : face->image, 0),
          MIEN_INT_OR_NULL (missing ? 0 : FACE_SIZE, 0),
          MIEN_TEXT (missing ? "the file is not there" : NULL), MIEN_INT (tasks),
          MIEN_INT (missing ? 0 : big->model->id));
  if (!missing)
    {
      MienPrediction prediction;

      predict (big, &face->truth, &prediction);
      add_prediction (big, &prediction, &state);
    }
  if (items == 0)
    return;
  mien_uuid_random (&batch);
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    if (items >> item & 1)
      add_label (big, &batch, item, &face->truth.item[item]);
}

static void
add_video (Big *big, guint index, guint n)
{
  MienSplit split = index % 25 == 24 ? MIEN_SPLIT_TEST
                    : index % 5 == 4 ? MIEN_SPLIT_VALIDATION
                                     : MIEN_SPLIT_TRAIN;
  g_autofree char *name =
      g_strdup_printf ("%u-%u-1280x720", index + 1, 24 + index * 7 % 37);
  guint number = 0;
  gint64 video;

  insert (big, "INSERT INTO video (name, split) VALUES (?1, ?2)", MIEN_TEXT (name),
          MIEN_INT (split));
  video = sqlite3_last_insert_rowid (big->store->db);
  for (guint i = 0; i < n; i++)
    {
      guint step = i / FRAMES_A_FACE % (2 * FACES_A_VIDEO);
      guint face = step < FACES_A_VIDEO ? step : 2 * FACES_A_VIDEO - 1 - step;

      /* Detectors leave gaps. */
      number += mien_demo_random_chance (&big->random, 0.004) ? 5 : 1;
      add_frame (big, video, name, split, number,
                 &big->faces[index % MIEN_DEMO_VIDEOS][face]);
    }
}

/* Videos of half to one and a half times the mean length. */
static void
add_videos (Big *big, guint frames, guint videos)
{
  guint left = frames;

  for (guint i = 0; i < videos; i++)
    {
      guint mean = left / (videos - i);
      guint n = i + 1 == videos ? left : (guint) (mean * (0.5 + unit (big)));

      add_video (big, i, MIN (n, left));
      left -= MIN (n, left);
      if (i % 16 == 15 || i + 1 == videos)
        g_printerr ("\r%u of %u frames", frames - left, frames);
    }
  g_printerr ("\n");
}

static void
decide (Big *big, const gint64 *annotators)
{
  guint kind = mien_demo_random_below (&big->random, 20);
  MienDecision decision = {
    .kind = kind == 0   ? MIEN_DECISION_SKIP
            : kind == 1 ? MIEN_DECISION_FLAG
            : kind == 2 ? MIEN_DECISION_NOT_A_FACE
                        : MIEN_DECISION_ANSWER,
    .frame = 1 + mien_demo_random_below (&big->random, (guint) big->frame),
    .annotator = annotators[mien_demo_random_below (&big->random, 3)],
    .model = big->model->id,
    .proposal_visible = TRUE,
    .duration_us = 800000 + mien_demo_random_below (&big->random, 3000000),
  };
  MienLabel *expression = &decision.answers.item[MIEN_ITEM_EXPRESSION];
  GError *error = NULL;

  expression->answer = mien_demo_random_chance (&big->random, 0.05)
                           ? MIEN_ANSWER_CANNOT_TELL
                           : MIEN_ANSWER_VALUE;
  expression->value[0] = mien_demo_random_below (&big->random, MIEN_EXPRESSION_COUNT);
  if (kind % 4 == 3)
    decision.answers.item[MIEN_ITEM_VALENCE_AROUSAL] =
        (MienLabel){ .answer = MIEN_ANSWER_VALUE,
                     .value = { unit (big) * 2 - 1, unit (big) * 2 - 1 } };
  check (mien_events_decide (big->store, &decision, NULL, &error), error);
  /* One in ten is answered by a second person, who may see it differently. */
  if (decision.kind == MIEN_DECISION_ANSWER && kind % 10 == 9)
    {
      decision.annotator = annotators[decision.annotator % 3];
      expression->value[0] = mien_demo_random_below (&big->random, MIEN_EXPRESSION_COUNT);
      check (mien_events_decide (big->store, &decision, NULL, &error), error);
    }
  else if (kind == 19)
    check (mien_events_undo (big->store, decision.annotator, NULL, &error), error);
}

static void
add_decisions (Big *big, guint n)
{
  static const char *const names[] = { "Ana", "Ben", "千代" };
  gint64 annotators[3] = { 0 };
  GError *error = NULL;

  for (guint i = 0; i < 3; i++)
    check (mien_events_ensure_annotator (big->store, names[i], &annotators[i], &error),
           error);
  check (mien_store_set_bulk (big->store, TRUE, &error)
             && mien_store_begin (big->store, &error),
         error);
  for (guint i = 0; i < n; i++)
    {
      decide (big, annotators);
      check (mien_store_breathe (big->store, &error), error);
    }
  check (mien_store_commit (big->store, &error), error);
}

/* Nothing of this needs to survive a crash: what is left of one is no project. */
static void
begin_bulk (Big *big)
{
  sqlite3_db_config (big->store->db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
  run (big, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF;"
            "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF;"
            "PRAGMA cache_size = -1000000; PRAGMA temp_store = MEMORY; BEGIN");
}

static void
fill (const char *path, guint frames, guint videos)
{
  g_autofree Big *big = g_new0 (Big, 1);
  GError *error = NULL;

  mien_demo_random_init (&big->random, SEED, PURPOSE, 0);
  big->store = mien_store_create (path, "Big", &error);
  check (big->store != NULL, error);
  check (mien_store_set_synthetic (big->store, TRUE, &error), error);
  add_model (big);

  begin_bulk (big);
  put_away (big);
  draw_faces (big);
  add_videos (big, frames, videos);
  g_printerr ("indexes\n");
  put_back (big);
  run (big, "COMMIT; PRAGMA journal_mode = WAL");
  mien_store_close (big->store);

  big->store = mien_store_open (path, MIEN_STORE_READ_WRITE, &error);
  check (big->store != NULL, error);
  g_printerr ("decisions\n");
  add_decisions (big, CLAMP (frames / 500, 200, 10000));
  mien_store_close (big->store);
  g_ptr_array_unref (big->put_back);
  mien_model_free (big->model);
}

int
main (int argc, char *argv[])
{
  int frames = 2800000, videos = 560;
  GOptionEntry entries[] = {
    { "frames", 0, 0, G_OPTION_ARG_INT, &frames, "How many frames (2800000)", "N" },
    { "videos", 0, 0, G_OPTION_ARG_INT, &videos, "In how many videos (560)", "V" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("OUT.mien");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("big-project: %s\n", error->message);
      return 2;
    }
  if (argc != 2 || frames < 1 || videos < 1 || videos > frames)
    {
      g_printerr (
          "big-project: give one new file, and at least as many frames as videos\n");
      return 2;
    }
  fill (argv[1], (guint) frames, (guint) videos);
  return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What each annotator says of each frame: against the history of every frame on random
 * projects, and one by one where a proposal was on screen, or hidden, or none.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-opinions.h"

#include <math.h>
#include <string.h>

#include "mien-test-project.h"

enum
{
  FRAMES = 30,
  STEPS = 400,
  N_PEOPLE = 3,
};

/* "annotator item answer value value" of each opinion on each frame. */
typedef struct
{
  GHashTable *said; /* "frame: ..." */
  gint64 video;     /* of the last frame */
  GHashTable *videos;
  guint n;
} Said;

static gboolean
note_opinions (gint64 video,
               gint64 frame,
               const MienOpinion *opinions,
               guint n,
               gpointer data,
               GError **error)
{
  Said *said = data;

  /* Those of a video come together. */
  if (video != said->video)
    g_assert_true (g_hash_table_add (said->videos, GINT_TO_POINTER ((gint) video)));
  said->video = video;
  for (guint i = 0; i < n; i++)
    {
      const MienOpinion *opinion = &opinions[i];

      g_assert_true (i == 0 || opinions[i - 1].item <= opinion->item);
      g_assert_cmpint (opinion->model, ==, MIEN_MODEL_SILENT);
      g_assert_true (isnan (opinion->point[0]) && isnan (opinion->point[1]));
      said->n++;
      g_assert_true (g_hash_table_add (
          said->said, g_strdup_printf (
                          "%" G_GINT64_FORMAT " Person %" G_GINT64_FORMAT " %u %u %g %g",
                          frame, opinion->annotator, opinion->item, opinion->label.answer,
                          opinion->label.value[0], opinion->label.value[1])));
    }
  return TRUE;
}

static MienLabel
random_label (guint item)
{
  if (g_test_rand_int_range (0, 6) == 0)
    return test_cannot_tell ();
  if (item == MIEN_ITEM_VALENCE_AROUSAL)
    return test_point (g_test_rand_int_range (-4, 5) / 4.0,
                       g_test_rand_int_range (-4, 5) / 4.0);
  return test_value (g_test_rand_int_range (0, 2));
}

static void
fill (MienStore *store)
{
  gint64 people[N_PEOPLE];

  for (guint i = 0; i < N_PEOPLE; i++)
    {
      g_autofree char *name = g_strdup_printf ("Person %u", i + 1);

      people[i] = test_add_annotator (store, name);
      g_assert_cmpint (people[i], ==, i + 1);
    }
  /* The frames of a video do not come in together. */
  for (guint i = 0; i < FRAMES; i++)
    test_add_frame (store, i % 2 == 0 ? "even" : "odd", MIEN_SPLIT_TRAIN, i);
  for (guint step = 0; step < STEPS; step++)
    {
      gint64 frame = g_test_rand_int_range (1, FRAMES + 1);
      gint64 person = people[g_test_rand_int_range (0, N_PEOPLE)];
      guint item = (guint) g_test_rand_int_range (0, 4);

      switch (g_test_rand_int_range (0, 8))
        {
        case 0:
          mien_events_undo (store, person, NULL, NULL);
          break;
        case 1:
          mien_events_redo (store, person, NULL, NULL);
          break;
        case 2:
          test_decide (store, frame, person, MIEN_DECISION_SKIP);
          break;
        default:
          test_answer (store, frame, person, item, random_label (item));
        }
    }
}

/* The last event of a person about an item that is not undone. */
static guint
check_frame (MienStore *store, gint64 frame, GHashTable *said)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) history = mien_events_history (store, frame, &error);
  guint n = 0;

  for (guint person = 1; person <= N_PEOPLE; person++)
    for (int item = 0; item < MIEN_ITEM_COUNT; item++)
      {
        g_autofree char *name = g_strdup_printf ("Person %u", person);
        g_autofree char *line = NULL;

        for (guint i = 0; i < history->len; i++)
          {
            const MienEvent *event = g_ptr_array_index (history, i);

            if (event->item != item || event->undone
                || g_strcmp0 (event->annotator, name) != 0)
              continue;
            g_free (line);
            line = g_strdup_printf ("%" G_GINT64_FORMAT " %s %d %u %g %g", frame, name,
                                    item, event->label.answer, event->label.value[0],
                                    event->label.value[1]);
          }
        if (line == NULL)
          continue;
        g_assert_true (g_hash_table_contains (said, line));
        n++;
      }
  return n;
}

static void
test_latest (void)
{
  for (guint round = 0; round < 4; round++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GHashTable) lines =
          g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      g_autoptr (GHashTable) videos = g_hash_table_new (NULL, NULL);
      Said said = { lines, 0, videos, 0 };
      TestProject project;
      guint n = 0;

      test_project_open (&project);
      fill (project.store);
      g_assert_true (mien_opinions_foreach (project.store, note_opinions, &said, &error));
      for (gint64 frame = 1; frame <= FRAMES; frame++)
        n += check_frame (project.store, frame, lines);
      g_assert_cmpuint (n, ==, said.n);
      g_assert_cmpuint (n, >, FRAMES);
      g_assert_cmpuint (g_hash_table_size (videos), ==, 2);
      test_project_close (&project);
    }
}

/* ---- the model's opinion ---- */

static gboolean
keep_opinions (gint64 video,
               gint64 frame,
               const MienOpinion *opinions,
               guint n,
               gpointer data,
               GError **error)
{
  g_array_append_vals (data, opinions, n);
  return TRUE;
}

static GArray *
read_opinions (MienStore *store)
{
  g_autoptr (GError) error = NULL;
  GArray *opinions = g_array_new (FALSE, FALSE, sizeof (MienOpinion));

  g_assert_true (mien_opinions_foreach (store, keep_opinions, opinions, &error));
  return opinions;
}

static void
answer (MienStore *store,
        const gint64 *frames,
        guint n,
        MienDecision decision,
        guint item,
        MienLabel label)
{
  g_autoptr (GError) error = NULL;

  decision.annotator = 1;
  decision.frame = frames[0];
  decision.answers.item[item] = label;
  g_assert_true (mien_events_decide_many (store, frames, n, &decision, NULL, &error));
}

/* Of frame 1 .. 7, which the model takes for 4 at (0.5, -0.25). */
static void
answer_all (MienStore *store, gint64 model)
{
  const MienDecision shown = { .model = model, .proposal_visible = TRUE };
  const MienDecision hidden = { .model = model };
  const MienDecision segment = { .model = model, .propagated = TRUE };
  const MienDecision alone = { 0 };

  answer (store, (gint64[]){ 1 }, 1, shown, MIEN_ITEM_EXPRESSION, test_value (4));
  answer (store, (gint64[]){ 2 }, 1, hidden, MIEN_ITEM_EXPRESSION, test_value (3));
  answer (store, (gint64[]){ 3, 4 }, 2, shown, MIEN_ITEM_EXPRESSION, test_value (4));
  answer (store, (gint64[]){ 5, 6 }, 2, segment, MIEN_ITEM_EXPRESSION, test_value (4));
  answer (store, (gint64[]){ 7 }, 1, alone, MIEN_ITEM_EXPRESSION, test_value (4));
  answer (store, (gint64[]){ 8 }, 1, hidden, MIEN_ITEM_EXPRESSION, test_value (4));
  answer (store, (gint64[]){ 9 }, 1, hidden, MIEN_ITEM_EXPRESSION, test_value (4));
  answer (store, (gint64[]){ 1 }, 1, hidden, MIEN_ITEM_VALENCE_AROUSAL,
          test_point (0.5, 0.5));
}

static void
test_model (void)
{
  static const struct
  {
    guint item;
    MienModelOpinion model;
    gboolean visible, propagated;
  } expected[] = {
    { MIEN_ITEM_VALENCE_AROUSAL, MIEN_MODEL_OTHER, FALSE, FALSE },
    { MIEN_ITEM_EXPRESSION, MIEN_MODEL_SAME, TRUE, FALSE },
    { MIEN_ITEM_EXPRESSION, MIEN_MODEL_OTHER, FALSE, FALSE },
    /* A contact sheet, and a segment. */
    { MIEN_ITEM_EXPRESSION, MIEN_MODEL_SILENT, FALSE, FALSE },
    { MIEN_ITEM_EXPRESSION, MIEN_MODEL_SILENT, FALSE, FALSE },
    { MIEN_ITEM_EXPRESSION, MIEN_MODEL_SILENT, FALSE, FALSE },
    { MIEN_ITEM_EXPRESSION, MIEN_MODEL_SILENT, FALSE, TRUE },
    /* Without a model, not read, and for validation. */
    { MIEN_ITEM_EXPRESSION, MIEN_MODEL_SILENT, FALSE, FALSE },
    { MIEN_ITEM_EXPRESSION, MIEN_MODEL_SILENT, FALSE, FALSE },
    { MIEN_ITEM_EXPRESSION, MIEN_MODEL_SILENT, FALSE, FALSE },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) opinions = NULL;
  TestProject project;
  gint64 model;

  test_project_open (&project);
  model = test_add_model (project.store, 7);
  for (guint i = 1; i <= 9; i++)
    {
      gint64 frame = test_add_frame (project.store, i < 9 ? "v" : "w",
                                     i < 9 ? MIEN_SPLIT_TRAIN : MIEN_SPLIT_VALIDATION, i);

      if (i != 8)
        test_predict (project.store, model, frame, 0.7);
    }
  g_assert_true (mien_models_use (project.store, model, &error));
  test_add_annotator (project.store, "ann");
  answer_all (project.store, model);
  opinions = read_opinions (project.store);
  g_assert_cmpuint (opinions->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < opinions->len; i++)
    {
      const MienOpinion *opinion = &g_array_index (opinions, MienOpinion, i);

      g_assert_cmpuint (opinion->item, ==, expected[i].item);
      g_assert_cmpint (opinion->model, ==, expected[i].model);
      g_assert_cmpint (opinion->proposal_visible, ==, expected[i].visible);
      g_assert_cmpint (opinion->propagated, ==, expected[i].propagated);
      g_assert_true (isnan (opinion->point[0]) == (i > 0));
    }
  g_assert_cmpfloat (g_array_index (opinions, MienOpinion, 0).point[0], ==, 0.5);
  g_assert_cmpfloat (g_array_index (opinions, MienOpinion, 0).point[1], ==, -0.25);
  test_project_close (&project);
}

/* Seven answers about expressions, the second taken back: two of six are a third. */
static void
test_work (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) work = NULL;
  g_autoptr (GArray) opinions = NULL;
  const MienAnnotatorWork *ann, *bob;
  guint early = 0, late = 0;
  TestProject project;
  gint64 annotator, idle;

  test_project_open (&project);
  annotator = test_add_annotator (project.store, "ann");
  idle = test_add_annotator (project.store, "idle");
  for (guint i = 1; i <= 7; i++)
    {
      test_add_frame (project.store, "v", MIEN_SPLIT_TRAIN, i);
      test_answer (project.store, i, annotator, MIEN_ITEM_EXPRESSION, test_value (0));
      if (i == 2)
        g_assert_true (mien_events_undo (project.store, annotator, NULL, &error));
    }
  test_answer (project.store, 1, annotator, MIEN_ITEM_FIRST_UNIT, test_value (0));
  test_answer (project.store, 1, test_add_annotator (project.store, "bob"),
               MIEN_ITEM_FIRST_UNIT, test_value (0));
  test_answer (project.store, 1, idle, MIEN_ITEM_FIRST_UNIT, test_value (0));
  g_assert_true (mien_events_undo (project.store, idle, NULL, &error));

  work = mien_opinions_annotators (project.store, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (work->len, ==, 2);
  ann = g_ptr_array_index (work, 0);
  bob = g_ptr_array_index (work, 1);
  g_assert_cmpstr (ann->name, ==, "ann");
  g_assert_cmpuint (ann->decisions, ==, 7);
  g_assert_cmpint (ann->median_us, ==, 1500000);
  g_assert_cmpstr (bob->name, ==, "bob");
  g_assert_cmpuint (bob->decisions, ==, 1);
  opinions = read_opinions (project.store);
  for (guint i = 0; i < opinions->len; i++)
    {
      const MienOpinion *opinion = &g_array_index (opinions, MienOpinion, i);
      MienTask task = mien_item_task (opinion->item);

      if (opinion->annotator != annotator)
        continue;
      early += opinion->clock <= ann->early[task] ? 1 : 0;
      late += opinion->clock >= ann->late[task] ? 1 : 0;
    }
  g_assert_cmpuint (early, ==, 2);
  g_assert_cmpuint (late, ==, 2);
  test_project_close (&project);
}

static void
test_damaged (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) lines =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) videos = g_hash_table_new (NULL, NULL);
  Said said = { lines, 0, videos, 0 };
  TestProject project;

  test_project_open (&project);
  test_add_frame (project.store, "v", MIEN_SPLIT_TRAIN, 1);
  test_add_annotator (project.store, "ann");
  test_run (project.store,
            "INSERT INTO event (uuid, batch, clock, frame, kind, item, answer, value1,"
            " annotator, time) VALUES (randomblob (16), randomblob (16), 1, 1, 3, 1, 1,"
            " 9.5, 1, 1)");
  g_assert_false (mien_opinions_foreach (project.store, note_opinions, &said, &error));
  test_assert_error (error, MIEN_STORE_ERROR_CORRUPT, project.path);
  test_project_close (&project);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/opinions/latest", test_latest);
  g_test_add_func ("/opinions/model", test_model);
  g_test_add_func ("/opinions/work", test_work);
  g_test_add_func ("/opinions/damaged", test_damaged);
  return g_test_run ();
}

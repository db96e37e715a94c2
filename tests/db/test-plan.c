/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The queue as a mix: shares, videos and seconds on made-up candidates; then what a plan
 * holds, how it is consumed, and which accepted answers are drawn to be audited.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-plan.h"
#include "mien-test-project.h"

#include <math.h>
#include <string.h>

enum
{
  EXPRESSION = MIEN_ITEM_EXPRESSION,
  UNIT = MIEN_ITEM_FIRST_UNIT,
  FRAMES = 300,
};

/* ---- the mix ---- */

typedef struct
{
  GArray *of[MIEN_REASON_COUNT];
} Candidates;

static void
candidates_init (Candidates *candidates)
{
  for (guint i = 0; i < MIEN_REASON_COUNT; i++)
    candidates->of[i] = g_array_new (FALSE, FALSE, sizeof (MienCandidate));
}

static void
candidates_clear (Candidates *candidates)
{
  for (guint i = 0; i < MIEN_REASON_COUNT; i++)
    g_array_unref (candidates->of[i]);
}

static void
add (Candidates *candidates, MienReason reason, gint64 frame, gint64 video, gint64 second)
{
  MienCandidate candidate = { frame, video, second, 0 };

  g_array_append_val (candidates->of[reason], candidate);
}

static void
test_shares (void)
{
  Candidates candidates;
  MienMix mix;
  guint taken[MIEN_REASON_COUNT] = { 0 };
  g_autoptr (GArray) turns = NULL;

  candidates_init (&candidates);
  mien_mix_init (&mix);
  for (guint reason = 0; reason < MIEN_REASON_COUNT; reason++)
    for (gint64 i = 0; i < 400; i++)
      add (&candidates, (MienReason) reason, 1000 * reason + i, 7 * reason + i, -1);
  turns = mien_mix_lay (&mix, candidates.of, 400);
  g_assert_cmpuint (turns->len, ==, 400);
  for (guint i = 0; i < turns->len; i++)
    {
      const MienTurn *turn = &g_array_index (turns, MienTurn, i);

      /* The preferred ones first. */
      g_assert_cmpint (turn->frame, ==, 1000 * turn->reason + taken[turn->reason]);
      taken[turn->reason]++;
      for (guint k = 0; k < MIEN_REASON_COUNT; k++)
        {
          int behind = (int) (mix.share[k] * (i + 1)) - (int) (100 * taken[k]);

          g_assert_cmpint (behind, <=, 100);
          g_assert_cmpint (behind, >=, -100);
        }
    }
  for (guint k = 0; k < MIEN_REASON_COUNT; k++)
    g_assert_cmpuint (taken[k], ==, 4 * mix.share[k]);
  candidates_clear (&candidates);
}

/* What a reason lacks goes to the others; one without a share gets none. */
static void
test_lack (void)
{
  Candidates candidates;
  MienMix mix = { .share = { [MIEN_REASON_UNCERTAIN] = 90, [MIEN_REASON_AUDIT] = 10 } };
  g_autoptr (GArray) turns = NULL;

  candidates_init (&candidates);
  for (gint64 i = 0; i < 20; i++)
    {
      add (&candidates, MIEN_REASON_UNCERTAIN, i, i, -1);
      add (&candidates, MIEN_REASON_RANDOM, 100 + i, i, -1);
    }
  add (&candidates, MIEN_REASON_AUDIT, 50, 50, -1);
  turns = mien_mix_lay (&mix, candidates.of, 100);
  g_assert_cmpuint (turns->len, ==, 21);
  candidates_clear (&candidates);
}

/* One frame, one second of a video: once, for whatever reason. */
static void
test_seconds (void)
{
  Candidates candidates;
  MienMix mix;
  g_autoptr (GArray) turns = NULL;

  candidates_init (&candidates);
  mien_mix_init (&mix);
  for (gint64 i = 0; i < 60; i++)
    for (guint reason = 0; reason < MIEN_REASON_COUNT; reason++)
      add (&candidates, (MienReason) reason, i, i / 30, i % 30 / 10);
  turns = mien_mix_lay (&mix, candidates.of, 100);
  g_assert_cmpuint (turns->len, ==, 6);
  candidates_clear (&candidates);
}

static guint
longest_run (const GArray *turns, gint64 per_video)
{
  guint longest = 0, run = 0;

  for (guint i = 0; i < turns->len; i++)
    {
      gint64 video = g_array_index (turns, MienTurn, i).frame / per_video;

      run = i > 0 && g_array_index (turns, MienTurn, i - 1).frame / per_video == video
                ? run + 1
                : 1;
      longest = MAX (longest, run);
    }
  return longest;
}

static void
test_runs (void)
{
  Candidates candidates;
  MienMix mix;
  g_autoptr (GArray) turns = NULL, alone = NULL;

  candidates_init (&candidates);
  mien_mix_init (&mix);
  for (gint64 i = 0; i < 300; i++)
    add (&candidates, MIEN_REASON_UNCERTAIN, i, i / 100, i);
  turns = mien_mix_lay (&mix, candidates.of, 300);
  g_assert_cmpuint (turns->len, ==, 300);
  g_array_set_size (turns, 120);
  g_assert_cmpuint (longest_run (turns, 100), ==, MIEN_MIX_RUN);
  /* Where there is but one video, it goes on. */
  g_array_set_size (candidates.of[MIEN_REASON_UNCERTAIN], 100);
  alone = mien_mix_lay (&mix, candidates.of, 300);
  g_assert_cmpuint (alone->len, ==, 100);
  candidates_clear (&candidates);
}

static void
test_text (void)
{
  static const char *const wrong[] = {
    "",
    "uncertain",
    "uncertain=50",
    "uncertain=50,random=51",
    "anger=100",
    "uncertain=100,",
    "uncertain=1e2",
    "uncertain=-1,random=101",
    "random=100 ",
    "random=4294967396",
    "uncertain=50;random=50",
  };
  g_autofree char *text = NULL;
  MienMix mix, before;

  mien_mix_init (&mix);
  before = mix;
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (mien_mix_parse (wrong[i], &mix, &error));
      g_assert_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE);
      g_assert_cmpmem (&mix, sizeof mix, &before, sizeof before);
    }
  g_assert_true (mien_mix_parse ("audit=25,uncertain=75", &mix, NULL));
  g_assert_cmpuint (mix.share[MIEN_REASON_AUDIT], ==, 25);
  g_assert_cmpuint (mix.share[MIEN_REASON_RARE], ==, 0);
  text = mien_mix_to_text (&mix);
  g_assert_cmpstr (text, ==, "uncertain=75,audit=25");

  /* As projects have it that were set before there was the reason "diverse". */
  g_assert_true (mien_mix_parse (
      "uncertain=50,rare=15,disagreement=10,random=10,audit=15", &mix, NULL));
  g_assert_cmpuint (mix.share[MIEN_REASON_DIVERSE], ==, 0);
  g_assert_cmpuint (mix.share[MIEN_REASON_AUDIT], ==, 15);
  g_free (text);
  mien_mix_init (&mix);
  text = mien_mix_to_text (&mix);
  g_assert_cmpstr (text, ==,
                   "uncertain=45,rare=15,diverse=10,disagreement=10,random=5,audit=15");
  g_assert_true (mien_mix_parse (text, &before, NULL));
  g_assert_cmpmem (&mix, sizeof mix, &before, sizeof before);
}

/* ---- the plan ---- */

/* In ten videos, a frame a second; the model knows one in three for sure, and frame n is
 * the surer the greater n. Expressions alone. */
static gint64
open_read (TestProject *project)
{
  g_autoptr (GError) error = NULL;
  MienLabels labels = { 0 };
  gint64 model;

  test_project_open (project);
  test_add_annotator (project->store, "Ana");
  g_assert_true (mien_store_set_bulk (project->store, TRUE, &error));
  for (gint64 i = 1; i <= FRAMES; i++)
    {
      g_autofree char *video = g_strdup_printf ("v%d", (int) (i % 10));

      g_assert_cmpint (test_add_frame (project->store, video, MIEN_SPLIT_TRAIN, 30 * i),
                       ==, i);
    }
  /* One label, so that expressions alone are asked. */
  labels.item[EXPRESSION] = test_value (3);
  g_assert_true (mien_events_import (
      project->store, test_add_frame (project->store, "w", MIEN_SPLIT_TRAIN, 1), &labels,
      NULL, &error));
  model = test_add_model (project->store, 1 << MIEN_TASK_EXPRESSION);
  g_assert_true (mien_models_use (project->store, model, &error));
  for (gint64 i = 1; i <= FRAMES; i++)
    test_predict (project->store, model, i,
                  i % 3 == 0 ? 0.9 : 0.3 + 0.4 * (double) i / FRAMES);
  return model;
}

static guint
count_reason (MienStore *store, const char *reason)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) items = mien_queue_list (store, G_MAXUINT, &error);
  guint n = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < items->len; i++)
    n += g_str_equal (((MienQueueItem *) items->pdata[i])->reason, reason);
  return n;
}

static void
assert_counted (MienStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) items = mien_queue_list (store, G_MAXUINT, &error);
  g_autoptr (GArray) frames = mien_queue_frames (store, G_MAXUINT, NULL, &error);
  MienStatus status;

  g_assert_no_error (error);
  g_assert_true (mien_store_status (store, &status, &error));
  g_assert_cmpuint (status.queue, ==, items->len);
  g_assert_cmpuint (frames->len, ==, items->len); /* one task */
}

/* Of what is audited, and of validation frames, nobody sees what the model says. */
static void
assert_blind (MienStore *store)
{
  g_autoptr (GPtrArray) items = mien_queue_list (store, G_MAXUINT, NULL);
  guint n = 0;

  for (guint i = 0; i < items->len; i++)
    {
      const MienQueueItem *item = items->pdata[i];
      gboolean blind =
          g_str_equal (item->reason, "audit") || g_str_equal (item->reason, "validation");

      g_assert_true (item->has_proposal == !blind);
      g_assert_true (isnan (item->confidence) == blind);
      n += blind;
    }
  g_assert_cmpuint (n, ==, 31);
}

static void
test_plan (void)
{
  TestProject project;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) frames = NULL, again = NULL;
  guint left;
  gint64 model = open_read (&project), first;

  /* Of 100 accepted answers of one class, 30 are drawn. */
  test_predict (project.store, model,
                test_add_frame (project.store, "x", MIEN_SPLIT_VALIDATION, 1), 0.5);
  g_assert_true (mien_plan_renew (project.store, &error));
  g_assert_no_error (error);
  g_assert_true (mien_plan_left (project.store, &left, &error));
  g_assert_cmpuint (left, ==, 231);
  assert_blind (project.store);
  g_assert_cmpuint (count_reason (project.store, "audit"), ==, 30);
  assert_counted (project.store);
  frames = mien_queue_frames (project.store, 100, NULL, &error);

  /* The order stands, whatever the model says now; an answer moves it up by one. */
  test_predict (project.store, model, 2, 0.2);
  again = mien_queue_frames (project.store, 100, NULL, &error);
  g_assert_cmpmem (frames->data, 100 * sizeof (gint64), again->data,
                   100 * sizeof (gint64));
  first = g_array_index (frames, gint64, 0);
  test_answer (project.store, first, 1, EXPRESSION, test_value (4));
  g_clear_pointer (&again, g_array_unref);
  again = mien_queue_frames (project.store, 99, NULL, &error);
  g_assert_cmpmem (frames->data + sizeof (gint64), 99 * sizeof (gint64), again->data,
                   99 * sizeof (gint64));
  g_assert_true (mien_plan_left (project.store, &left, &error));
  g_assert_cmpuint (left, ==, 230);
  assert_counted (project.store);
  test_assert_sound (project.store);
  test_project_close (&project);
}

static gint64
next_audited (MienStore *store)
{
  g_autoptr (GPtrArray) items = mien_queue_list (store, G_MAXUINT, NULL);

  for (guint i = 0; i < items->len; i++)
    if (g_str_equal (((MienQueueItem *) items->pdata[i])->reason, "audit"))
      return ((MienQueueItem *) items->pdata[i])->frame;
  return 0;
}

static void
count_audits (MienStore *store, gint64 model, guint *drawn, guint *counts, guint *agreed)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) audits = mien_plan_audits (store, model, &error);

  g_assert_no_error (error);
  *drawn = audits->len;
  *counts = *agreed = 0;
  for (guint i = 0; i < audits->len; i++)
    {
      const MienAudit *audit = &g_array_index (audits, MienAudit, i);

      g_assert_cmpint (audit->item, ==, MIEN_ITEM_EXPRESSION);
      g_assert_cmpint (audit->says, ==, 4);
      g_assert_cmpint (audit->frame % 3, ==, 0);
      *counts += audit->counts;
      *agreed += audit->agreed;
    }
}

static void
test_audits (void)
{
  TestProject project;
  g_autoptr (GError) error = NULL;
  MienThresholds thresholds;
  MienDecision seen = { .kind = MIEN_DECISION_ANSWER,
                        .annotator = 1,
                        .proposal_visible = TRUE,
                        .duration_us = -1 };
  guint drawn, counts, agreed;
  gint64 model = open_read (&project), frame;

  g_assert_true (mien_plan_renew (project.store, &error));
  /* Agreed, not agreed, cannot tell, and one that was not blind. */
  frame = next_audited (project.store);
  test_answer (project.store, frame, 1, EXPRESSION, test_value (4));
  test_answer (project.store, next_audited (project.store), 1, EXPRESSION,
               test_value (2));
  test_answer (project.store, next_audited (project.store), 1, EXPRESSION,
               test_cannot_tell ());
  seen.frame = next_audited (project.store);
  seen.answers.item[EXPRESSION] = test_value (4);
  g_assert_true (mien_events_decide (project.store, &seen, NULL, &error));
  count_audits (project.store, model, &drawn, &counts, &agreed);
  g_assert_cmpuint (drawn, ==, 30);
  g_assert_cmpuint (counts, ==, 2);
  g_assert_cmpuint (agreed, ==, 1);
  g_assert_cmpuint (count_reason (project.store, "audit"), ==, 26);
  assert_counted (project.store);

  /* Taken back, it is asked again; what is no face is not. */
  for (guint i = 0; i < 4; i++)
    g_assert_true (mien_events_undo (project.store, 1, NULL, &error));
  g_assert_cmpuint (count_reason (project.store, "audit"), ==, 30);
  test_decide (project.store, frame, 1, MIEN_DECISION_NOT_A_FACE);
  g_assert_cmpuint (count_reason (project.store, "audit"), ==, 29);
  assert_counted (project.store);

  /* Those that wait are not drawn twice, and a new threshold begins a new count. */
  g_assert_true (mien_plan_renew (project.store, &error));
  count_audits (project.store, model, &drawn, &counts, &agreed);
  g_assert_cmpuint (drawn, ==, 30);
  test_set_thresholds (&thresholds, 0.85);
  g_assert_true (mien_models_set_thresholds (project.store, model, &thresholds, &error));
  g_assert_true (mien_plan_renew (project.store, &error));
  count_audits (project.store, model, &drawn, &counts, &agreed);
  g_assert_cmpuint (drawn, ==, 60);
  assert_counted (project.store);
  test_assert_sound (project.store);
  test_project_close (&project);
}

/* Without a model: any frames, but not one after the other of one video. */
static void
test_without_a_model (void)
{
  TestProject project;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) frames = NULL;
  guint left;

  test_project_open (&project);
  for (gint64 i = 1; i <= 60; i++)
    test_add_frame (project.store, i <= 40 ? "v" : "w", MIEN_SPLIT_TRAIN, 10 * i);
  g_assert_true (mien_plan_renew (project.store, &error));
  g_assert_true (mien_plan_left (project.store, &left, &error));
  g_assert_cmpuint (left, ==, 14 + 8); /* seconds of the two */
  frames = mien_queue_frames (project.store, 1000, NULL, &error);
  g_assert_cmpuint (frames->len, ==, 60);
  test_project_close (&project);
}

static void
test_setting (void)
{
  TestProject project;
  g_autoptr (GError) error = NULL;
  MienMix mix, read, usual;

  test_project_open (&project);
  mien_mix_init (&usual);
  g_assert_true (mien_plan_mix (project.store, &read, &error));
  g_assert_cmpmem (&read, sizeof read, &usual, sizeof usual);
  g_assert_true (mien_mix_parse ("random=100", &mix, &error));
  g_assert_true (mien_plan_set_mix (project.store, &mix, &error));
  g_assert_true (mien_plan_mix (project.store, &read, &error));
  g_assert_cmpmem (&read, sizeof read, &mix, sizeof mix);
  /* A stranger's project may say anything. */
  g_assert_true (mien_store_set_setting (project.store, "queue-mix", "random=7", &error));
  g_assert_true (mien_plan_mix (project.store, &read, &error));
  g_assert_cmpmem (&read, sizeof read, &usual, sizeof usual);
  test_project_close (&project);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mix/shares", test_shares);
  g_test_add_func ("/mix/lack", test_lack);
  g_test_add_func ("/mix/seconds", test_seconds);
  g_test_add_func ("/mix/runs", test_runs);
  g_test_add_func ("/mix/text", test_text);
  g_test_add_func ("/plan/order", test_plan);
  g_test_add_func ("/plan/audits", test_audits);
  g_test_add_func ("/plan/without-a-model", test_without_a_model);
  g_test_add_func ("/plan/setting", test_setting);
  return g_test_run ();
}

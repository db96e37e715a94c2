/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What mienctl says, as the window understands it, and how the window runs it: a script
 * stands in for mienctl where the process itself is what is tested (it ends badly, it is
 * stopped, it says nonsense). Sentences are in English here.
 */
#include "config.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "mien-export-dialog.h"
#include "mien-import-dialog.h"
#include "mien-job-runner.h"
#include "mien-report.h"
#include "mien-settings.h"
#include "mien-test-project.h"

static void
test_line_progress (void)
{
  g_auto (MienJobLine) line = { 0 };

  mien_job_line_parse ("{\"event\":\"progress\",\"job\":\"train\",\"stage\":\"train\","
                       "\"done\":30,\"total\":120,\"epoch\":6,\"epochs\":20,"
                       "\"loss\":1.25,\"rate\":94.5,\"eta_seconds\":700}",
                       &line);
  g_assert_cmpint (line.kind, ==, MIEN_JOB_LINE_PROGRESS);
  g_assert_cmpstr (line.stage, ==, "train");
  g_assert_cmpuint (line.done, ==, 30);
  g_assert_cmpuint (line.total, ==, 120);
  g_assert_cmpint (line.epoch, ==, 6);
  g_assert_cmpint (line.epochs, ==, 20);
  g_assert_cmpfloat (line.loss, ==, 1.25);
  g_assert_cmpfloat (line.rate, ==, 94.5);
  g_assert_cmpfloat (line.eta, ==, 700);
  g_assert_cmpfloat (mien_job_line_fraction (&line), ==, 0.25);
}

static void
test_line_events (void)
{
  static const struct
  {
    const char *text;
    MienJobLineKind kind;
    const char *says;
  } lines[] = {
    { "{\"event\":\"warning\",\"text\":\"a.jpg: broken\"}", MIEN_JOB_LINE_WARNING,
      "a.jpg: broken" },
    { "{\"event\":\"note\",\"text\":\"going on\"}", MIEN_JOB_LINE_NOTE, "going on" },
    { "{\"event\":\"metric\",\"epoch\":1,\"name\":\"loss\",\"value\":2}",
      MIEN_JOB_LINE_METRIC, NULL },
    { "{\"event\":\"threshold\",\"epoch\":1,\"class\":7,\"value\":0.5}",
      MIEN_JOB_LINE_THRESHOLD, NULL },
    { "{\"event\":\"of tomorrow\"}", MIEN_JOB_LINE_OTHER, NULL },
    { "{}", MIEN_JOB_LINE_OTHER, NULL },
    { "mienctl: a.mien: the disk is full", MIEN_JOB_LINE_TEXT,
      "a.mien: the disk is full" },
    { "{\"event\":", MIEN_JOB_LINE_TEXT, "{\"event\":" },
    { "[1]", MIEN_JOB_LINE_TEXT, "[1]" },
    { "", MIEN_JOB_LINE_TEXT, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_auto (MienJobLine) line = { 0 };

      mien_job_line_parse (lines[i].text, &line);
      g_assert_cmpint (line.kind, ==, lines[i].kind);
      g_assert_cmpstr (line.text, ==, lines[i].says);
    }
}

/* Nothing that a line says is believed unless it is a number of a sane size. */
static void
test_line_nonsense (void)
{
  g_auto (MienJobLine) line = { 0 };
  g_auto (MienJobLine) bytes = { 0 };

  mien_job_line_parse (
      "{\"event\":\"progress\",\"done\":-5,\"total\":1e300,\"epoch\":\"x\","
      "\"loss\":null,\"rate\":[],\"stage\":7}",
      &line);
  g_assert_cmpint (line.kind, ==, MIEN_JOB_LINE_PROGRESS);
  g_assert_cmpuint (line.done, ==, 0);
  g_assert_cmpuint (line.total, ==, 0);
  g_assert_cmpint (line.epoch, ==, 0);
  g_assert_true (isnan (line.loss) && isnan (line.rate) && isnan (line.eta));
  g_assert_null (line.stage);
  g_assert_cmpfloat (mien_job_line_fraction (&line), ==, -1);

  mien_job_line_parse ("{\"event\":\"\xff\"}", &bytes);
  g_assert_cmpint (bytes.kind, ==, MIEN_JOB_LINE_TEXT);
  g_assert_true (g_utf8_validate (bytes.text, -1, NULL));
}

static const char scores_json[] =
    "{\"model\":4,\"accepted\":false,\"metrics\":{\"score\":0.5,\"p_mtl\":null,"
    "\"valence_arousal\":{\"ccc_valence\":0.25,\"ccc_arousal\":0.75},"
    "\"expression\":{\"f1\":0.4,\"per_class\":[1,0.5],\"accuracy\":0.6},"
    "\"action_units\":null,\"frames\":597}}";

static void
test_scores (void)
{
  MienScores scores, none;
  g_autofree char *deep = g_strnfill (500000, '[');

  g_assert_true (mien_scores_parse (scores_json, &scores));
  g_assert_cmpfloat (scores.score, ==, 0.5);
  g_assert_true (isnan (scores.p_mtl));
  g_assert_cmpfloat (scores.ccc_arousal, ==, 0.75);
  g_assert_cmpfloat (scores.per_class[1], ==, 0.5);
  g_assert_true (isnan (scores.per_class[2]));
  g_assert_true (isnan (scores.units_f1));
  g_assert_cmpuint (scores.frames, ==, 597);
  g_assert_cmpint (mien_result_integer (scores_json, "model", NULL), ==, 4);
  g_assert_cmpint (mien_result_integer (scores_json, "metrics", "frames"), ==, 597);
  g_assert_cmpint (mien_result_integer (scores_json, "nothing", "frames"), ==, 0);

  g_assert_false (mien_scores_parse (NULL, &none));
  g_assert_false (mien_scores_parse ("[]", &none));
  g_assert_false (mien_scores_parse ("{\"model\":1}", &none));
  g_assert_false (mien_scores_parse (deep, &none));
  g_assert_true (isnan (none.score) && isnan (none.per_unit[11]));
}

static void
test_comparison (void)
{
  MienScores candidate, in_use;
  g_autofree char *first = NULL, *second = NULL, *third = NULL;

  mien_scores_parse (scores_json, &candidate);
  mien_scores_parse ("{\"score\":0.45,\"expression\":{\"f1\":0.3}}", &in_use);
  first = mien_report_comparison (&candidate, 0, NULL);
  g_assert_cmpstr (
      first, ==,
      "Score: 0.500\nExpression F1: 0.400\nValence and arousal CCC: 0.500\n\n"
      "Measured on 597 validation frames. No model is in use yet.");
  second = mien_report_comparison (&candidate, 3, &in_use);
  g_assert_cmpstr (second, ==,
                   "Score: 0.500, in use 0.450\nExpression F1: 0.400, in use 0.300\n"
                   "Valence and arousal CCC: 0.500\n\n"
                   "Measured on 597 validation frames.");
  mien_scores_parse (NULL, &candidate);
  third = mien_report_comparison (&candidate, 3, &in_use);
  g_assert_cmpstr (third, ==,
                   "It could not be measured: no validation frame has a label.");
}

static void
test_report_import (void)
{
  MienReportRow rows[MIEN_REPORT_ROWS];
  guint n = mien_report_import (
      "{\"frames_added\":3889,\"frames_known\":1,\"images_missing\":2,"
      "\"duplicate_rows\":3,\"rejected_rows\":4,\"labels\":{\"valence_arousal\":5,"
      "\"expression\":6,\"action_units\":7}}",
      rows);
  const gint64 counts[] = { 3889, 1, 2, 3, 4, 5, 6, 7 };

  g_assert_cmpuint (n, ==, G_N_ELEMENTS (counts));
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (rows[i].count, ==, counts[i]);
  g_assert_cmpstr (rows[0].title, ==, "Frames added");
}

static void
test_report_times (void)
{
  static const struct
  {
    double seconds;
    const char *text;
  } times[] = {
    { 1, "1 second left" },
    { 59.2, "60 seconds left" },
    { 700, "12 minutes left" },
    { 9000, "3 hours left" },
    { 0, NULL },
    { -1, NULL },
    { (double) NAN, NULL },
    { (double) INFINITY, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autofree char *text = mien_report_time_left (times[i].seconds);

      g_assert_cmpstr (text, ==, times[i].text);
    }
}

static void
test_arguments (void)
{
  g_auto (GStrv) list =
      mien_import_arguments (MIEN_IMPORT_LIST, "/p.mien", "/i", "/l.txt", "train", TRUE);
  g_auto (GStrv) folder =
      mien_import_arguments (MIEN_IMPORT_FOLDER, "/p.mien", "/i", NULL, NULL, FALSE);
  MienExportForm form = { .format = 2,
                          .imported = TRUE,
                          .accepted = TRUE,
                          .split = "test",
                          .images = TRUE,
                          .out = "/o" };
  g_auto (GStrv) export = mien_export_arguments (&form, "/p.mien");
  g_autofree char *first = g_strjoinv (" ", list);
  g_autofree char *second = g_strjoinv (" ", folder);
  g_autofree char *third = g_strjoinv (" ", export);

  g_assert_cmpstr (
      first, ==,
      "import affwild2 /p.mien --images /i --annotations /l.txt --split train"
      " --link");
  g_assert_cmpstr (second, ==, "import folder /p.mien --images /i");
  g_assert_cmpstr (third, ==,
                   "export /p.mien --format csv --out /o --labels imported,accepted"
                   " --split test --images");

  g_assert_null (
      mien_import_arguments (MIEN_IMPORT_LIST, "/p.mien", "/i", NULL, "train", FALSE));
  g_assert_null (
      mien_import_arguments (MIEN_IMPORT_FOLDER, "/p.mien", NULL, "/l", NULL, FALSE));
  form.imported = form.accepted = FALSE;
  g_assert_null (mien_export_arguments (&form, "/p.mien"));
}

/* A script in the place of mienctl. */
typedef struct
{
  char *folder, *program;
} Script;

static void
script_init (Script *script, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *whole = g_strconcat ("#!/bin/sh\n", text, NULL);

  script->folder = g_dir_make_tmp ("mien-script-XXXXXX", &error);
  g_assert_no_error (error);
  script->program = g_build_filename (script->folder, "mienctl", NULL);
  g_file_set_contents (script->program, whole, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (script->program, 0755), ==, 0);
  g_setenv ("MIENCTL", script->program, TRUE);
}

static void
script_clear (Script *script)
{
  g_unsetenv ("MIENCTL");
  g_remove (script->program);
  g_rmdir (script->folder);
  g_free (script->program);
  g_free (script->folder);
}

static MienChild *
child_new (MienChildKind kind)
{
  return mien_child_new (kind, (const char *const[]){ "train", "/p.mien", NULL });
}

static void
test_child_done (void)
{
  Script script;
  g_autoptr (MienChild) child = child_new (MIEN_CHILD_TRAIN);
  g_autofree char *text = NULL;
  guint warnings;

  /* It also sees its arguments, and that it may not disturb anybody. */
  script_init (
      &script,
      "echo '{\"event\":\"warning\",\"text\":\"'\"$*\"'\"}' >&2\n"
      "echo '{\"event\":\"warning\",\"text\":\"'`nice`'\"}' >&2\n"
      "echo '{\"event\":\"metric\",\"epoch\":1,\"name\":\"validation_score\","
      "\"value\":0.5}' >&2\n"
      "echo '{\"event\":\"threshold\",\"epoch\":1,\"class\":4,\"value\":0.8}' >&2\n"
      "echo '{\"event\":\"progress\",\"done\":5,\"total\":10,\"stage\":\"train\","
      "\"epoch\":1,\"epochs\":2,\"eta_seconds\":30}' >&2\n"
      "echo '{\"model\":7}'\n");
  g_assert_cmpint (mien_child_get_state (child), ==, MIEN_CHILD_WAITING);
  mien_child_start (child);
  mien_test_wait (mien_child_is_over (child));
  g_assert_cmpint (mien_child_get_state (child), ==, MIEN_CHILD_DONE);
  g_assert_cmpint (mien_result_integer (mien_child_get_result (child), "model", NULL), ==,
                   7);
  g_assert_cmpfloat (mien_child_get_fraction (child), ==, 0.5);
  g_assert_cmpfloat (mien_child_get_score (child), ==, 0.5);
  {
    const GArray *curves = mien_child_get_curves (child);

    g_assert_cmpuint (curves->len, ==, 2);
    g_assert_cmpstr (g_array_index (curves, MienCurvePoint, 0).name, ==,
                     "validation_score");
    g_assert_cmpstr (g_array_index (curves, MienCurvePoint, 1).name, ==, "threshold.4");
    g_assert_cmpfloat (g_array_index (curves, MienCurvePoint, 1).value, ==, 0.8);
  }
  mien_child_get_warnings (child, &warnings);
  g_assert_cmpuint (warnings, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (mien_child_get_warnings (child, &warnings), 0), ==,
                   "train /p.mien --json --progress=json");
  g_assert_cmpint (
      atoi (g_ptr_array_index (mien_child_get_warnings (child, &warnings), 1)), >=, 10);
  text = mien_report_progress (child);
  g_assert_cmpstr (text, ==, "done");
  script_clear (&script);
}

/* Of those that compute only; the others do not know the option. */
static void
test_child_threads (void)
{
  static const struct
  {
    MienChildKind kind;
    const char *says;
  } jobs[] = {
    { MIEN_CHILD_TRAIN, "train /p.mien --threads 3 --json --progress=json" },
    { MIEN_CHILD_IMPORT, "train /p.mien --json --progress=json" },
  };
  g_autoptr (GSettings) settings = mien_settings_new ();
  Script script;

  script_init (&script,
               "echo '{\"event\":\"warning\",\"text\":\"'\"$*\"'\"}' >&2\necho '{}'\n");
  g_settings_set_int (settings, "threads", 3);
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    {
      g_autoptr (MienJobRunner) runner = mien_job_runner_new ("/p.mien", settings);
      g_autoptr (MienChild) child = child_new (jobs[i].kind);
      guint warnings;

      mien_job_runner_add (runner, child);
      mien_test_wait (mien_child_is_over (child));
      g_assert_cmpstr (g_ptr_array_index (mien_child_get_warnings (child, &warnings), 0),
                       ==, jobs[i].says);
    }
  g_settings_reset (settings, "threads");
  script_clear (&script);
}

static void
test_child_failed (void)
{
  Script script;
  g_autoptr (MienChild) child = child_new (MIEN_CHILD_TRAIN);

  script_init (&script, "echo 'half an answer'\n"
                        "echo 'mienctl: a.mien: no labels; import some' >&2\nexit 1\n");
  mien_child_start (child);
  mien_test_wait (mien_child_is_over (child));
  g_assert_cmpint (mien_child_get_state (child), ==, MIEN_CHILD_FAILED);
  g_assert_cmpstr (mien_child_get_error (child), ==, "a.mien: no labels; import some");
  g_assert_null (mien_child_get_result (child));
  script_clear (&script);
}

static void
test_child_killed (void)
{
  Script script;
  g_autoptr (MienChild) child = child_new (MIEN_CHILD_TRAIN);

  script_init (&script, "kill -9 $$\n");
  mien_child_start (child);
  mien_test_wait (mien_child_is_over (child));
  g_assert_cmpint (mien_child_get_state (child), ==, MIEN_CHILD_FAILED);
  g_assert_nonnull (strstr (mien_child_get_error (child), "signal 9"));
  script_clear (&script);
}

static void
test_child_missing (void)
{
  g_autoptr (MienChild) child = child_new (MIEN_CHILD_TRAIN);

  g_setenv ("MIENCTL", "/nowhere/mienctl", TRUE);
  mien_child_start (child);
  g_assert_cmpint (mien_child_get_state (child), ==, MIEN_CHILD_FAILED);
  g_assert_nonnull (strstr (mien_child_get_error (child), "/nowhere/mienctl"));
  g_unsetenv ("MIENCTL");
}

/* Says a line when it is ready, and ends as mienctl does when it is told to. */
static const char patient[] =
    "trap 'echo \"mienctl: stopped; the same command goes on\" >&2; exit 1' TERM\n"
    "echo '{\"event\":\"progress\",\"done\":1,\"total\":4}' >&2\n"
    "while :; do sleep 0.05; done\n";

static void
test_child_stopped (void)
{
  Script script;
  g_autoptr (MienChild) child = child_new (MIEN_CHILD_TRAIN);

  script_init (&script, patient);
  mien_child_start (child);
  mien_test_wait (mien_child_get_fraction (child) > 0);
  mien_child_stop (child);
  g_assert_cmpint (mien_child_get_state (child), ==, MIEN_CHILD_STOPPING);
  mien_test_wait (mien_child_is_over (child));
  g_assert_cmpint (mien_child_get_state (child), ==, MIEN_CHILD_STOPPED);
  script_clear (&script);
}

static void
remember (MienJobRunner *runner, MienChild *child, GPtrArray *ended)
{
  g_ptr_array_add (ended, child);
}

static void
test_runner_order (void)
{
  Script script;
  g_autoptr (MienJobRunner) runner = mien_job_runner_new ("/p.mien", NULL);
  g_autoptr (MienChild) first = child_new (MIEN_CHILD_TRAIN);
  g_autoptr (MienChild) second = child_new (MIEN_CHILD_PROPOSE);
  g_autoptr (GPtrArray) ended = g_ptr_array_new ();

  script_init (&script, "sleep 0.1\n");
  g_signal_connect (runner, "ended", G_CALLBACK (remember), ended);
  mien_job_runner_add (runner, first);
  mien_job_runner_add (runner, second);
  g_assert_true (mien_job_runner_get_running (runner) == first);
  g_assert_cmpint (mien_child_get_state (second), ==, MIEN_CHILD_WAITING);
  g_assert_true (mien_job_runner_find (runner, MIEN_CHILD_PROPOSE) == second);
  mien_test_wait (ended->len == 1);
  g_assert_true (g_ptr_array_index (ended, 0) == first);
  mien_test_wait (ended->len == 2);
  g_assert_null (mien_job_runner_get_running (runner));
  g_assert_null (mien_job_runner_find (runner, MIEN_CHILD_TRAIN));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (runner)), ==, 2);
  script_clear (&script);
}

/* Closed in mid-job: what ran is there at the next start, once; what ended is not. */
static void
test_runner_resume (void)
{
  Script script;
  g_autoptr (GSettings) settings = mien_settings_new ();
  g_autoptr (MienJobRunner) runner = mien_job_runner_new ("/p.mien", settings);
  g_autoptr (MienJobRunner) other = mien_job_runner_new ("/q.mien", settings);
  g_autoptr (MienJobRunner) next = mien_job_runner_new ("/p.mien", settings);
  g_autoptr (MienChild) child = child_new (MIEN_CHILD_TRAIN);
  g_autoptr (MienChild) waiting = child_new (MIEN_CHILD_PROPOSE);
  g_auto (GStrv) arguments = NULL;
  MienChildKind kind = MIEN_CHILD_DEMO;

  script_init (&script, patient);
  mien_job_runner_add (runner, child);
  mien_job_runner_add (runner, waiting);
  mien_test_wait (mien_child_get_fraction (child) > 0);
  mien_job_runner_stop_all (runner);
  mien_test_wait (mien_child_is_over (child));
  g_assert_cmpint (mien_child_get_state (waiting), ==, MIEN_CHILD_STOPPED);

  g_assert_null (mien_job_runner_take_interrupted (other, &kind));
  arguments = mien_job_runner_take_interrupted (next, &kind);
  g_assert_cmpint (kind, ==, MIEN_CHILD_TRAIN);
  g_assert_cmpstrv (arguments, ((const char *const[]){ "train", "/p.mien", NULL }));
  g_assert_null (mien_job_runner_take_interrupted (next, &kind));
  script_clear (&script);

  script_init (&script, "exit 0\n");
  g_clear_object (&child);
  child = child_new (MIEN_CHILD_TRAIN);
  mien_job_runner_add (next, child);
  mien_test_wait (mien_child_is_over (child));
  g_assert_null (mien_job_runner_take_interrupted (next, &kind));
  script_clear (&script);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/jobs/line/progress", test_line_progress);
  g_test_add_func ("/jobs/line/events", test_line_events);
  g_test_add_func ("/jobs/line/nonsense", test_line_nonsense);
  g_test_add_func ("/jobs/scores", test_scores);
  g_test_add_func ("/jobs/comparison", test_comparison);
  g_test_add_func ("/jobs/report/import", test_report_import);
  g_test_add_func ("/jobs/report/times", test_report_times);
  g_test_add_func ("/jobs/arguments", test_arguments);
  g_test_add_func ("/jobs/child/done", test_child_done);
  g_test_add_func ("/jobs/child/threads", test_child_threads);
  g_test_add_func ("/jobs/child/failed", test_child_failed);
  g_test_add_func ("/jobs/child/killed", test_child_killed);
  g_test_add_func ("/jobs/child/missing", test_child_missing);
  g_test_add_func ("/jobs/child/stopped", test_child_stopped);
  g_test_add_func ("/jobs/runner/order", test_runner_order);
  g_test_add_func ("/jobs/runner/resume", test_runner_resume);
  return g_test_run ();
}

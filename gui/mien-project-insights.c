/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The sums of the Insights page. Invariant: nothing that reads a whole table runs on the
 * reader's thread, where the next face may be waiting.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-project-insights.h"

#include <glib/gi18n.h>
#include <signal.h>

#include "mien-child.h"
#include "mien-project-private.h"

void
mien_project_insights_free (MienProjectInsights *insights)
{
  if (insights == NULL)
    return;
  g_clear_pointer (&insights->decisions, mien_decisions_free);
  g_clear_pointer (&insights->model, mien_model_free);
  g_free (insights);
}

static void
read_insights (MienWork *work, gpointer data)
{
  MienReader *reader = data;
  const gint64 *since = work->input;
  g_autoptr (MienProjectInsights) insights = g_new0 (MienProjectInsights, 1);

  if (!mien_insights_census (reader->store, insights->census, &work->error))
    return;
  insights->decisions = mien_insights_decisions (reader->store, *since, &work->error);
  if (insights->decisions == NULL)
    return;
  insights->model = mien_models_current (reader->store, &work->error);
  if (work->error != NULL)
    return;
  work->result = g_steal_pointer (&insights);
  work->free_result = (GDestroyNotify) mien_project_insights_free;
}

void
mien_project_insights_async (MienProject *self,
                             gint64 since,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, mien_project_insights_async);
  mien_project_push (
      self, self->reader.worker, MIEN_ORDINARY,
      mien_work_new (task, read_insights, g_memdup2 (&since, sizeof since), g_free));
}

MienProjectInsights *
mien_project_insights_finish (MienProject *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
run_balance (GTask *task, gpointer source, gpointer path, GCancellable *cancellable)
{
  GError *error = NULL;
  g_autoptr (MienStore) store = mien_store_open (path, MIEN_STORE_READ_ONLY, &error);
  g_autofree MienBalance *balance = g_new0 (MienBalance, 1);

  if (store == NULL || !mien_insights_balance (store, cancellable, balance, &error))
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&balance), g_free);
}

void
mien_project_balance_async (MienProject *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, mien_project_balance_async);
  g_task_set_task_data (task, g_strdup (self->path), g_free);
  g_task_run_in_thread (task, run_balance);
}

MienBalance *
mien_project_balance_finish (MienProject *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- what mienctl tells ---- */

typedef struct
{
  char *program, *path;
  const char *command;
  gpointer (*parse) (const char *json);
  GDestroyNotify free;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_free (question->program);
  g_free (question->path);
  g_free (question);
}

/* What it says of a failure is one line. */
static GError *
failure_of (GSubprocess *process, char *said)
{
  g_auto (MienJobLine) line = { 0 };

  if (said != NULL)
    mien_job_line_parse (g_strstrip (said), &line);
  if (line.text != NULL && line.text[0] != '\0')
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, line.text);
  return g_error_new (
      G_IO_ERROR, G_IO_ERROR_FAILED,
      _ ("mienctl failed with status %d and gave no reason"),
      g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process) : -1);
}

/* Waits here until it is over, so that it lives no longer than this thread. */
static void
run_question (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Question *question = data;
  g_autoptr (GSubprocessLauncher) launcher = mien_child_launcher ();
  GError *error = NULL;
  g_autoptr (GSubprocess) process =
      g_subprocess_launcher_spawn (launcher, &error, question->program, question->command,
                                   question->path, "--json", NULL);
  g_autofree char *printed = NULL;
  g_autofree char *said = NULL;
  gpointer result = NULL;

  if (process != NULL
      && !g_subprocess_communicate_utf8 (process, NULL, cancellable, &printed, &said,
                                         &error))
    {
      g_subprocess_send_signal (process, SIGTERM);
      g_subprocess_wait (process, NULL, NULL);
    }
  else if (process != NULL)
    {
      if (g_subprocess_get_successful (process))
        result = question->parse (printed);
      if (result == NULL)
        error = failure_of (process, said);
    }
  if (result != NULL)
    g_task_return_pointer (task, result, question->free);
  else
    g_task_return_error (task, error);
}

static void
ask (MienProject *self,
     const Question *question,
     GCancellable *cancellable,
     GAsyncReadyCallback callback,
     gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Question *copy = g_memdup2 (question, sizeof *question);

  copy->program = mien_child_program ();
  copy->path = g_strdup (self->path);
  g_task_set_source_tag (task, ask);
  g_task_set_task_data (task, copy, question_free);
  g_task_run_in_thread (task, run_question);
}

static gpointer
parse_audits (const char *json)
{
  return mien_audits_parse (json);
}

static gpointer
parse_agreement (const char *json)
{
  return mien_agreement_parse (json);
}

void
mien_project_audits_async (MienProject *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer data)
{
  const Question question = { .command = "thresholds",
                              .parse = parse_audits,
                              .free = (GDestroyNotify) mien_audits_free };

  ask (self, &question, cancellable, callback, data);
}

MienAuditsShown *
mien_project_audits_finish (MienProject *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
mien_project_agreement_async (MienProject *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer data)
{
  const Question question = { .command = "agreement",
                              .parse = parse_agreement,
                              .free = (GDestroyNotify) mien_agreement_free };

  ask (self, &question, cancellable, callback, data);
}

MienAgreementShown *
mien_project_agreement_finish (MienProject *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

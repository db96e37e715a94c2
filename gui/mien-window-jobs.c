/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the window makes mienctl do: retrain and propose from the header bar, whatever the
 * dialogs start, and going on with what was broken off. After a training its score is
 * told against the model in use and a person decides; nothing is taken into use by
 * itself.
 *
 * Windows on the same project share its jobs: each shows them, one tells how they ended,
 * and the last one that closes ends them.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-window-private.h"

#include <glib/gi18n.h>

#include "mien-gates-shown.h"
#include "mien-job-view.h"
#include "mien-report.h"

/* The question after a training, while it is open. */
typedef struct
{
  MienWindow *window;
  gint64 model;
  MienScores scores;
} Candidate;

void
mien_window_start_job (MienWindow *self, MienChild *child)
{
  mien_job_runner_add (self->runner, child);
}

static void
start (MienWindow *self, MienChildKind kind, const char *const *arguments)
{
  g_autoptr (MienChild) child = mien_child_new (kind, arguments);

  mien_window_start_job (self, child);
}

static void
on_retrain (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MienWindow *self = MIEN_WINDOW (widget);

  if (mien_job_runner_find (self->runner, MIEN_CHILD_TRAIN) != NULL)
    {
      mien_job_button_popup (self->retrain);
      return;
    }
  start (self, MIEN_CHILD_TRAIN,
         (const char *const[]){ "train", mien_project_get_path (self->project), NULL });
}

static void
on_propose (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MienWindow *self = MIEN_WINDOW (widget);

  if (mien_job_runner_find (self->runner, MIEN_CHILD_PROPOSE) != NULL)
    {
      mien_job_button_popup (self->propose);
      return;
    }
  start (self, MIEN_CHILD_PROPOSE,
         (const char *const[]){ "propose", mien_project_get_path (self->project), NULL });
}

/* target: a model. */
static void
on_compare (GtkWidget *widget, const char *name, GVariant *target)
{
  MienWindow *self = MIEN_WINDOW (widget);
  g_autofree char *model =
      g_strdup_printf ("%" G_GINT64_FORMAT, g_variant_get_int64 (target));

  if (self->runner == NULL
      || mien_job_runner_find (self->runner, MIEN_CHILD_COMPARE) != NULL)
    return;
  start (self, MIEN_CHILD_COMPARE,
         (const char *const[]){ "compare", mien_project_get_path (self->project), model,
                                NULL });
}

typedef struct
{
  MienWindow *window;
  gint64 model;
  gboolean had_one; /* there is something to roll back to */
} Use;

static void
on_used (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Use *use = data;
  g_autoptr (MienWindow) self = use->window;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (!mien_project_use_model_finish (MIEN_PROJECT (source), result, &error))
    {
      if (self->project == MIEN_PROJECT (source))
        mien_window_say_error (self, _ ("The Model Cannot Be Used"), error->message);
      return;
    }
  if (self->project != MIEN_PROJECT (source) || self->closing)
    return;
  text = g_strdup_printf (_ ("Model v%d is in use"), (int) use->model);
  if (use->had_one)
    mien_window_toast_action (self, text, _ ("_Roll Back"), "win.roll-back", NULL);
  else
    mien_window_toast (self, text);
  if (mien_job_runner_find (self->runner, MIEN_CHILD_PROPOSE) == NULL)
    on_propose (GTK_WIDGET (self), NULL, NULL);
}

void
mien_window_use_model (MienWindow *self, gint64 model)
{
  Use *use = g_new0 (Use, 1);

  use->window = g_object_ref (self);
  use->model = model;
  use->had_one = self->summary.status.current_model > 0;
  mien_project_use_model_async (self->project, model, on_used, use);
}

static void
on_roll_back (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MienWindow *self = MIEN_WINDOW (widget);

  if (self->summary.previous_model > 0)
    mien_window_use_model (self, self->summary.previous_model);
}

static void
candidate_free (gpointer data, GClosure *closure)
{
  Candidate *candidate = data;

  g_object_unref (candidate->window);
  g_free (candidate);
}

static void
on_candidate_response (GtkWidget *dialog, const char *response, gpointer data)
{
  Candidate *candidate = data;
  MienWindow *self = candidate->window;

  if (self->project == NULL)
    return;
  if (g_str_equal (response, "use"))
    mien_window_use_model (self, candidate->model);
  else
    mien_window_toast_action (self, _ ("The new model is kept as a candidate"),
                              _ ("_Models"), "win.show-view", "models");
}

/* in_use, trained: NULL where there is none. */
static void
ask_about_candidate (MienWindow *self,
                     Candidate *candidate,
                     const MienModel *trained,
                     const MienModel *in_use)
{
  g_autofree char *heading =
      g_strdup_printf (_ ("Model v%d Is Trained"), (int) candidate->model);
  MienScores of_in_use;
  gboolean has_scores = in_use != NULL && mien_scores_parse (in_use->metrics, &of_in_use);
  g_autofree char *scores =
      mien_report_comparison (&candidate->scores, in_use != NULL ? in_use->id : 0,
                              has_scores ? &of_in_use : NULL);
  MienGatesShown gates;
  gboolean compared = trained != NULL && mien_gates_parse (trained, in_use, &gates);
  g_autofree char *follows = compared ? mien_gates_to_text (&gates) : NULL;
  g_autofree char *body =
      follows != NULL ? g_strdup_printf ("%s\n\n%s", scores, follows) : g_strdup (scores);
  gboolean failed = compared && mien_gates_have_failed (&gates);
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), heading, body);

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "keep", _ ("_Not Now"),
                                    "use", failed ? _ ("_Use Anyway") : _ ("_Use It"),
                                    NULL);
  if (!failed)
    adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "use",
                                                ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "keep");
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_candidate_response),
                         candidate, candidate_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_models_for_candidate (GObject *source, GAsyncResult *result, gpointer data)
{
  Candidate *candidate = data;
  g_autoptr (GPtrArray) models =
      mien_project_models_finish (MIEN_PROJECT (source), result, NULL);
  const MienModel *trained = NULL, *in_use = NULL;

  if (candidate->window->project != MIEN_PROJECT (source) || candidate->window->closing)
    {
      candidate_free (candidate, NULL);
      return;
    }
  for (guint i = 0; models != NULL && i < models->len; i++)
    {
      const MienModel *model = g_ptr_array_index (models, i);

      if (model->current)
        in_use = model;
      if (model->id == candidate->model)
        trained = model;
    }
  ask_about_candidate (candidate->window, candidate, trained, in_use);
}

static void
trained (MienWindow *self, MienChild *child)
{
  const char *json = mien_child_get_result (child);
  Candidate *candidate = g_new0 (Candidate, 1);

  candidate->window = g_object_ref (self);
  candidate->model = mien_result_integer (json, "model", NULL);
  mien_scores_parse (json, &candidate->scores);
  mien_project_models_async (self->project, NULL, on_models_for_candidate, candidate);
}

static void
proposed (MienWindow *self)
{
  mien_window_toast_action (self, _ ("The model has read every face"), _ ("_Review"),
                            "win.show-view", "review");
}

static void
done (MienWindow *self, MienChild *child)
{
  MienChildKind kind = mien_child_get_kind (child);
  g_autofree char *text = NULL;

  if (kind == MIEN_CHILD_TRAIN)
    trained (self, child);
  else if (kind == MIEN_CHILD_PROPOSE)
    proposed (self);
  else
    {
      /* Translators: a job, "Import" or "Export". */
      text = g_strdup_printf (_ ("%s is done"), mien_report_kind (kind));
      mien_window_toast (self, text);
    }
}

static void
tell_stop (MienWindow *self, MienChild *child)
{
  MienChildKind kind = mien_child_get_kind (child);
  /* Translators: a job, "Import" or "Retrain". */
  g_autofree char *text = g_strdup_printf (_ ("%s has stopped"), mien_report_kind (kind));

  if (kind == MIEN_CHILD_TRAIN || kind == MIEN_CHILD_PROPOSE)
    mien_window_toast_action (self, text, _ ("_Go On"),
                              kind == MIEN_CHILD_TRAIN ? "win.retrain" : "win.propose",
                              NULL);
  else
    mien_window_toast (self, text);
}

static void
tell_failure (MienWindow *self, MienChild *child)
{
  g_autofree char *heading = g_strdup_printf (
      _ ("%s Has Failed"), mien_report_kind (mien_child_get_kind (child)));

  mien_window_say_error (self, heading, mien_child_get_error (child));
}

static gboolean
is_sibling (MienWindow *self, gpointer window)
{
  return MIEN_IS_WINDOW (window) && self->runner != NULL && !MIEN_WINDOW (window)->closing
         && MIEN_WINDOW (window)->runner == self->runner;
}

gboolean
mien_window_has_sibling (MienWindow *self)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  for (GList *l = gtk_application_get_windows (application); l != NULL; l = l->next)
    if (l->data != self && is_sibling (self, l->data))
      return TRUE;
  return FALSE;
}

MienJobRunner *
mien_window_share_runner (MienWindow *self, const char *path)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  for (GList *l = gtk_application_get_windows (application); l != NULL; l = l->next)
    {
      MienWindow *other = MIEN_IS_WINDOW (l->data) ? l->data : NULL;

      if (other != NULL && other != self && other->runner != NULL && !other->closing
          && g_str_equal (mien_project_get_path (other->project), path))
        return g_object_ref (other->runner);
    }
  return mien_job_runner_new (path, self->settings);
}

/* Of the windows on the project, the one that had the focus last. */
static gboolean
is_the_one_to_tell (MienWindow *self)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  for (GList *l = gtk_application_get_windows (application); l != NULL; l = l->next)
    if (is_sibling (self, l->data))
      return l->data == self;
  return FALSE;
}

/* To the desktop, if nobody is looking. */
static void
notify_end (MienWindow *self, MienChild *child)
{
  MienChildState state = mien_child_get_state (child);
  const char *kind = mien_report_kind (mien_child_get_kind (child));
  g_autofree char *title = NULL;
  g_autofree char *body = NULL;

  if (state != MIEN_CHILD_DONE && state != MIEN_CHILD_FAILED)
    return;
  title = g_strdup_printf (
      state == MIEN_CHILD_DONE ? _ ("%s is done") : _ ("%s Has Failed"), kind);
  body = state == MIEN_CHILD_DONE
             ? g_strdup (mien_project_get_name (self->project))
             : g_strdup_printf ("%s: %s", mien_project_get_name (self->project),
                                mien_child_get_error (child));
  mien_application_notify (
      MIEN_APPLICATION (gtk_window_get_application (GTK_WINDOW (self))), title, body,
      mien_project_get_path (self->project));
}

static void
on_job_ended (MienWindow *self, MienChild *child)
{
  if (self->closing)
    {
      if (mien_job_runner_get_running (self->runner) == NULL)
        gtk_window_destroy (GTK_WINDOW (self));
      return;
    }
  mien_window_refresh (self);
  if (!is_the_one_to_tell (self))
    return;
  notify_end (self, child);
  if (mien_job_view_tells (child))
    return;
  switch (mien_child_get_state (child))
    {
    case MIEN_CHILD_DONE:
      done (self, child);
      break;
    case MIEN_CHILD_FAILED:
      tell_failure (self, child);
      break;
    case MIEN_CHILD_STOPPED:
      tell_stop (self, child);
      break;
    case MIEN_CHILD_WAITING:
    case MIEN_CHILD_RUNNING:
    case MIEN_CHILD_STOPPING:
    default:
      break;
    }
}

static void
show_status (MienWindow *self)
{
  MienChild *child =
      self->runner != NULL ? mien_job_runner_get_running (self->runner) : NULL;
  g_autofree char *text = child != NULL ? mien_report_status (child) : NULL;

  gtk_label_set_text (self->job_status, text);
  gtk_widget_set_visible (GTK_WIDGET (self->job_status), text != NULL);
}

void
mien_window_follow_jobs (MienWindow *self)
{
  show_status (self);
  if (self->runner == NULL)
    return;
  g_signal_connect_object (self->runner, "ended", G_CALLBACK (on_job_ended), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->runner, "changed", G_CALLBACK (show_status), self,
                           G_CONNECT_SWAPPED);
}

gboolean
mien_window_stop_jobs (MienWindow *self)
{
  if (self->runner == NULL || mien_job_runner_get_running (self->runner) == NULL
      || mien_window_has_sibling (self))
    return FALSE;
  mien_job_runner_stop_all (self->runner);
  return mien_job_runner_get_running (self->runner) != NULL;
}

typedef struct
{
  MienWindow *window;
  MienChild *child;
} Resume;

static void
resume_free (gpointer data, GClosure *closure)
{
  Resume *resume = data;

  g_object_unref (resume->window);
  g_object_unref (resume->child);
  g_free (resume);
}

static void
on_resume_response (GtkWidget *dialog, const char *response, gpointer data)
{
  Resume *resume = data;

  if (g_str_equal (response, "resume") && resume->window->runner != NULL)
    mien_window_start_job (resume->window, resume->child);
}

void
mien_window_offer_resume (MienWindow *self)
{
  MienChildKind kind;
  g_auto (GStrv) arguments = mien_job_runner_take_interrupted (self->runner, &kind);
  g_autofree char *body = NULL;
  GtkWidget *dialog;
  Resume *resume;

  if (arguments == NULL)
    return;
  resume = g_new0 (Resume, 1);
  resume->window = g_object_ref (self);
  resume->child = mien_child_new (kind, (const char *const *) arguments);
  body = g_strdup_printf (_ ("“%s” was running when Mien was closed. It can go on from "
                             "where it was."),
                          mien_report_kind (kind));
  dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("Go On?"), body);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "leave", _ ("_Not Now"),
                                    "resume", _ ("_Go On"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "resume",
                                              ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "resume");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "leave");
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_resume_response), resume,
                         resume_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
mien_window_init_jobs (MienWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_install_action (widget_class, "win.retrain", NULL, on_retrain);
  gtk_widget_class_install_action (widget_class, "win.propose", NULL, on_propose);
  gtk_widget_class_install_action (widget_class, "win.roll-back", NULL, on_roll_back);
  gtk_widget_class_install_action (widget_class, "win.compare", "x", on_compare);
}

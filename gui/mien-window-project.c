/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The project in the window: opened off the main thread, shown, followed. One summary is
 * asked for at a time; a change that comes in the meantime asks for the next.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-window-private.h"

#include <glib/gi18n.h>

#include "mien-recent.h"
#include "mien-report.h"

static void
show_page (MienWindow *self, const char *page)
{
  gboolean open = g_str_equal (page, "project");

  gtk_stack_set_visible_child_name (self->pages, page);
  /* One that nobody sees would keep the display's clock busy all the same, and every key
   * would wait for its next tick. */
  gtk_spinner_set_spinning (self->opening_spinner, g_str_equal (page, "opening"));
  gtk_widget_set_visible (self->names, open);
  gtk_widget_set_visible (GTK_WIDGET (self->retrain), open);
  gtk_widget_set_visible (GTK_WIDGET (self->propose), open);
  gtk_widget_set_visible (self->status_bar, open);
  adw_header_bar_set_title_widget (self->header,
                                   open ? GTK_WIDGET (self->switcher) : NULL);
}

/* "saved · 142,382 frames · annotator 2", or what is wrong. */
void
mien_window_show_state (MienWindow *self)
{
  const char *fault = mien_project_get_fault (self->project);
  gboolean saving = mien_project_get_pending (self->project) > 0;
  g_autoptr (GString) text = g_string_new (fault != NULL ? _ ("not saved")
                                           : saving      ? _ ("saving")
                                                         : _ ("saved"));

  if (self->has_summary)
    {
      guint64 frames = self->summary.status.frames;
      g_autofree char *count = mien_report_count (frames);

      g_string_append (text, " · ");
      g_string_append_printf (text, ngettext ("%s frame", "%s frames", (gulong) frames),
                              count);
    }
  g_string_append_printf (text, " · %s", mien_project_get_annotator (self->project));
  gtk_label_set_text (self->project_state, text->str);
  if (fault != NULL)
    gtk_label_set_text (self->trouble_text, fault);
  gtk_revealer_set_reveal_child (self->trouble, fault != NULL);
}

static void
show_model (MienWindow *self)
{
  const MienStatus *status = &self->summary.status;
  g_autofree char *waiting = mien_report_count (status->queue);
  g_autofree char *queue = g_strdup_printf (_ ("%s to review"), waiting);
  g_autofree char *model =
      status->current_model > 0
          ? g_strdup_printf (_ ("model v%d in use"), (int) status->current_model)
          : g_strdup (_ ("no model in use"));
  g_autofree char *text = g_strdup_printf ("%s · %s", queue, model);

  gtk_label_set_text (self->model_status, text);
}

static void
on_summary (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienWindow) self = data;
  g_autoptr (GError) error = NULL;
  MienProjectSummary summary;

  if (self->project != MIEN_PROJECT (source)
      || g_task_get_cancellable (G_TASK (result)) != self->summing)
    return;
  g_clear_object (&self->summing);
  if (!mien_project_summary_finish (self->project, result, &summary, &error))
    {
      gtk_label_set_text (self->model_status, error->message);
      return;
    }
  self->summary = summary;
  self->has_summary = TRUE;
  show_model (self);
  mien_window_show_state (self);
  mien_window_update_actions (self);
}

void
mien_window_refresh (MienWindow *self)
{
  if (self->project == NULL)
    return;
  g_cancellable_cancel (self->summing);
  g_clear_object (&self->summing);
  self->summing = g_cancellable_new ();
  mien_project_summary_async (self->project, self->summing, on_summary,
                              g_object_ref (self));
}

static void
on_annotator_changed (MienWindow *self)
{
  mien_window_show_state (self);
  mien_window_refresh (self);
}

static void
let_go (MienWindow *self)
{
  g_cancellable_cancel (self->summing);
  g_clear_object (&self->summing);
  g_signal_handlers_disconnect_by_data (self->project, self);
  mien_project_close (self->project);
  g_clear_object (&self->project);
  if (self->runner != NULL)
    g_signal_handlers_disconnect_by_data (self->runner, self);
  g_clear_object (&self->runner);
}

void
mien_window_set_project (MienWindow *self, MienProject *project)
{
  mien_review_view_set_project (self->review, project);
  mien_browse_view_set_project (self->browse, project);
  mien_insights_page_set_project (self->insights_page, project);
  mien_models_page_set_project (self->models_page, project);
  if (self->project != NULL)
    let_go (self);
  self->has_summary = FALSE;
  gtk_revealer_set_reveal_child (self->trouble, FALSE);
  if (project != NULL)
    {
      self->project = g_object_ref (project);
      self->runner = mien_window_share_runner (self, mien_project_get_path (project));
      g_signal_connect_object (project, "changed", G_CALLBACK (mien_window_refresh), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (project, "notify::pending",
                               G_CALLBACK (mien_window_show_state), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (project, "notify::fault",
                               G_CALLBACK (mien_window_show_state), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (project, "notify::annotator",
                               G_CALLBACK (on_annotator_changed), self,
                               G_CONNECT_SWAPPED);
      gtk_label_set_text (self->project_name, mien_project_get_name (project));
      gtk_label_set_text (self->model_status, NULL);
      mien_window_show_state (self);
      mien_window_refresh (self);
    }
  gtk_window_set_title (GTK_WINDOW (self),
                        project != NULL ? mien_project_get_name (project) : "Mien");
  gtk_revealer_set_reveal_child (self->banner,
                                 project != NULL && mien_project_get_synthetic (project));
  mien_models_page_set_runner (self->models_page, self->runner);
  mien_job_button_set_runner (self->retrain, self->runner);
  mien_job_button_set_runner (self->propose, self->runner);
  mien_window_follow_jobs (self);
  mien_window_update_actions (self);
  show_page (self, project != NULL ? "project" : "start");
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MienProject) project = mien_project_open_finish (result, &error);

  /* Closed meanwhile: the project is let go again. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->settings == NULL
      || self->closing || gtk_window_get_application (GTK_WINDOW (self)) == NULL)
    return;
  g_clear_pointer (&self->opening_path, g_free);
  mien_window_set_project (self, project);
  if (project == NULL)
    {
      mien_window_say_error (self, _ ("The Project Cannot Be Opened"), error->message);
      return;
    }
  if (g_utf8_validate (mien_project_get_path (project), -1, NULL))
    g_settings_set_string (self->settings, "last-project",
                           mien_project_get_path (project));
  mien_recent_add (mien_project_get_path (project));
  /* What runs in another window on it was not broken off. */
  if (!mien_window_has_sibling (self))
    mien_window_offer_resume (self);
}

void
mien_window_open (MienWindow *self, const char *path)
{
  g_cancellable_cancel (self->opening);
  g_clear_object (&self->opening);
  self->opening = g_cancellable_new ();
  g_free (self->opening_path);
  self->opening_path = g_strdup (path);
  gtk_label_set_text (self->opening_text, _ ("Opening the project"));
  show_page (self, "opening");
  mien_project_open_async (path, self->opening, on_opened, g_object_ref (self));
}

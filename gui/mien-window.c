/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The window: its template, what it says, and how it is closed. Opening projects is in
 * mien-window-project.c, jobs in mien-window-jobs.c, the menu in mien-window-actions.c.
 *
 * Closing: a job that runs is ended by SIGTERM and waited for while the window is hidden
 * already; a decision that the disk does not take is told of before it would be lost.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-window-private.h"

#include <glib/gi18n.h>

#include "mien-key-layout.h"

enum
{
  /* A checkpoint of a big network on a slow disk; after it the job is left to end alone.
   */
  CLOSE_SECONDS = 60,
  ANSWER_SECONDS = 5,
};

G_DEFINE_FINAL_TYPE (MienWindow, mien_window, ADW_TYPE_APPLICATION_WINDOW)

static void
forget_answer (MienWindow *self)
{
  g_clear_handle_id (&self->answer_timeout, g_source_remove);
  self->answer = NULL;
}

static gboolean
on_answer_read (gpointer data)
{
  MienWindow *self = MIEN_WINDOW (data);

  self->answer_timeout = 0;
  adw_toast_dismiss (self->answer);
  return G_SOURCE_REMOVE;
}

/* One toast, whose words change with each key: another one would wait until this has had
 * its time, and libadwaita 1.2 crashes when one is dismissed while it still comes in. */
static void
answer (MienWindow *self, const char *text, const char *button, const char *action)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  AdwToast *toast = self->answer != NULL ? self->answer : adw_toast_new (escaped);

  adw_toast_set_title (toast, escaped);
  adw_toast_set_button_label (toast, button);
  adw_toast_set_detailed_action_name (toast, action);
  g_clear_handle_id (&self->answer_timeout, g_source_remove);
  self->answer_timeout = g_timeout_add_seconds (ANSWER_SECONDS, on_answer_read, self);
  if (toast == self->answer)
    return;
  self->answer = toast;
  adw_toast_set_timeout (toast, 0);
  g_signal_connect_object (toast, "dismissed", G_CALLBACK (forget_answer), self,
                           G_CONNECT_SWAPPED);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

void
mien_window_answer (MienWindow *self, const char *text)
{
  answer (self, text, NULL, NULL);
}

void
mien_window_toast (MienWindow *self, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (escaped));
}

void
mien_window_toast_action (MienWindow *self,
                          const char *text,
                          const char *button,
                          const char *action,
                          const char *target)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  AdwToast *toast = adw_toast_new (escaped);

  adw_toast_set_button_label (toast, button);
  adw_toast_set_action_name (toast, action);
  if (target != NULL)
    adw_toast_set_action_target (toast, "s", target);
  adw_toast_set_timeout (toast, 10);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

void
mien_window_say_error (MienWindow *self, const char *heading, const char *text)
{
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), heading, text);

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

const char *
mien_window_get_path (MienWindow *self)
{
  return self->project != NULL ? mien_project_get_path (self->project)
                               : self->opening_path;
}

static void
on_review_toast (MienWindow *self, const char *text)
{
  mien_window_answer (self, text);
}

static void
on_review_need (MienWindow *self, const char *what)
{
  static const struct
  {
    const char *what, *action;
  } needs[] = { { "import", "win.import" },
                { "train", "win.retrain" },
                { "propose", "win.propose" } };

  for (guint i = 0; i < G_N_ELEMENTS (needs); i++)
    if (g_strcmp0 (what, needs[i].what) == 0)
      gtk_widget_activate_action (GTK_WIDGET (self), needs[i].action, NULL);
}

static void
on_browse_toast (MienWindow *self, const char *text)
{
  mien_window_answer (self, text);
}

static void
on_browse_decided (MienWindow *self, const char *text)
{
  answer (self, text, _ ("Undo"), "win.undo");
}

static void
on_browse_removed (MienWindow *self, const char *text)
{
  answer (self, text, _ ("Undo"), "win.browse::restore-filter");
}

static void
on_browse_frame (MienWindow *self, gint64 frame)
{
  adw_view_stack_set_visible_child_name (self->views, "review");
  mien_review_view_show_frame (self->review, frame);
  gtk_widget_grab_focus (GTK_WIDGET (self->review));
}

static void
on_use_model (MienWindow *self, gint64 model)
{
  mien_window_use_model (self, model);
}

static void
remember_size (MienWindow *self)
{
  gboolean maximized = gtk_window_is_maximized (GTK_WINDOW (self));
  int width, height;

  g_settings_set_boolean (self->settings, "maximized", maximized);
  if (maximized)
    return;
  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  g_settings_set_int (self->settings, "window-width", CLAMP (width, 360, 32767));
  g_settings_set_int (self->settings, "window-height", CLAMP (height, 294, 32767));
}

static gboolean
give_up_waiting (gpointer data)
{
  MienWindow *self = data;

  self->close_timeout = 0;
  gtk_window_destroy (GTK_WINDOW (self));
  return G_SOURCE_REMOVE;
}

static void
close_for_good (MienWindow *self)
{
  remember_size (self);
  self->closing = TRUE;
  if (mien_window_stop_jobs (self))
    {
      gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
      self->close_timeout = g_timeout_add_seconds (CLOSE_SECONDS, give_up_waiting, self);
      return;
    }
  gtk_window_destroy (GTK_WINDOW (self));
}

static void
on_close_response (MienWindow *self, const char *response)
{
  if (g_str_equal (response, "discard"))
    close_for_good (self);
}

/* The one question that is asked: it cannot be undone. */
static void
ask_before_losing (MienWindow *self)
{
  GtkWidget *dialog =
      adw_message_dialog_new (GTK_WINDOW (self), _ ("A Decision Is Not Stored"), NULL);

  adw_message_dialog_format_body (
      ADW_MESSAGE_DIALOG (dialog),
      _ ("%s\n\nIt is tried again every second. If you close now, it is lost."),
      mien_project_get_fault (self->project));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "wait", _ ("_Wait"),
                                    "discard", _ ("Close _Anyway"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "discard",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "wait");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "wait");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_close_response), self,
                           G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static gboolean
mien_window_close_request (GtkWindow *window)
{
  MienWindow *self = MIEN_WINDOW (window);

  if (self->closing)
    return TRUE;
  if (self->project != NULL && mien_project_get_fault (self->project) != NULL
      && mien_project_get_pending (self->project) > 0)
    {
      ask_before_losing (self);
      return TRUE;
    }
  close_for_good (self);
  return TRUE;
}

static void
mien_window_dispose (GObject *object)
{
  MienWindow *self = MIEN_WINDOW (object);

  g_clear_handle_id (&self->close_timeout, g_source_remove);
  g_cancellable_cancel (self->opening);
  if (self->project != NULL)
    mien_window_set_project (self, NULL);
  g_clear_object (&self->opening);
  g_clear_object (&self->demo);
  g_clear_pointer (&self->opening_path, g_free);
  g_clear_object (&self->settings);
  forget_answer (self);
  gtk_widget_dispose_template (GTK_WIDGET (self), MIEN_TYPE_WINDOW);
  G_OBJECT_CLASS (mien_window_parent_class)->dispose (object);
}

static void
mien_window_class_init (MienWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = mien_window_close_request;

  g_type_ensure (MIEN_TYPE_BROWSE_VIEW);
  g_type_ensure (MIEN_TYPE_INSIGHTS_PAGE);
  g_type_ensure (MIEN_TYPE_JOB_BUTTON);
  g_type_ensure (MIEN_TYPE_MODELS_PAGE);
  g_type_ensure (MIEN_TYPE_REVIEW_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/mien/Mien/mien-window.ui");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, MienWindow, name)
  CHILD (header);
  CHILD (names);
  CHILD (project_name);
  CHILD (project_state);
  CHILD (switcher);
  CHILD (propose);
  CHILD (retrain);
  CHILD (menu);
  CHILD (banner);
  CHILD (trouble);
  CHILD (trouble_text);
  CHILD (opening_spinner);
  CHILD (opening_text);
  CHILD (toasts);
  CHILD (pages);
  CHILD (views);
  CHILD (browse);
  CHILD (insights_page);
  CHILD (models_page);
  CHILD (review);
  CHILD (recent_list);
  CHILD (recent_section);
  CHILD (status_bar);
  CHILD (job_status);
  CHILD (model_status);
#undef CHILD
  gtk_widget_class_bind_template_callback (widget_class, on_review_toast);
  gtk_widget_class_bind_template_callback (widget_class, on_review_need);
  gtk_widget_class_bind_template_callback (widget_class, on_browse_removed);
  gtk_widget_class_bind_template_callback (widget_class, on_browse_toast);
  gtk_widget_class_bind_template_callback (widget_class, on_browse_decided);
  gtk_widget_class_bind_template_callback (widget_class, on_browse_frame);
  gtk_widget_class_bind_template_callback (widget_class, on_use_model);
  mien_window_init_actions (klass);
  mien_window_init_jobs (klass);
  mien_window_init_recent (klass);
}

static void
show_menu_key (MienWindow *self)
{
  g_autofree char *text = mien_key_layout_tooltip (_ ("Main Menu"), "win.menu");

  gtk_widget_set_tooltip_text (GTK_WIDGET (self->menu), text);
}

static void
on_active (MienWindow *self)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  if (!gtk_window_is_active (GTK_WINDOW (self)))
    return;
  mien_key_layout_refresh (mien_key_layout_get_default ());
  if (application != NULL && self->project != NULL)
    mien_application_withdraw (MIEN_APPLICATION (application),
                               mien_project_get_path (self->project));
}

static void
mien_window_init (MienWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  mien_job_button_set_up (self->retrain, MIEN_CHILD_TRAIN, _ ("Retrain"), "win.retrain");
  mien_job_button_set_up (self->propose, MIEN_CHILD_PROPOSE, _ ("Propose"),
                          "win.propose");
  show_menu_key (self);
  g_signal_connect_object (mien_key_layout_get_default (), "changed",
                           G_CALLBACK (show_menu_key), self, G_CONNECT_SWAPPED);
  g_signal_connect (self, "notify::is-active", G_CALLBACK (on_active), NULL);
  mien_window_take_drops (self);
  mien_window_update_actions (self);
}

MienWindow *
mien_window_new (MienApplication *application)
{
  MienWindow *self = g_object_new (MIEN_TYPE_WINDOW, "application", application, NULL);

  self->settings = g_object_ref (mien_application_get_settings (application));
  mien_window_follow_recent (self);
  gtk_window_set_default_size (GTK_WINDOW (self),
                               g_settings_get_int (self->settings, "window-width"),
                               g_settings_get_int (self->settings, "window-height"));
  if (g_settings_get_boolean (self->settings, "maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
  return self;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The window on a display of its own: it builds, with and without a project; its actions
 * are enabled exactly when they can do something; every icon it names exists; every
 * dialog builds; a file that is opened again comes up where it is, and a second window on
 * it sees the same decisions and jobs; what is dropped is taken.
 */
#include "config.h"

#include <glib/gstdio.h>

#include "mien-export-dialog.h"
#include "mien-file-row.h"
#include "mien-import-dialog.h"
#include "mien-manual.h"
#include "mien-models-page.h"
#include "mien-new-dialog.h"
#include "mien-settings.h"
#include "mien-test-project.h"
#include "mien-training-dialog.h"
#include "mien-window-private.h"

/* One for all: GTK has one display and one default application. */
static MienApplication *application;

static gboolean
is_enabled (MienWindow *window, const char *action)
{
  GtkWidget *probe = gtk_button_new ();
  gboolean enabled;
  GtkWidget *content =
      adw_application_window_get_content (ADW_APPLICATION_WINDOW (window));

  /* A button of that action is sensitive exactly when the action is enabled. */
  gtk_actionable_set_action_name (GTK_ACTIONABLE (probe), action);
  gtk_box_append (GTK_BOX (content), probe);
  enabled = gtk_widget_get_sensitive (probe);
  gtk_box_remove (GTK_BOX (content), probe);
  return enabled;
}

static guint
n_windows (void)
{
  return g_list_length (gtk_application_get_windows (GTK_APPLICATION (application)));
}

static guint
n_messages (void)
{
  g_autoptr (GList) all = gtk_window_list_toplevels ();
  guint n = 0;

  for (GList *l = all; l != NULL; l = l->next)
    n += ADW_IS_MESSAGE_DIALOG (l->data);
  return n;
}

/* And see them go: whoever still holds one leaks it with all that is in it. */
static void
close_all (void)
{
  GList *windows;

  while ((windows = gtk_application_get_windows (GTK_APPLICATION (application))) != NULL)
    {
      gpointer window = windows->data;

      g_object_add_weak_pointer (G_OBJECT (window), &window);
      gtk_window_destroy (window);
      mien_test_wait (window == NULL);
    }
}

static void
check_actions (MienWindow *window,
               const char *const *enabled,
               const char *const *disabled)
{
  for (guint i = 0; enabled[i] != NULL; i++)
    if (!is_enabled (window, enabled[i]))
      g_error ("%s is not enabled", enabled[i]);
  for (guint i = 0; disabled[i] != NULL; i++)
    if (is_enabled (window, disabled[i]))
      g_error ("%s is enabled", disabled[i]);
}

static void
test_start_page (void)
{
  MienWindow *window = mien_window_new (application);

  gtk_window_present (GTK_WINDOW (window));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  g_assert_null (mien_window_get_path (window));
  check_actions (window,
                 (const char *const[]){ "win.new", "win.open", "win.demo",
                                        "win.preferences", "win.help", NULL },
                 (const char *const[]){ "win.import", "win.export", "win.save-copy",
                                        "win.retrain", "win.propose", "win.training",
                                        "win.roll-back", "win.undo", NULL });
  close_all ();
}

static MienWindow *
open_window (MienTestPlace *place, const char *until_enabled)
{
  MienWindow *window;

  mien_application_open_path (application, place->path, NULL);
  window =
      MIEN_WINDOW (gtk_application_get_active_window (GTK_APPLICATION (application)));
  mien_test_wait (is_enabled (window, until_enabled));
  return window;
}

static gboolean
shows_text (GtkWidget *widget, const char *text)
{
  if (GTK_IS_LABEL (widget)
      && g_strcmp0 (gtk_label_get_text (GTK_LABEL (widget)), text) == 0)
    return gtk_widget_get_mapped (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (shows_text (child, text))
      return TRUE;
  return FALSE;
}

/* What the last key did does not wait until what the key before did has had its time. */
static void
test_answers (void)
{
  MienWindow *window = mien_window_new (application);
  GtkWidget *toasts;

  gtk_window_present (GTK_WINDOW (window));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  toasts = GTK_WIDGET (window->toasts);
  mien_window_answer (window, "Flagged");
  mien_test_wait (shows_text (toasts, "Flagged"));
  mien_window_answer (window, "Taken back: Flagged");
  g_assert_true (shows_text (toasts, "Taken back: Flagged"));
  g_assert_false (shows_text (toasts, "Flagged"));
  adw_toast_dismiss (window->answer);
  g_assert_null (window->answer);
  mien_window_answer (window, "Flagged");
  mien_test_wait (shows_text (toasts, "Flagged"));
  close_all ();
}

static void
test_empty_project (void)
{
  MienTestPlace place;
  MienWindow *window;

  mien_test_place_init (&place, 0);
  window = open_window (&place, "win.import");
  g_assert_cmpstr (mien_window_get_path (window), ==, place.path);
  g_assert_cmpstr (gtk_window_get_title (GTK_WINDOW (window)), ==, "Test faces");
  check_actions (
      window,
      (const char *const[]){ "win.import", "win.new-window", "win.save-copy", NULL },
      (const char *const[]){ "win.export", "win.retrain", "win.propose", "win.roll-back",
                             NULL });
  close_all ();
  mien_test_place_clear (&place);
}

static void
test_project (void)
{
  MienTestPlace place;
  MienWindow *window;

  mien_test_place_init (&place, 30);
  window = open_window (&place, "win.retrain");
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  check_actions (window,
                 (const char *const[]){ "win.export", "win.training", "win.undo", NULL },
                 (const char *const[]){ "win.propose", "win.roll-back", NULL });
  gtk_widget_activate_action (GTK_WIDGET (window), "win.show-view", "s", "models");
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));

  /* The same file by another path: the same window. */
  {
    g_autofree char *detour = g_strconcat (place.folder, "/./", "Test.mien", NULL);

    mien_application_open_path (application, detour, NULL);
    g_assert_cmpuint (n_windows (), ==, 1);
  }
  close_all ();
  mien_test_place_clear (&place);
}

static MienWindow *
open_second (MienWindow *window)
{
  MienWindow *second = NULL;

  gtk_widget_activate_action (GTK_WIDGET (window), "win.new-window", NULL);
  g_assert_cmpuint (n_windows (), ==, 2);
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (application)); l != NULL;
       l = l->next)
    if (l->data != window)
      second = MIEN_WINDOW (l->data);
  mien_test_wait (is_enabled (second, "win.retrain"));
  return second;
}

static void
on_changed (MienProject *project, guint *count)
{
  (*count)++;
}

/* Each has its own connections; what one decides arrives in the other. */
static void
test_two_windows (void)
{
  MienTestPlace place;
  MienWindow *first, *second;
  MienDecision decision = { .frame = 1, .kind = MIEN_DECISION_FLAG, .duration_us = -1 };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  guint changes = 0;

  mien_test_place_init (&place, 30);
  first = open_window (&place, "win.retrain");
  second = open_second (first);
  g_assert_cmpstr (mien_window_get_path (second), ==, place.path);
  g_assert_true (first->project != second->project);

  g_signal_connect (second->project, "changed", G_CALLBACK (on_changed), &changes);
  mien_project_decide_async (first->project, &decision, mien_test_keep_result, &result);
  mien_test_wait (result != NULL);
  g_assert_true (mien_project_decide_finish (first->project, result, &error));
  g_assert_no_error (error);
  mien_test_wait (changes > 0);
  g_signal_handlers_disconnect_by_data (second->project, &changes);

  /* The same file once more: one of the two. */
  mien_application_open_path (application, place.path, NULL);
  g_assert_cmpuint (n_windows (), ==, 2);
  close_all ();
  mien_test_place_clear (&place);
}

/* A job belongs to the project: both windows show it, the one that is left keeps it. */
static void
test_two_windows_share_jobs (void)
{
  MienTestPlace place;
  MienWindow *first, *second;
  MienChild *child;
  g_autofree char *program = NULL;
  g_autoptr (GError) error = NULL;

  mien_test_place_init (&place, 30);
  program = g_build_filename (place.folder, "mienctl", NULL);
  g_file_set_contents (program, "#!/bin/sh\nexec sleep 60\n", -1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (program, 0755), ==, 0);
  g_setenv ("MIENCTL", program, TRUE);
  first = open_window (&place, "win.retrain");
  gtk_widget_activate_action (GTK_WIDGET (first), "win.retrain", NULL);
  child = mien_job_runner_get_running (first->runner);
  g_assert_nonnull (child);

  second = open_second (first);
  g_assert_true (second->runner == first->runner);
  /* It was not broken off, so nothing is offered. */
  g_assert_cmpuint (n_messages (), ==, 0);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (second->job_status)));

  gtk_window_close (GTK_WINDOW (first));
  mien_test_wait (n_windows () == 1);
  g_assert_cmpint (mien_child_get_state (child), ==, MIEN_CHILD_RUNNING);
  gtk_window_close (GTK_WINDOW (second));
  mien_test_wait (n_windows () == 0);
  g_unsetenv ("MIENCTL");
  mien_test_place_clear (&place);
}

static MienImportDialog *
import_dialog (void)
{
  g_autoptr (GList) all = gtk_window_list_toplevels ();

  for (GList *l = all; l != NULL; l = l->next)
    if (MIEN_IS_IMPORT_DIALOG (l->data))
      return l->data;
  return NULL;
}

static MienFileRow *
file_row (GtkWidget *widget, guint *nth)
{
  MienFileRow *found = NULL;

  if (MIEN_IS_FILE_ROW (widget) && (*nth)-- == 0)
    return MIEN_FILE_ROW (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget);
       child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = file_row (child, nth);
  return found;
}

/* What the form asks for: images, then labels. */
static void
check_rows (const char *images, const char *labels)
{
  const char *paths[] = { images, labels };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      guint nth = i;

      g_assert_cmpstr (
          mien_file_row_get_path (file_row (GTK_WIDGET (import_dialog ()), &nth)), ==,
          paths[i]);
    }
}

static void
drop (MienWindow *window, const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GSList files = { .data = file };

  g_assert_true (mien_window_take_files (window, &files));
}

static void
test_drop (void)
{
  MienTestPlace place, other;
  MienWindow *window;
  g_autofree char *list = NULL;
  g_autoptr (GError) error = NULL;

  mien_test_place_init (&place, 0);
  mien_test_place_init (&other, 0);
  list = g_build_filename (place.folder, "list.txt", NULL);
  g_file_set_contents (list, "image,valence\n", -1, &error);
  g_assert_no_error (error);
  window = open_window (&place, "win.import");

  drop (window, other.folder);
  mien_test_wait (import_dialog () != NULL);
  check_rows (other.folder, NULL);
  gtk_window_destroy (GTK_WINDOW (import_dialog ()));
  drop (window, list);
  mien_test_wait (import_dialog () != NULL);
  check_rows (NULL, list);
  gtk_window_destroy (GTK_WINDOW (import_dialog ()));

  /* A project opens in a window of its own, and is among the recent ones then. */
  drop (window, other.path);
  g_assert_cmpuint (n_windows (), ==, 2);
  mien_test_wait (g_menu_model_get_n_items (G_MENU_MODEL (window->recent_section)) == 1);
  close_all ();
  mien_test_place_clear (&place);
  mien_test_place_clear (&other);
}

/* Opening what is no project leaves the start page and says why. */
static void
test_not_a_project (void)
{
  MienTestPlace place;
  MienWindow *window;
  g_autoptr (GError) error = NULL;

  mien_test_place_init (&place, 0);
  g_assert_true (g_file_set_contents (place.path, "not a project", -1, &error));
  window = mien_window_new (application);
  mien_window_open (window, place.path);
  gtk_window_present (GTK_WINDOW (window));
  g_assert_cmpstr (mien_window_get_path (window), ==, place.path);
  mien_test_wait (mien_window_get_path (window) == NULL);
  g_assert_cmpuint (n_messages (), ==, 1);
  close_all ();
  mien_test_place_clear (&place);
}

static void
test_dialogs (void)
{
  g_autoptr (MienJobRunner) runner = mien_job_runner_new ("/p.mien", NULL);
  GtkWidget *dialogs[] = {
    mien_new_dialog_new (NULL),
    mien_import_dialog_new (NULL, runner, "/p.mien"),
    mien_export_dialog_new (NULL, runner, "/p.mien"),
    mien_training_dialog_new (NULL, runner, "/p.mien"),
  };

  for (guint i = 0; i < G_N_ELEMENTS (dialogs); i++)
    {
      gtk_window_present (GTK_WINDOW (dialogs[i]));
      gtk_test_widget_wait_for_draw (dialogs[i]);
      gtk_window_destroy (GTK_WINDOW (dialogs[i]));
    }
}

/* What F1 opens: the view's page in the language of the person, else in English. */
static void
test_manual (void)
{
  static const char *const views[] = { "index", "review", "models" };
  g_autofree char *folder = mien_settings_beside ("../../data/manual");

  g_assert_nonnull (folder);
  for (guint i = 0; i < G_N_ELEMENTS (views); i++)
    {
      g_autofree char *english = g_strdup_printf ("%s/en/%s.html", folder, views[i]);
      g_autofree char *japanese = g_strdup_printf ("%s/ja/%s.html", folder, views[i]);
      g_autofree char *in_japan = mien_manual_find (
          folder, (const char *const[]){ "ja_JP.UTF-8", "ja", "C", NULL }, views[i]);
      g_autofree char *elsewhere =
          mien_manual_find (folder, (const char *const[]){ "tlh", "C", NULL }, views[i]);

      g_assert_cmpstr (in_japan, ==, japanese);
      g_assert_cmpstr (elsewhere, ==, english);
    }
  {
    g_autofree char *none =
        mien_manual_find (folder, (const char *const[]){ "ja", NULL }, "no-such-view");
    g_autofree char *first = g_strdup_printf ("%s/ja/index.html", folder);
    g_autofree char *nowhere =
        mien_manual_find ("/nowhere", (const char *const[]){ "C", NULL }, "review");

    g_assert_cmpstr (none, ==, first);
    g_assert_null (nowhere);
  }
}

static void
check_icon (const char *name, gpointer data)
{
  GtkIconTheme *theme = gtk_icon_theme_get_for_display (gdk_display_get_default ());

  if (!gtk_icon_theme_has_icon (theme, name))
    g_error ("%s: no icon \"%s\" in the theme", (const char *) data, name);
}

/* Every icon-name of every template. */
static void
test_icons (void)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) files = g_resources_enumerate_children (
      "/org/mien/Mien", G_RESOURCE_LOOKUP_FLAGS_NONE, &error);
  g_autoptr (GRegex) regex = g_regex_new ("name=\"icon-name\">([^<]+)<", 0, 0, NULL);
  guint found = 0;

  g_assert_no_error (error);
  for (guint i = 0; files[i] != NULL; i++)
    {
      g_autofree char *path = g_strconcat ("/org/mien/Mien/", files[i], NULL);
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GMatchInfo) match = NULL;

      if (!g_str_has_suffix (path, ".ui"))
        continue;
      bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, &error);
      g_assert_no_error (error);
      g_regex_match_full (regex, g_bytes_get_data (bytes, NULL),
                          (gssize) g_bytes_get_size (bytes), 0, 0, &match, NULL);
      for (; g_match_info_matches (match); g_match_info_next (match, NULL))
        {
          g_autofree char *name = g_match_info_fetch (match, 1);

          check_icon (name, files[i]);
          found++;
        }
    }
  g_assert_cmpuint (found, >=, 5);
  check_icon ("document-open-symbolic", (gpointer) "mien-file-row.c");
}

static void
on_frame (guint *frames)
{
  (*frames)++;
}

static gboolean
on_pause (gboolean *over)
{
  *over = TRUE;
  return G_SOURCE_REMOVE;
}

/* Nothing moves while nobody does anything: a picture drawn sixty times a second wears a
 * laptop's battery down, and a key has to wait for it. */
static void
test_rest (void)
{
  MienTestPlace place;
  MienWindow *window;
  GdkFrameClock *clock;
  guint frames = 0;
  gboolean over = FALSE;

  mien_test_place_init (&place, 30);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", TRUE, NULL);
  window = open_window (&place, "win.retrain");
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  clock = gtk_widget_get_frame_clock (GTK_WIDGET (window));
  g_timeout_add (2000, G_SOURCE_FUNC (on_pause), &over);
  mien_test_wait (over);
  g_signal_connect_swapped (clock, "update", G_CALLBACK (on_frame), &frames);
  over = FALSE;
  g_timeout_add (1000, G_SOURCE_FUNC (on_pause), &over);
  mien_test_wait (over);
  g_assert_cmpuint (frames, <=, 2);
  g_signal_handlers_disconnect_by_data (clock, &frames);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  close_all ();
  mien_test_place_clear (&place);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  gtk_test_init (&argc, &argv, NULL);
  application = MIEN_APPLICATION (mien_application_new ());
  g_application_set_flags (G_APPLICATION (application), G_APPLICATION_NON_UNIQUE);
  g_application_register (G_APPLICATION (application), NULL, &error);
  g_assert_no_error (error);

  g_test_add_func ("/window/start-page", test_start_page);
  g_test_add_func ("/window/answers", test_answers);
  g_test_add_func ("/window/empty-project", test_empty_project);
  g_test_add_func ("/window/project", test_project);
  g_test_add_func ("/window/rest", test_rest);
  g_test_add_func ("/window/two", test_two_windows);
  g_test_add_func ("/window/two-jobs", test_two_windows_share_jobs);
  g_test_add_func ("/window/drop", test_drop);
  g_test_add_func ("/window/not-a-project", test_not_a_project);
  g_test_add_func ("/window/dialogs", test_dialogs);
  g_test_add_func ("/window/manual", test_manual);
  g_test_add_func ("/window/icons", test_icons);
  return g_test_run ();
}

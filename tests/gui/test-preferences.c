/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Preferences, the dialog for a key and the shortcuts window on a display: what the table
 * names the views can do and the other way round; a key that is set stands on the button
 * at once; a step that is set is the step; what is set for a project is in the project.
 */
#include "config.h"

#include <adwaita.h>

#include "mien-blind-share.h"
#include "mien-key-dialog.h"
#include "mien-key-layout.h"
#include "mien-plan.h"
#include "mien-preferences.h"
#include "mien-review-view.h"
#include "mien-settings.h"
#include "mien-shortcuts.h"
#include "mien-test-project.h"
#include "mien-window.h"

static GtkWidget *
find (GtkWidget *widget, GType type, const char *text)
{
  const char *has = GTK_IS_LABEL (widget)    ? gtk_label_get_text (GTK_LABEL (widget))
                    : GTK_IS_BUTTON (widget) ? gtk_button_get_label (GTK_BUTTON (widget))
                    : ADW_IS_PREFERENCES_ROW (widget)
                        ? adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget))
                        : NULL;

  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type)
      && (text == NULL || g_strcmp0 (has, text) == 0))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, type, text);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* NULL: there are no more. */
static const char *
nth_action (GtkWidgetClass *klass, guint nth)
{
  const GVariantType *parameter;
  const char *name, *property;
  GType owner;

  return gtk_widget_class_query_action (klass, nth, &owner, &name, &parameter, &property)
             ? name
             : NULL;
}

static gboolean
has_action (GtkWidgetClass *klass, const char *wanted)
{
  const char *name;

  for (guint i = 0; (name = nth_action (klass, i)) != NULL; i++)
    if (g_str_equal (name, wanted))
      return TRUE;
  return FALSE;
}

static void
test_actions (void)
{
  GtkWidgetClass *view = g_type_class_ref (MIEN_TYPE_REVIEW_VIEW);
  GtkWidgetClass *window = g_type_class_ref (MIEN_TYPE_WINDOW);
  g_autoptr (GHashTable) named =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const char *name;
  guint found = 0;

  for (guint i = 0; i < mien_key_table_size (); i++)
    {
      const MienKeyAction *row = mien_key_table_get (i);
      char *action = NULL;
      g_autoptr (GVariant) target = NULL;

      g_action_parse_detailed_name (row->id, &action, &target, NULL);
      if (mien_key_action_is_review (row) && !has_action (view, action))
        g_error ("the view has no %s", action);
      if (g_str_has_prefix (action, "win.") && !has_action (window, action))
        g_error ("the window has no %s", action);
      g_hash_table_add (named, action);
    }
  for (guint i = 0; (name = nth_action (view, i)) != NULL; i++)
    if (g_str_has_prefix (name, "review."))
      {
        found++;
        if (!g_hash_table_contains (named, name))
          g_error ("no key can do %s", name);
      }
  g_assert_cmpuint (found, >=, 15);
  g_type_class_unref (view);
  g_type_class_unref (window);
}

static void
test_preferences (void)
{
  g_autoptr (GSettings) settings = mien_settings_new ();
  GtkWidget *window, *entry, *theme;

  g_settings_set_string (settings, "annotator", "Ada");
  window = mien_preferences_new (NULL, settings, NULL);
  gtk_window_present (GTK_WINDOW (window));
  gtk_test_widget_wait_for_draw (window);

  entry = find (window, ADW_TYPE_ENTRY_ROW, NULL);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "Ada");
  gtk_editable_set_text (GTK_EDITABLE (entry), " Grace ");
  g_signal_emit_by_name (entry, "apply");
  {
    g_autofree char *name = g_settings_get_string (settings, "annotator");

    g_assert_cmpstr (name, ==, "Grace");
  }
  /* Empty: whoever is logged in. */
  gtk_editable_set_text (GTK_EDITABLE (entry), "  ");
  g_signal_emit_by_name (entry, "apply");
  {
    g_autofree char *name = g_settings_get_string (settings, "annotator");

    g_assert_cmpstr (name, ==, "");
    g_assert_cmpuint (strlen (gtk_editable_get_text (GTK_EDITABLE (entry))), >, 0);
  }

  theme = find (window, ADW_TYPE_COMBO_ROW, "Theme");
  g_assert_cmpuint (adw_combo_row_get_selected (ADW_COMBO_ROW (theme)), ==, 0);
  adw_combo_row_set_selected (ADW_COMBO_ROW (theme), 2);
  {
    g_autofree char *name = g_settings_get_string (settings, "theme");

    g_assert_cmpstr (name, ==, "dark");
  }
  g_settings_reset (settings, "theme");
  g_assert_cmpuint (adw_combo_row_get_selected (ADW_COMBO_ROW (theme)), ==, 0);

  adw_combo_row_set_selected (
      ADW_COMBO_ROW (find (window, ADW_TYPE_COMBO_ROW, "Processors")), 1);
  g_assert_cmpint (g_settings_get_int (settings, "threads"), ==, 1);
  g_settings_reset (settings, "threads");
  g_assert_nonnull (find (window, ADW_TYPE_ACTION_ROW, "Happiness"));
  /* No project, nothing to set of it. */
  g_assert_null (find (window, ADW_TYPE_ACTION_ROW, "_Least Blind Share"));
  gtk_window_destroy (GTK_WINDOW (window));
}

static double
read_share (MienTestPlace *place)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienStore) store =
      mien_store_open (place->path, MIEN_STORE_READ_ONLY, &error);

  g_assert_no_error (error);
  return mien_blind_share (store);
}

/* What is set is in the project, and what another window sets is shown. */
static void
test_project (void)
{
  g_autoptr (GSettings) settings = mien_settings_new ();
  MienTestPlace place;
  g_autoptr (MienProject) project = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (MienStore) other = NULL;
  GtkWidget *window;
  GtkSpinButton *share;

  mien_test_place_init (&place, 0);
  project = mien_test_place_open (&place);
  window = mien_preferences_new (NULL, settings, project);
  gtk_window_present (GTK_WINDOW (window));
  share = GTK_SPIN_BUTTON (find (find (window, ADW_TYPE_ACTION_ROW, "_Least Blind Share"),
                                 GTK_TYPE_SPIN_BUTTON, NULL));
  mien_test_wait (gtk_widget_is_sensitive (GTK_WIDGET (share)));
  g_assert_cmpfloat_with_epsilon (gtk_spin_button_get_value (share), 0.05, 1e-9);
  for (guint i = 0; i < 3; i++)
    gtk_spin_button_spin (share, GTK_SPIN_STEP_FORWARD, 0.05);
  mien_test_wait (mien_project_get_pending (project) == 0);
  g_assert_cmpfloat_with_epsilon (read_share (&place), 0.2, 1e-9);
  g_assert_cmpfloat_with_epsilon (g_settings_get_double (settings, "blind-share"), 0.05,
                                  1e-9);

  other = mien_store_open (place.path, MIEN_STORE_READ_WRITE, &error);
  g_assert_no_error (error);
  g_assert_true (mien_blind_share_set (other, 0.35, &error));
  mien_test_wait (gtk_spin_button_get_value (share) > 0.34);
  g_assert_cmpfloat_with_epsilon (read_share (&place), 0.35, 1e-9);
  gtk_window_destroy (GTK_WINDOW (window));
  mien_project_close (project);
  g_clear_pointer (&other, mien_store_close);
  mien_test_place_clear (&place);
}

static GtkSpinButton *
share_of (GtkWidget *window, const char *title)
{
  return GTK_SPIN_BUTTON (
      find (find (window, ADW_TYPE_ACTION_ROW, title), GTK_TYPE_SPIN_BUTTON, NULL));
}

/* Whatever is set, the shares add up to 100, and the project holds them. */
static void
test_mix (void)
{
  g_autoptr (GSettings) settings = mien_settings_new ();
  MienTestPlace place;
  g_autoptr (MienProject) project = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (MienStore) other = NULL;
  GtkWidget *window;
  GtkSpinButton *audit, *random;
  double lowest, highest;
  MienMix mix;

  mien_test_place_init (&place, 0);
  project = mien_test_place_open (&place);
  window = mien_preferences_new (NULL, settings, project);
  gtk_window_present (GTK_WINDOW (window));
  audit = share_of (window, "Audit");
  random = share_of (window, "Random");
  mien_test_wait (gtk_widget_is_sensitive (GTK_WIDGET (audit)));
  g_assert_cmpint (gtk_spin_button_get_value_as_int (audit), ==, 15);
  gtk_spin_button_set_value (audit, 40);
  gtk_spin_button_set_value (random, 20);
  mien_test_wait (mien_project_get_pending (project) == 0);
  other = mien_store_open (place.path, MIEN_STORE_READ_WRITE, &error);
  g_assert_no_error (error);
  g_assert_true (mien_plan_mix (other, &mix, &error));
  g_assert_cmpuint (mix.share[MIEN_REASON_AUDIT], ==, 40);
  g_assert_cmpuint (mix.share[MIEN_REASON_RANDOM], ==, 20);
  g_assert_cmpuint (mix.share[MIEN_REASON_DIVERSE], ==, 10);
  g_assert_cmpuint (mix.share[MIEN_REASON_UNCERTAIN], ==, 5);
  /* There is room for what the uncertain have left. */
  gtk_spin_button_get_range (random, &lowest, &highest);
  g_assert_cmpfloat (highest, ==, 25);
  g_assert_nonnull (find (window, GTK_TYPE_LABEL, "5 %"));

  g_assert_true (mien_mix_parse ("uncertain=90,audit=10", &mix, &error));
  g_assert_true (mien_plan_set_mix (other, &mix, &error));
  mien_test_wait (gtk_spin_button_get_value_as_int (audit) == 10);
  g_assert_cmpint (gtk_spin_button_get_value_as_int (random), ==, 0);
  gtk_window_destroy (GTK_WINDOW (window));
  mien_project_close (project);
  g_clear_pointer (&other, mien_store_close);
  mien_test_place_clear (&place);
}

static void
test_key_dialog (void)
{
  MienKeys *keys = mien_keys_get_default ();
  const MienKeyAction *flag = mien_key_table_find ("review.flag");
  const MienKeyPress pedal = { GDK_KEY_F13, 191, 0 }, period = { GDK_KEY_period, 60, 0 };
  const MienKeyPress tab = { GDK_KEY_Tab, 23, 0 };
  GtkWidget *view = g_object_ref_sink (mien_review_view_new ());
  GtkWidget *dialog = mien_key_dialog_new (NULL, flag), *set;

  gtk_window_present (GTK_WINDOW (dialog));
  gtk_test_widget_wait_for_draw (dialog);
  set = find (dialog, GTK_TYPE_BUTTON, "_Set");
  g_assert_false (gtk_widget_get_sensitive (set));
  mien_key_dialog_press (MIEN_KEY_DIALOG (dialog), &tab);
  g_assert_false (gtk_widget_get_sensitive (set));
  mien_key_dialog_press (MIEN_KEY_DIALOG (dialog), &period);
  g_assert_nonnull (
      find (dialog, GTK_TYPE_LABEL, "“Skip” has this key now and would lose it."));
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (set)), ==, "_Take It Over");
  /* Nothing has happened yet. */
  g_assert_true (mien_keys_is_default (keys, flag));
  mien_key_dialog_press (MIEN_KEY_DIALOG (dialog), &pedal);
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (set)), ==, "_Set");
  g_signal_emit_by_name (set, "clicked");

  /* It closes, and the buttons of Review say so. */
  g_assert_false (mien_keys_is_default (keys, flag));
  g_assert_nonnull (find (view, GTK_TYPE_LABEL, "F13"));
  mien_keys_reset_all (keys);
  g_assert_null (find (view, GTK_TYPE_LABEL, "F13"));
  g_object_unref (view);
}

static void
test_shortcuts (void)
{
  GtkWidget *parent = gtk_window_new ();
  GtkWidget *window = mien_shortcuts_new (GTK_WINDOW (parent));

  gtk_window_present (GTK_WINDOW (parent));
  gtk_window_present (GTK_WINDOW (window));
  gtk_test_widget_wait_for_draw (window);
  g_assert_nonnull (find (window, GTK_TYPE_LABEL, "Expression"));
  g_assert_nonnull (find (window, GTK_TYPE_LABEL, "Retrain"));
  gtk_window_destroy (GTK_WINDOW (window));
  gtk_window_destroy (GTK_WINDOW (parent));
}

/* The point moves by the step that is set, and the panel says which it is. */
static void
test_step (void)
{
  g_autoptr (GSettings) settings = mien_settings_new ();
  GtkWidget *view = g_object_ref_sink (mien_review_view_new ());

  g_assert_nonnull (find (view, GTK_TYPE_LABEL, "0.05"));
  g_settings_set_double (settings, "point-step", 0.2);
  g_assert_null (find (view, GTK_TYPE_LABEL, "0.05"));
  g_assert_nonnull (find (view, GTK_TYPE_LABEL, "0.20"));
  g_settings_reset (settings, "point-step");
  g_object_unref (view);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/preferences/actions", test_actions);
  g_test_add_func ("/preferences/window", test_preferences);
  g_test_add_func ("/preferences/project", test_project);
  g_test_add_func ("/preferences/mix", test_mix);
  g_test_add_func ("/preferences/key", test_key_dialog);
  g_test_add_func ("/preferences/shortcuts", test_shortcuts);
  g_test_add_func ("/preferences/step", test_step);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Saved filters on a display: what is saved is in the list when it is on the disk, is
 * given back when it is taken, can be removed and brought back; another window's are
 * there too, and of a stranger's what can be read.
 */
#include "config.h"

#include "mien-browse-saved.h"
#include "mien-test-project.h"

typedef struct
{
  MienTestPlace place;
  MienProject *project;
  GtkWidget *window;
  MienBrowseSaved *saved;
  MienSavedFilter *chosen;
  guint removed, toasts;
} Fixture;

static gpointer
find (GtkWidget *widget, GType type)
{
  gpointer found = g_type_is_a (G_OBJECT_TYPE (widget), type) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget);
       child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find (child, type);
  return found;
}

static GtkListBoxRow *
nth_row (Fixture *fixture, int at)
{
  GtkListBox *list = find (GTK_WIDGET (fixture->saved), GTK_TYPE_LIST_BOX);

  return gtk_list_box_get_row_at_index (list, at);
}

static gboolean
shows (Fixture *fixture, int at, const char *name)
{
  GtkListBoxRow *row = nth_row (fixture, at);
  GtkLabel *label = row != NULL ? find (GTK_WIDGET (row), GTK_TYPE_LABEL) : NULL;

  return g_strcmp0 (label != NULL ? gtk_label_get_text (label) : NULL, name) == 0;
}

static void
on_chosen (Fixture *fixture, const MienSavedFilter *saved)
{
  mien_saved_filter_free (fixture->chosen);
  fixture->chosen = mien_saved_filter_copy (saved);
}

static void
count (guint *n)
{
  (*n)++;
}

static void
on_removed (Fixture *fixture)
{
  fixture->removed++;
}

static MienSavedFilter *
happy (const char *name)
{
  MienSavedFilter *now = mien_saved_filter_new ();

  now->name = g_strdup (name);
  now->filter.expressions = 1u << 4;
  now->sort = MIEN_SORT_CONFIDENCE;
  now->descending = TRUE;
  return now;
}

/* Nothing narrows. */
static MienSavedFilter *
everything (void)
{
  MienSavedFilter *now = mien_saved_filter_new ();

  now->name = g_strdup ("");
  return now;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  mien_test_place_init (&fixture->place, 0);
  fixture->project = mien_test_place_open (&fixture->place);
  fixture->window = gtk_window_new ();
  fixture->saved = MIEN_BROWSE_SAVED (mien_browse_saved_new ());
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->saved));
  g_signal_connect_swapped (fixture->saved, "chosen", G_CALLBACK (on_chosen), fixture);
  g_signal_connect_swapped (fixture->saved, "removed", G_CALLBACK (on_removed), fixture);
  g_signal_connect_swapped (fixture->saved, "toast", G_CALLBACK (count),
                            &fixture->toasts);
  mien_browse_saved_set_project (fixture->saved, fixture->project);
  mien_browse_saved_set_now (fixture->saved, happy ("Happiness"));
  gtk_window_present (GTK_WINDOW (fixture->window));
  gtk_test_widget_wait_for_draw (fixture->window);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gpointer saved = fixture->saved;

  g_object_add_weak_pointer (G_OBJECT (saved), &saved);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  mien_test_wait (saved == NULL);
  mien_saved_filter_free (fixture->chosen);
  mien_project_close (fixture->project);
  g_object_unref (fixture->project);
  mien_test_place_clear (&fixture->place);
}

/* Opens the popover; its name is what is shown. */
static GtkEntry *
open_popover (Fixture *fixture)
{
  mien_browse_saved_popup (fixture->saved);
  mien_test_wait (
      gtk_widget_get_mapped (find (GTK_WIDGET (fixture->saved), GTK_TYPE_ENTRY)));
  return find (GTK_WIDGET (fixture->saved), GTK_TYPE_ENTRY);
}

/* Takes the first of the list, and whether it looks for that. */
static gboolean
first_is (Fixture *fixture, const MienSavedFilter *wanted)
{
  GtkListBoxRow *row = nth_row (fixture, 0);

  if (row == NULL)
    return FALSE;
  g_signal_emit_by_name (find (GTK_WIDGET (fixture->saved), GTK_TYPE_LIST_BOX),
                         "row-activated", row);
  return mien_saved_filter_equal (fixture->chosen, wanted);
}

static void
test_save_and_choose (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MienSavedFilter) wanted = happy ("");
  GtkEntry *name = open_popover (fixture);

  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (name)), ==, "Happiness");
  gtk_editable_set_text (GTK_EDITABLE (name), "  glad ");
  g_signal_emit_by_name (name, "activate");
  mien_test_wait (shows (fixture, 0, "glad"));
  g_assert_cmpuint (fixture->toasts, ==, 1);

  mien_browse_saved_set_now (fixture->saved, everything ());
  g_assert_true (first_is (fixture, wanted));
  g_assert_cmpstr (fixture->chosen->name, ==, "glad");
}

/* An empty name saves nothing; what is saved already is not offered a second name. */
static void
test_names (Fixture *fixture, gconstpointer data)
{
  GtkEntry *name = open_popover (fixture);

  gtk_editable_set_text (GTK_EDITABLE (name), "  ");
  g_signal_emit_by_name (name, "activate");
  g_assert_cmpuint (fixture->toasts, ==, 0);
  gtk_editable_set_text (GTK_EDITABLE (name), "glad");
  g_signal_emit_by_name (name, "activate");
  mien_test_wait (shows (fixture, 0, "glad"));
  mien_test_wait (!gtk_widget_get_mapped (GTK_WIDGET (name)));
  name = open_popover (fixture);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (name)), ==, "");
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (nth_row (fixture, 0)),
                                       GTK_ACCESSIBLE_PROPERTY_LABEL, "glad, shown now");
}

static void
save_as (Fixture *fixture, const char *text)
{
  GtkEntry *name = open_popover (fixture);

  gtk_editable_set_text (GTK_EDITABLE (name), text);
  g_signal_emit_by_name (name, "activate");
}

static void
test_remove_and_restore (Fixture *fixture, gconstpointer data)
{
  save_as (fixture, "a");
  save_as (fixture, "b");
  mien_test_wait (shows (fixture, 0, "a") && shows (fixture, 1, "b"));

  g_signal_emit_by_name (find (GTK_WIDGET (nth_row (fixture, 0)), GTK_TYPE_BUTTON),
                         "clicked");
  g_assert_cmpuint (fixture->removed, ==, 1);
  mien_test_wait (shows (fixture, 0, "b") && nth_row (fixture, 1) == NULL);
  mien_browse_saved_restore (fixture->saved);
  mien_test_wait (shows (fixture, 0, "a") && shows (fixture, 1, "b"));
}

/* What was under the name is brought back as it was. */
static void
test_replace_and_restore (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MienSavedFilter) old = happy (""), new = everything ();

  save_as (fixture, "a");
  mien_test_wait (first_is (fixture, old));
  mien_browse_saved_set_now (fixture->saved, everything ());
  save_as (fixture, "a");
  g_assert_cmpuint (fixture->removed, ==, 1);
  mien_test_wait (first_is (fixture, new));
  mien_browse_saved_restore (fixture->saved);
  mien_test_wait (first_is (fixture, old));
  g_assert_null (nth_row (fixture, 1));
}

/* From outside, as another window or a stranger does. */
static void
test_from_outside (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienStore) store =
      mien_store_open (fixture->place.path, MIEN_STORE_READ_WRITE, &error);

  g_assert_no_error (error);
  mien_store_set_setting (store, MIEN_SAVED_FILTERS,
                          "[7, {\"name\": \"theirs\"}, {\"name\": \"a\\nb\"}]", &error);
  g_assert_no_error (error);
  mien_test_wait (shows (fixture, 0, "theirs"));
  g_assert_null (nth_row (fixture, 1));
  mien_store_set_setting (store, MIEN_SAVED_FILTERS, "{", &error);
  g_assert_no_error (error);
  mien_test_wait (nth_row (fixture, 0) == NULL);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "/browse-saved/save-and-choose", test_save_and_choose },
    { "/browse-saved/names", test_names },
    { "/browse-saved/remove-and-restore", test_remove_and_restore },
    { "/browse-saved/replace-and-restore", test_replace_and_restore },
    { "/browse-saved/from-outside", test_from_outside },
  };

  gtk_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}

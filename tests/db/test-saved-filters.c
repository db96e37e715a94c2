/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Saved filters: what is saved is what is found again, by name; what cannot be read is
 * left out alone, stays in the project, and says so.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-saved-filters.h"
#include "mien-test-project.h"

#include <string.h>

static MienSavedFilter *
example (const char *name)
{
  MienSavedFilter *saved = mien_saved_filter_new ();

  saved->name = g_strdup (name);
  saved->filter.expressions = 1u << 4;
  saved->filter.sources = 4;
  saved->filter.least_confidence = 0.1;
  saved->filter.disputed = TRUE;
  saved->filter.text = g_strdup ("é \"3\"");
  saved->video = g_strdup ("demo 03");
  saved->annotator = g_strdup ("Ana");
  saved->days = 7;
  saved->sort = MIEN_SORT_DECIDED;
  saved->descending = TRUE;
  return saved;
}

static GPtrArray *
stored (MienStore *store, guint n_problems)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autofree char *json = mien_store_setting (store, MIEN_SAVED_FILTERS, &error);
  GPtrArray *all = mien_saved_filters_parse (json, problems);

  g_assert_no_error (error);
  g_assert_cmpuint (problems->len, ==, n_problems);
  return all;
}

static const MienSavedFilter *
nth (GPtrArray *all, guint at)
{
  g_assert_cmpuint (at, <, all->len);
  return g_ptr_array_index (all, at);
}

static void
test_round_trip (void)
{
  TestProject project;
  g_autoptr (MienSavedFilter) full = example ("Zorn"), plain = mien_saved_filter_new ();
  g_autoptr (MienSavedFilter) here = example ("x");
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GError) error = NULL;

  test_project_open (&project);
  plain->name = g_strdup ("Ärger");
  /* What holds in this index only is not taken along. */
  full->filter.video = 3;
  full->filter.annotator = 2;
  full->filter.since = 1700000000;
  g_assert_true (mien_saved_filters_put (project.store, full, &error));
  g_assert_true (mien_saved_filters_put (project.store, plain, &error));
  g_assert_no_error (error);

  test_project_reopen (&project, MIEN_STORE_READ_ONLY);
  all = stored (project.store, 0);
  g_assert_cmpuint (all->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      const MienSavedFilter *read = nth (all, i);
      gboolean is_full = g_str_equal (read->name, "Zorn");

      g_assert_true (mien_saved_filter_equal (read, is_full ? full : plain));
      g_assert_false (mien_saved_filter_equal (read, is_full ? plain : full));
      g_assert_cmpint (read->filter.video, ==, -1);
      g_assert_cmpuint (read->filter.annotator, ==, 0);
      g_assert_cmpint (read->filter.since, ==, 0);
    }
  g_assert_true (mien_saved_filter_equal (full, here));
  test_project_close (&project);
}

/* Everything that is looked for counts in a comparison, and nothing else. */
static void
test_equal (void)
{
  g_autoptr (MienSavedFilter) whole = example ("a");

  for (guint member = 0; member < 7; member++)
    {
      g_autoptr (MienSavedFilter) other = mien_saved_filter_copy (whole);

      g_assert_true (mien_saved_filter_equal (whole, other));
      switch (member)
        {
        case 0:
          other->filter.lacking = 1;
          break;
        case 1:
          g_clear_pointer (&other->filter.text, g_free);
          break;
        case 2:
          g_clear_pointer (&other->video, g_free);
          break;
        case 3:
          g_free (other->annotator);
          other->annotator = g_strdup ("Ben");
          break;
        case 4:
          other->days = 1;
          break;
        case 5:
          other->sort = MIEN_SORT_FRAME;
          break;
        default:
          other->descending = FALSE;
          break;
        }
      g_assert_false (mien_saved_filter_equal (whole, other));
    }
}

static void
test_replace_and_remove (void)
{
  TestProject project;
  g_autoptr (MienSavedFilter) first = example ("one"), again = mien_saved_filter_new ();
  g_autoptr (GPtrArray) one = NULL, none = NULL;
  g_autoptr (GError) error = NULL;

  test_project_open (&project);
  again->name = g_strdup ("one");
  g_assert_true (mien_saved_filters_put (project.store, first, &error));
  g_assert_true (mien_saved_filters_put (project.store, again, &error));
  one = stored (project.store, 0);
  g_assert_cmpuint (one->len, ==, 1);
  g_assert_true (mien_saved_filter_equal (nth (one, 0), again));

  g_assert_true (mien_saved_filters_remove (project.store, "two", &error));
  g_assert_true (mien_saved_filters_remove (project.store, "one", &error));
  g_assert_no_error (error);
  none = stored (project.store, 0);
  g_assert_cmpuint (none->len, ==, 0);
  test_assert_sound (project.store);
  test_project_close (&project);
}

/* Nothing is stored that would not be read again. */
static void
test_refused (void)
{
  g_autofree char *longest = g_strnfill (MIEN_SAVED_FILTER_NAME, 'n');
  g_autofree char *longer = g_strnfill (MIEN_SAVED_FILTER_NAME + 1, 'n');
  const char *const names[] = { "", " ", " a", "a ", "a\nb", "a\tb", "\xff", longer };
  TestProject project;
  g_autoptr (MienSavedFilter) saved = example (longest);
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GError) error = NULL;

  test_project_open (&project);
  g_assert_true (mien_saved_filters_put (project.store, saved, &error));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (MienSavedFilter) bad = example (names[i]);

      g_assert_false (mien_saved_filters_put (project.store, bad, &error));
      test_assert_error (error, MIEN_STORE_ERROR_INVALID, project.path);
    }
  g_free (saved->name);
  g_free (saved->filter.text);
  saved->name = g_strdup ("text");
  saved->filter.text = g_strnfill (600, 't');
  g_assert_false (mien_saved_filters_put (project.store, saved, &error));
  test_assert_error (error, MIEN_STORE_ERROR_INVALID, "\"filter\"");
  all = stored (project.store, 0);
  g_assert_cmpuint (all->len, ==, 1);
  test_project_close (&project);
}

static void
test_most (void)
{
  TestProject project;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GError) error = NULL;

  test_project_open (&project);
  g_assert_true (mien_store_begin (project.store, &error));
  for (guint i = 0; i <= MIEN_SAVED_FILTERS_MOST; i++)
    {
      g_autofree char *name = g_strdup_printf ("filter %u", i);
      g_autoptr (MienSavedFilter) saved = example (name);
      gboolean put = mien_saved_filters_put (project.store, saved, &error);

      g_assert_cmpint (put, ==, i < MIEN_SAVED_FILTERS_MOST);
      if (!put)
        test_assert_error (error, MIEN_STORE_ERROR_INVALID, "remove one");
    }
  /* One that is there may be another from now on. */
  {
    g_autoptr (MienSavedFilter) saved = example ("filter 7");

    g_assert_true (mien_saved_filters_put (project.store, saved, &error));
  }
  g_assert_true (mien_store_commit (project.store, &error));
  all = stored (project.store, 0);
  g_assert_cmpuint (all->len, ==, MIEN_SAVED_FILTERS_MOST);
  test_project_close (&project);
}

/* Whatever stands there, what can be read is read, and the rest is told. */
static void
test_rubbish (void)
{
  static const char *const bad[] = {
    "7",
    "null",
    "[]",
    "{}",
    "{\"name\": 5}",
    "{\"name\": null}",
    "{\"name\": \"\"}",
    "{\"name\": \" a\"}",
    "{\"name\": \"a\\nb\"}",
    "{\"name\": [\"a\"]}",
    "{\"name\": \"good\"}",
    "{\"name\": \"a\", \"colour\": 1}",
    "{\"name\": \"a\", \"filter\": 7}",
    "{\"name\": \"a\", \"filter\": []}",
    "{\"name\": \"a\", \"filter\": {\"splits\": 8}}",
    "{\"name\": \"a\", \"filter\": {\"video\": 1}}",
    "{\"name\": \"a\", \"filter\": {\"annotator\": 1}}",
    "{\"name\": \"a\", \"filter\": {\"since\": 5}}",
    "{\"name\": \"a\", \"filter\": {\"until\": 5}}",
    "{\"name\": \"a\", \"video\": 4}",
    "{\"name\": \"a\", \"video\": \"\"}",
    "{\"name\": \"a\", \"annotator\": null}",
    "{\"name\": \"a\", \"days\": 0}",
    "{\"name\": \"a\", \"days\": -1}",
    "{\"name\": \"a\", \"days\": 1.5}",
    "{\"name\": \"a\", \"days\": 99999999999}",
    "{\"name\": \"a\", \"sort\": 2}",
    "{\"name\": \"a\", \"sort\": \"colour\"}",
    "{\"name\": \"a\", \"descending\": 1}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *json = g_strdup_printf (
          "[{\"name\": \"good\"}, %s, {\"name\": \"better\", \"days\": 3}]", bad[i]);
      g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (GPtrArray) all = mien_saved_filters_parse (json, problems);

      g_test_message ("bad entry %u: %s", i, bad[i]);
      g_assert_cmpuint (all->len, ==, 2);
      g_assert_cmpstr (nth (all, 0)->name, ==, "better");
      g_assert_cmpuint (nth (all, 0)->days, ==, 3);
      g_assert_cmpuint (problems->len, ==, 1);
      g_assert_nonnull (strstr (g_ptr_array_index (problems, 0), "saved filter 2"));
    }
}

static void
test_no_array (void)
{
  g_autofree char *deep = g_strnfill (800000, '[');
  const char *const bad[] = { "", "{", "7", "null", "{\"name\": \"a\"}", "\xff", deep };
  g_autoptr (GPtrArray) none = mien_saved_filters_parse (NULL, NULL);
  TestProject project;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (none->len, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (GPtrArray) all = mien_saved_filters_parse (bad[i], problems);

      g_assert_cmpuint (all->len, ==, 0);
      g_assert_cmpuint (problems->len, ==, 1);
    }
  /* Saving begins anew. */
  test_project_open (&project);
  g_assert_true (
      mien_store_set_setting (project.store, MIEN_SAVED_FILTERS, deep, &error));
  {
    g_autoptr (MienSavedFilter) saved = example ("a");
    g_autoptr (GPtrArray) all = NULL;

    g_assert_true (mien_saved_filters_put (project.store, saved, &error));
    all = stored (project.store, 0);
    g_assert_cmpuint (all->len, ==, 1);
  }
  test_project_close (&project);
}

/* A later version may read what this one cannot: it stays as it is. */
static void
test_keeps_others (void)
{
  static const char later[] = "{\"name\":\"later\",\"colour\":\"red\"}";
  TestProject project;
  g_autofree char *json = g_strdup_printf ("[%s]", later), *after = NULL;
  g_autoptr (MienSavedFilter) saved = example ("now");
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GError) error = NULL;

  test_project_open (&project);
  g_assert_true (
      mien_store_set_setting (project.store, MIEN_SAVED_FILTERS, json, &error));
  g_assert_true (mien_saved_filters_put (project.store, saved, &error));
  all = stored (project.store, 1);
  g_assert_cmpuint (all->len, ==, 1);
  g_assert_true (mien_saved_filters_remove (project.store, "now", &error));
  after = mien_store_setting (project.store, MIEN_SAVED_FILTERS, &error);
  g_assert_cmpstr (after, ==, json);
  /* By its name it can be removed all the same. */
  g_assert_true (mien_saved_filters_remove (project.store, "later", &error));
  g_clear_pointer (&all, g_ptr_array_unref);
  all = stored (project.store, 0);
  g_assert_cmpuint (all->len, ==, 0);
  test_project_close (&project);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/saved-filters/round-trip", test_round_trip);
  g_test_add_func ("/db/saved-filters/equal", test_equal);
  g_test_add_func ("/db/saved-filters/replace-and-remove", test_replace_and_remove);
  g_test_add_func ("/db/saved-filters/refused", test_refused);
  g_test_add_func ("/db/saved-filters/most", test_most);
  g_test_add_func ("/db/saved-filters/rubbish", test_rubbish);
  g_test_add_func ("/db/saved-filters/no-array", test_no_array);
  g_test_add_func ("/db/saved-filters/keeps-others", test_keeps_others);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the tables say of some frames at a moment, to be compared with later.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-test-tables.h"

#include "mien-test-project.h"

void
test_tables_read (TestTables *tables, MienStore *store, const gint64 *frames)
{
  g_autoptr (GError) error = NULL;

  memset (tables, 0, sizeof *tables);
  for (guint i = 0; i < TEST_TABLES_FRAMES; i++)
    {
      g_autoptr (MienNote) note = mien_events_note (store, frames[i], &error);

      g_assert_no_error (error);
      tables->notes[i] = note != NULL ? g_strdup (note->text) : NULL;
      mien_labels_load (store, frames[i], &tables->labels[i], tables->events[i], &error);
      g_assert_no_error (error);
      mien_query_int (store, &error, -1, &tables->state[i],
                      "SELECT ((((not_a_face * 2 + skipped) * 8 + complete) * 8"
                      " + touched) * 8 + imported) * 8 + human FROM frame WHERE id = ?1",
                      MIEN_INT (frames[i]));
      g_assert_no_error (error);
    }
}

void
test_tables_clear (TestTables *tables)
{
  for (guint i = 0; i < TEST_TABLES_FRAMES; i++)
    g_clear_pointer (&tables->notes[i], g_free);
}

gboolean
test_tables_not_a_face (const TestTables *tables, guint frame)
{
  return tables->state[frame] >> 13 != 0;
}

gboolean
test_same_label (const MienLabel *a, const MienLabel *b)
{
  return mien_label_equal (a, b) && a->source == b->source;
}

void
test_tables_assert (const TestTables *wanted, MienStore *store, const gint64 *frames)
{
  g_auto (TestTables) found = { 0 };

  test_tables_read (&found, store, frames);
  for (guint i = 0; i < TEST_TABLES_FRAMES; i++)
    {
      for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
        {
          g_assert_true (test_same_label (&found.labels[i].item[item],
                                          &wanted->labels[i].item[item]));
          g_assert_cmpint (found.events[i][item], ==, wanted->events[i][item]);
        }
      g_assert_cmpint (found.state[i], ==, wanted->state[i]);
      g_assert_cmpstr (found.notes[i], ==, wanted->notes[i]);
    }
}

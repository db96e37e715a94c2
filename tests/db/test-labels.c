/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * From events to labels, without a project: the rule by itself.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-test-project.h"

#include <string.h>

enum
{
  POINT = MIEN_ITEM_VALENCE_AROUSAL,
  EXPRESSION = MIEN_ITEM_EXPRESSION,
  UNIT = MIEN_ITEM_FIRST_UNIT,
};

static MienLogged *
add (GArray *events, MienEventKind kind, int item, gint64 annotator, MienLabel label)
{
  MienLogged event = {
    .id = events->len + 1,
    .clock = events->len + 1,
    .kind = kind,
    .item = item,
    .answer = label.answer,
    .value = { label.value[0], label.value[1] },
    .annotator = annotator,
  };

  event.batch.bytes[0] = (guint8) (events->len + 1);
  g_array_append_val (events, event);
  return &g_array_index (events, MienLogged, events->len - 1);
}

/* target: the number of the event whose batch it is about, from 1. */
static void
add_aim (GArray *events, MienEventKind kind, guint target)
{
  add (events, kind, -1, 1, (MienLabel){ 0 })->target.bytes[0] = (guint8) target;
}

static GArray *
new_events (void)
{
  return g_array_new (FALSE, TRUE, sizeof (MienLogged));
}

static MienLabel
derive (GArray *events, guint item)
{
  MienDerived derived;

  mien_labels_derive (events, &derived);
  return derived.labels.item[item];
}

static void
assert_value (GArray *events, guint item, double first, double second)
{
  MienLabel label = derive (events, item);

  g_assert_cmpint (label.answer, ==, MIEN_ANSWER_VALUE);
  g_assert_cmpfloat_with_epsilon (label.value[0], first, 1e-12);
  g_assert_cmpfloat_with_epsilon (label.value[1], second, 1e-12);
}

static void
test_order (void)
{
  g_autoptr (GArray) events = new_events ();
  MienDerived derived;

  g_assert_cmpint (derive (events, EXPRESSION).answer, ==, MIEN_ANSWER_NONE);
  add (events, MIEN_EVENT_IMPORTED, EXPRESSION, 0, test_value (1));
  add (events, MIEN_EVENT_IMPORTED, EXPRESSION, 0, test_value (2));
  assert_value (events, EXPRESSION, 1, 0);
  add (events, MIEN_EVENT_CORRECTED, EXPRESSION, 1, test_value (3));
  assert_value (events, EXPRESSION, 3, 0);
  add (events, MIEN_EVENT_ADJUDICATED, EXPRESSION, 2, test_value (4));
  add (events, MIEN_EVENT_CORRECTED, EXPRESSION, 1, test_value (5));
  assert_value (events, EXPRESSION, 4, 0);
  add (events, MIEN_EVENT_ADJUDICATED, EXPRESSION, 2, test_value (6));
  assert_value (events, EXPRESSION, 6, 0);
  mien_labels_derive (events, &derived);
  g_assert_cmpint (derived.event[EXPRESSION], ==, 6);
  g_assert_cmpint (derived.labels.item[EXPRESSION].source, ==, MIEN_SOURCE_HUMAN);
  add_aim (events, MIEN_EVENT_UNDONE, 6);
  assert_value (events, EXPRESSION, 4, 0);
  add_aim (events, MIEN_EVENT_UNDONE, 4);
  assert_value (events, EXPRESSION, 5, 0);
  add_aim (events, MIEN_EVENT_UNDONE, 5);
  assert_value (events, EXPRESSION, 3, 0);
  add_aim (events, MIEN_EVENT_REDONE, 5);
  assert_value (events, EXPRESSION, 5, 0);
  add_aim (events, MIEN_EVENT_UNDONE, 5);
  add_aim (events, MIEN_EVENT_UNDONE, 3);
  assert_value (events, EXPRESSION, 1, 0);
  /* Of what was imported, the first that stands. */
  add_aim (events, MIEN_EVENT_UNDONE, 1);
  assert_value (events, EXPRESSION, 2, 0);
  add_aim (events, MIEN_EVENT_REDONE, 1);
  assert_value (events, EXPRESSION, 1, 0);
}

static void
test_majority (void)
{
  g_autoptr (GArray) events = new_events ();

  add (events, MIEN_EVENT_CORRECTED, UNIT, 1, test_value (1));
  add (events, MIEN_EVENT_CONFIRMED, UNIT, 2, test_cannot_tell ());
  g_assert_cmpint (derive (events, UNIT).answer, ==, MIEN_ANSWER_UNRESOLVED);
  add (events, MIEN_EVENT_PROPAGATED, UNIT, 3, test_cannot_tell ());
  g_assert_cmpint (derive (events, UNIT).answer, ==, MIEN_ANSWER_CANNOT_TELL);
  add (events, MIEN_EVENT_CORRECTED, UNIT, 4, test_value (1));
  g_assert_cmpint (derive (events, UNIT).answer, ==, MIEN_ANSWER_UNRESOLVED);
  add (events, MIEN_EVENT_CORRECTED, UNIT, 5, test_value (1));
  assert_value (events, UNIT, 1, 0);
  /* The units beside it know nothing of this. */
  g_assert_cmpint (derive (events, UNIT + 1).answer, ==, MIEN_ANSWER_NONE);
}

static void
test_mean_point (void)
{
  g_autoptr (GArray) events = new_events ();

  add (events, MIEN_EVENT_CORRECTED, POINT, 1, test_point (0.5, -0.5));
  add (events, MIEN_EVENT_CORRECTED, POINT, 2, test_point (0.25, -0.25));
  assert_value (events, POINT, 0.375, -0.375);
  add (events, MIEN_EVENT_CORRECTED, POINT, 3, test_cannot_tell ());
  assert_value (events, POINT, 0.375, -0.375);
  add (events, MIEN_EVENT_CORRECTED, POINT, 2, test_point (0.25, -0.875));
  g_assert_cmpint (derive (events, POINT).answer, ==, MIEN_ANSWER_UNRESOLVED);
  add (events, MIEN_EVENT_CORRECTED, POINT, 1, test_cannot_tell ());
  g_assert_cmpint (derive (events, POINT).answer, ==, MIEN_ANSWER_CANNOT_TELL);
}

static void
test_frame_state (void)
{
  g_autoptr (GArray) events = new_events ();
  MienDerived derived;

  add (events, MIEN_EVENT_SKIPPED, -1, 1, (MienLabel){ 0 });
  mien_labels_derive (events, &derived);
  g_assert_true (derived.skipped);
  add (events, MIEN_EVENT_NOT_A_FACE, -1, 1, (MienLabel){ 0 });
  add (events, MIEN_EVENT_NOTED, -1, 1, (MienLabel){ 0 });
  mien_labels_derive (events, &derived);
  g_assert_true (derived.not_a_face && !derived.skipped);
  add (events, MIEN_EVENT_CORRECTED, UNIT, 2, test_value (0));
  mien_labels_derive (events, &derived);
  g_assert_true (!derived.not_a_face && !derived.skipped);
  add_aim (events, MIEN_EVENT_UNDONE, 4);
  mien_labels_derive (events, &derived);
  g_assert_true (derived.not_a_face && !derived.skipped);
}

static void
test_bits (void)
{
  g_autoptr (GArray) events = new_events ();
  MienDerived derived;
  const guint units = 1u << MIEN_TASK_ACTION_UNITS, faces = 1u << MIEN_TASK_EXPRESSION;

  for (guint unit = 0; unit < MIEN_UNIT_COUNT - 1; unit++)
    add (events, MIEN_EVENT_IMPORTED, (int) (UNIT + unit), 0, test_value (0));
  add (events, MIEN_EVENT_CORRECTED, EXPRESSION, 1, test_value (1));
  add (events, MIEN_EVENT_CORRECTED, EXPRESSION, 2, test_value (2));
  mien_labels_derive (events, &derived);
  g_assert_cmpuint (derived.complete, ==, 0);
  g_assert_cmpuint (derived.touched, ==, units | faces);
  g_assert_cmpuint (derived.imported, ==, units);
  g_assert_cmpuint (derived.human, ==, 0);
  add (events, MIEN_EVENT_CORRECTED, UNIT + 11, 1, test_cannot_tell ());
  add (events, MIEN_EVENT_CORRECTED, EXPRESSION, 2, test_value (1));
  mien_labels_derive (events, &derived);
  g_assert_cmpuint (derived.complete, ==, units | faces);
  g_assert_cmpuint (derived.human, ==, units | faces);
  g_assert_cmpuint (derived.imported, ==, units);
}

static void
test_words (void)
{
  MienUuid uuid, again;
  g_autofree char *text = NULL;
  guint value;
  MienTask task;
  MienSplit split;

  g_assert_cmpuint (mien_unit_number (6), ==, 12);
  g_assert_true (mien_unit_from_number (26, &value));
  g_assert_cmpuint (value, ==, 11);
  g_assert_false (mien_unit_from_number (3, &value));
  g_assert_true (mien_expression_from_string ("happiness", &value));
  g_assert_cmpuint (value, ==, 4);
  g_assert_true (mien_expression_from_string ("7", &value));
  g_assert_cmpuint (value, ==, 7);
  g_assert_false (mien_expression_from_string ("8", &value));
  g_assert_false (mien_expression_from_string ("", &value));
  g_assert_true (mien_task_from_id ("action_units", &task));
  g_assert_cmpint (task, ==, MIEN_TASK_ACTION_UNITS);
  g_assert_true (mien_split_from_id ("test", &split));
  g_assert_false (mien_split_from_id ("Test", &split));

  mien_uuid_random (&uuid);
  text = mien_uuid_to_string (&uuid);
  g_assert_true (mien_uuid_from_string (text, &again));
  g_assert_cmpmem (&uuid, sizeof uuid, &again, sizeof again);
  g_assert_cmpint (text[14], ==, '4');
  g_assert_false (mien_uuid_from_string ("", &again));
  text[35] = '\0';
  g_assert_false (mien_uuid_from_string (text, &again));
  mien_uuid_for_name ("x", &uuid);
  mien_uuid_for_name ("x", &again);
  g_assert_cmpmem (&uuid, sizeof uuid, &again, sizeof again);
  mien_uuid_for_name ("y", &again);
  g_assert_cmpint (memcmp (&uuid, &again, sizeof uuid), !=, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/labels/order", test_order);
  g_test_add_func ("/db/labels/majority", test_majority);
  g_test_add_func ("/db/labels/mean-point", test_mean_point);
  g_test_add_func ("/db/labels/frame-state", test_frame_state);
  g_test_add_func ("/db/labels/bits", test_bits);
  g_test_add_func ("/db/labels/words", test_words);
  return g_test_run ();
}

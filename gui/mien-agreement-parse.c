/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * From JSON to agreement. A row without a task or a name is left out.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-agreement-parse.h"

#include <math.h>

#include "mien-printed-json.h"

static void
people_free (gpointer data)
{
  MienPeopleShown *people = data;

  g_free (people->name);
  g_free (people);
}

static void
pair_free (gpointer data)
{
  MienPairShown *pair = data;

  g_free (pair->names[0]);
  g_free (pair->names[1]);
  g_ptr_array_unref (pair->scales);
  g_free (pair);
}

static void
contrast_free (gpointer data)
{
  MienContrastShown *contrast = data;

  g_free (contrast->name);
  g_free (contrast);
}

static void
annotator_free (gpointer data)
{
  MienAnnotatorShown *annotator = data;

  g_free (annotator->name);
  g_ptr_array_unref (annotator->drift);
  g_free (annotator);
}

static void
add_people (JsonObject *object, gpointer data)
{
  static const char *const names[] = { "kappa", "alpha", "ccc", "icc" };
  const char *id = mien_printed_text (object, "task");
  const char *name = mien_printed_text (object, "name");
  MienPeopleShown *people;
  MienTask task;

  if (id == NULL || name == NULL || !mien_task_from_id (id, &task))
    return;
  people = g_new0 (MienPeopleShown, 1);
  people->task = task;
  people->name = g_strdup (name);
  people->annotators = mien_printed_count (object, "annotators");
  people->videos = mien_printed_count (object, "videos");
  people->frames = mien_printed_count (
      object, json_object_has_member (object, "answers") ? "answers" : "frames");
  for (guint i = 0; i < MIEN_FIGURES; i++)
    {
      g_autofree char *interval = g_strconcat (names[i], "_interval", NULL);

      people->figures[i] = mien_printed_number (object, names[i]);
      mien_printed_interval (object, interval, people->intervals[i]);
    }
  g_ptr_array_add (data, people);
}

static void
add_pair (JsonObject *object, gpointer data)
{
  char *names[2];
  MienPairShown *pair;

  if (!mien_printed_two_texts (object, "annotators", names))
    return;
  pair = g_new0 (MienPairShown, 1);
  pair->names[0] = names[0];
  pair->names[1] = names[1];
  pair->scales = g_ptr_array_new_with_free_func (people_free);
  mien_printed_foreach (object, "scales", add_people, pair->scales);
  g_ptr_array_add (data, pair);
}

typedef struct
{
  const char *side[2], *difference, *interval;
  GPtrArray *rows;
} Contrasts;

static void
add_contrast (JsonObject *object, gpointer data)
{
  const Contrasts *names = data;
  const char *id = mien_printed_text (object, "task");
  const char *name = mien_printed_text (object, "name");
  MienContrastShown *contrast;
  MienTask task;

  if (id == NULL || name == NULL || !mien_task_from_id (id, &task))
    return;
  contrast = g_new0 (MienContrastShown, 1);
  contrast->task = task;
  contrast->name = g_strdup (name);
  for (guint side = 0; side < 2; side++)
    {
      JsonObject *part = mien_printed_object (object, names->side[side]);

      contrast->answers[side] = mien_printed_count (part, "answers");
      contrast->agreement[side] = mien_printed_number (part, "agreement");
    }
  contrast->difference = mien_printed_number (object, names->difference);
  mien_printed_interval (object, names->interval, contrast->interval);
  contrast->with_model = g_strcmp0 (mien_printed_text (object, "with"), "model") == 0;
  g_ptr_array_add (names->rows, contrast);
}

static void
add_annotator (JsonObject *object, gpointer data)
{
  const char *name = mien_printed_text (object, "annotator");
  MienAnnotatorShown *annotator;
  Contrasts drift = { { "late", "early" }, "drift", "drift_interval", NULL };

  if (name == NULL)
    return;
  annotator = g_new0 (MienAnnotatorShown, 1);
  annotator->name = g_strdup (name);
  annotator->decisions = mien_printed_count (object, "decisions");
  annotator->seconds = mien_printed_number (object, "median_seconds");
  annotator->drift = g_ptr_array_new_with_free_func (contrast_free);
  drift.rows = annotator->drift;
  mien_printed_foreach (object, "drift", add_contrast, &drift);
  g_ptr_array_add (data, annotator);
}

MienAgreementShown *
mien_agreement_parse (const char *json)
{
  g_autoptr (JsonNode) root = mien_printed_read (json);
  JsonObject *object = root != NULL ? json_node_get_object (root) : NULL;
  Contrasts acceptance = {
    { "shown", "hidden" }, "inflation", "inflation_interval", NULL
  };
  MienAgreementShown *agreement;

  if (object == NULL || !json_object_has_member (object, "annotators"))
    return NULL;
  agreement = g_new0 (MienAgreementShown, 1);
  agreement->people = g_ptr_array_new_with_free_func (people_free);
  agreement->pairs = g_ptr_array_new_with_free_func (pair_free);
  agreement->acceptance = g_ptr_array_new_with_free_func (contrast_free);
  agreement->annotators = g_ptr_array_new_with_free_func (annotator_free);
  mien_printed_foreach (object, "people", add_people, agreement->people);
  mien_printed_foreach (object, "pairs", add_pair, agreement->pairs);
  acceptance.rows = agreement->acceptance;
  mien_printed_foreach (object, "acceptance", add_contrast, &acceptance);
  mien_printed_foreach (object, "annotators", add_annotator, agreement->annotators);
  return agreement;
}

void
mien_agreement_free (MienAgreementShown *agreement)
{
  if (agreement == NULL)
    return;
  g_ptr_array_unref (agreement->people);
  g_ptr_array_unref (agreement->pairs);
  g_ptr_array_unref (agreement->acceptance);
  g_ptr_array_unref (agreement->annotators);
  g_free (agreement);
}

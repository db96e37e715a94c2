/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A model's stored JSON, read with care.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-model-record.h"

#include <math.h>

#include "mien-stored-json.h"

#define MAX_COUNT 1e12

/* What says where and on what a model was trained, but not how. */
static const char *const not_of_the_way[] = { "version", "threads", "seed",
                                              "train",   "tuning",  "validation",
                                              "trained", "control", "pixels_sha256" };

/* -1: none. */
static gint64
get_count (JsonObject *object, const char *name)
{
  double count = mien_stored_number_at (object, name);

  return count >= 0 && count <= MAX_COUNT ? (gint64) count : -1;
}

static double
read_figure (JsonObject *metrics, MienTask task)
{
  JsonObject *figures = mien_stored_object (metrics, mien_task_id (task));
  double figure = task == MIEN_TASK_VALENCE_AROUSAL
                      ? (mien_stored_number_at (figures, "ccc_valence")
                         + mien_stored_number_at (figures, "ccc_arousal"))
                            / 2
                      : mien_stored_number_at (figures, "f1");

  return figure >= -1 && figure <= 1 ? figure : (double) NAN;
}

static void
read_interval (JsonObject *findings, MienTask task, double interval[2])
{
  JsonArray *array = mien_stored_array (mien_stored_object (findings, "intervals"),
                                        mien_task_id (task), 2);
  double low = array != NULL ? mien_stored_number (json_array_get_element (array, 0))
                             : (double) NAN;
  double high = array != NULL ? mien_stored_number (json_array_get_element (array, 1))
                              : (double) NAN;
  gboolean sound = low >= -1 && low <= high && high <= 1;

  interval[0] = sound ? low : (double) NAN;
  interval[1] = sound ? high : (double) NAN;
}

/* Of eight expressions, those that some validation frame shows. */
static double
expression_ceiling (JsonObject *findings)
{
  JsonArray *confusion = mien_stored_array (findings, "confusion", MIEN_EXPRESSION_COUNT);
  guint present = 0;

  for (guint i = 0; confusion != NULL && i < MIEN_EXPRESSION_COUNT; i++)
    {
      JsonNode *row = json_array_get_element (confusion, i);
      double n = 0;

      if (!JSON_NODE_HOLDS_ARRAY (row))
        return 1;
      for (guint k = 0; k < json_array_get_length (json_node_get_array (row)); k++)
        n += mien_stored_number (json_array_get_element (json_node_get_array (row), k));
      present += n > 0 ? 1 : 0;
    }
  return present > 0 ? (double) present / MIEN_EXPRESSION_COUNT : 1;
}

static double
unit_ceiling (JsonObject *findings)
{
  JsonObject *units = mien_stored_object (findings, "units");
  JsonArray *right = mien_stored_array (units, "right_present", MIEN_UNIT_COUNT);
  JsonArray *missed = mien_stored_array (units, "missed", MIEN_UNIT_COUNT);
  guint present = 0;

  for (guint i = 0; right != NULL && missed != NULL && i < MIEN_UNIT_COUNT; i++)
    present += mien_stored_number (json_array_get_element (right, i))
                   + mien_stored_number (json_array_get_element (missed, i))
               > 0;
  return present > 0 ? (double) present / MIEN_UNIT_COUNT : 1;
}

static char *
read_way (JsonObject *settings)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *way = json_object_new ();
  GList *names = json_object_get_members (settings);

  json_node_take_object (node, way);
  for (GList *name = names; name != NULL; name = name->next)
    {
      gboolean skip = FALSE;

      for (guint i = 0; i < G_N_ELEMENTS (not_of_the_way); i++)
        skip = skip || g_str_equal (name->data, not_of_the_way[i]);
      if (!skip)
        json_object_set_member (way, name->data,
                                json_object_dup_member (settings, name->data));
    }
  g_list_free (names);
  return json_to_string (node, FALSE);
}

void
mien_model_record_read (const MienModel *model, MienModelRecord *record)
{
  g_autoptr (JsonNode) settings_root = mien_stored_json_read (model->settings);
  g_autoptr (JsonNode) metrics_root = mien_stored_json_read (model->metrics);
  JsonObject *settings = settings_root != NULL && JSON_NODE_HOLDS_OBJECT (settings_root)
                             ? json_node_get_object (settings_root)
                             : NULL;
  JsonObject *metrics = metrics_root != NULL && JSON_NODE_HOLDS_OBJECT (metrics_root)
                            ? json_node_get_object (metrics_root)
                            : NULL;
  JsonObject *findings = mien_stored_object (metrics, "findings");

  *record = (MienModelRecord){ .counted = mien_stored_object (findings, "labels") != NULL,
                               .way = settings != NULL ? read_way (settings) : NULL };
  for (guint i = 0; i < MIEN_TASK_COUNT; i++)
    {
      MienTaskRecord *task = &record->tasks[i];
      const char *id = mien_task_id ((MienTask) i);
      gint64 tuning = get_count (mien_stored_object (settings, "tuning"), id);

      task->labels = get_count (mien_stored_object (settings, "train"), id);
      if (task->labels >= 0 && tuning > 0)
        task->labels += tuning;
      /* What a model was measured on stands with its figures, in projects of earlier
       * versions with its training. */
      task->validation = get_count (mien_stored_object (findings, "labels"), id);
      if (task->validation < 0)
        task->validation = get_count (mien_stored_object (settings, "validation"), id);
      task->figure = read_figure (metrics, (MienTask) i);
      read_interval (findings, (MienTask) i, task->interval);
      task->ceiling = 1;
    }
  record->tasks[MIEN_TASK_EXPRESSION].ceiling = expression_ceiling (findings);
  record->tasks[MIEN_TASK_ACTION_UNITS].ceiling = unit_ceiling (findings);
}

void
mien_model_record_clear (MienModelRecord *record)
{
  g_clear_pointer (&record->way, g_free);
}

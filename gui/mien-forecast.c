/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Running mienctl forecast, and reading what it says.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-forecast.h"

#include <math.h>
#include <string.h>

#include "mien-child.h"
#include "mien-stored-json.h"

#define MAX_LABELS 1e12

/* ---- what it says ---- */

static gint64
get_id (JsonObject *object, const char *name)
{
  double id = mien_stored_number_at (object, name);

  return id >= 0 && id < G_MAXINT ? (gint64) id : 0;
}

/* null is without end; what no project could hold, likewise. */
static double
or_endless (double labels)
{
  return labels >= 0 && labels <= MAX_LABELS ? labels : (double) INFINITY;
}

static void
read_pair (JsonObject *object, const char *name, double *low, double *high)
{
  JsonArray *array = mien_stored_array (object, name, -1);

  *low = *high = (double) NAN;
  if (array == NULL || json_array_get_length (array) != 2)
    return;
  *low = mien_stored_number (json_array_get_element (array, 0));
  *high = mien_stored_number (json_array_get_element (array, 1));
}

static gboolean
read_point (JsonObject *object, MienForecastPoint *point)
{
  point->labels = mien_stored_number_at (object, "labels");
  point->score = mien_stored_number_at (object, "score");
  read_pair (object, "interval", &point->low, &point->high);
  return point->labels >= 0 && isfinite (point->score);
}

static int
compare_labels (gconstpointer a, gconstpointer b)
{
  const MienForecastPoint *one = a, *other = b;

  return one->labels < other->labels ? -1 : one->labels > other->labels;
}

/* left_out: how many say why they do not count. */
static GArray *
read_points (JsonObject *task, const char *name, guint *left_out)
{
  GArray *points = g_array_new (FALSE, FALSE, sizeof (MienForecastPoint));
  JsonArray *array = mien_stored_array (task, name, -1);

  *left_out = 0;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonObject *object =
          JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      JsonNode *reason =
          object != NULL ? json_object_get_member (object, "left_out") : NULL;
      MienForecastPoint point;

      if (reason != NULL && !JSON_NODE_HOLDS_NULL (reason))
        ++*left_out;
      else if (read_point (object, &point))
        g_array_append_val (points, point);
    }
  g_array_sort (points, compare_labels);
  return points;
}

static MienVerdict
read_verdict (JsonObject *forecast)
{
  static const char *const names[] = {
    [MIEN_VERDICT_FEW] = "few",         [MIEN_VERDICT_NONE] = "none",
    [MIEN_VERDICT_REACHED] = "reached", [MIEN_VERDICT_MORE] = "more",
    [MIEN_VERDICT_OPEN] = "open",       [MIEN_VERDICT_NEVER] = "never",
  };
  JsonNode *node = forecast != NULL ? json_object_get_member (forecast, "verdict") : NULL;
  const char *text = node != NULL && JSON_NODE_HOLDS_VALUE (node)
                             && json_node_get_value_type (node) == G_TYPE_STRING
                         ? json_node_get_string (node)
                         : NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (text, names[i]) == 0)
      return (MienVerdict) i;
  return MIEN_VERDICT_FEW;
}

static void
read_task (JsonObject *object, MienTaskForecast *task)
{
  JsonObject *forecast = mien_stored_object (object, "forecast");
  JsonObject *agreement = mien_stored_object (object, "agreement");
  JsonNode *stable =
      agreement != NULL ? json_object_get_member (agreement, "stable") : NULL;
  guint unused;

  task->points = read_points (object, "points", &task->left_out);
  task->line = read_points (object, "line", &unused);
  task->target = mien_stored_number_at (object, "target");
  task->verdict = read_verdict (forecast);
  task->more = or_endless (mien_stored_number_at (forecast, "more"));
  read_pair (forecast, "more_interval", &task->more_low, &task->more_high);
  task->more_low = or_endless (task->more_low);
  task->more_high = or_endless (task->more_high);
  read_pair (forecast, "asymptote", &task->asymptote_low, &task->asymptote_high);
  if (!read_point (mien_stored_object (forecast, "twice"), &task->twice))
    task->twice.score = (double) NAN;
  task->agreement = mien_stored_number_at (agreement, "agreement");
  task->model = get_id (agreement, "model");
  task->predecessor = get_id (agreement, "predecessor");
  task->stable = stable != NULL && JSON_NODE_HOLDS_VALUE (stable)
                 && json_node_get_value_type (stable) == G_TYPE_BOOLEAN
                 && json_node_get_boolean (stable);
}

/* By the name of the task; one that is missing is empty. */
static JsonObject *
find_task (JsonArray *tasks, MienTask task)
{
  for (guint i = 0; i < json_array_get_length (tasks); i++)
    {
      JsonNode *node = json_array_get_element (tasks, i);
      JsonNode *name = JSON_NODE_HOLDS_OBJECT (node)
                           ? json_object_get_member (json_node_get_object (node), "task")
                           : NULL;

      if (name != NULL && JSON_NODE_HOLDS_VALUE (name)
          && json_node_get_value_type (name) == G_TYPE_STRING
          && g_strcmp0 (json_node_get_string (name), mien_task_id (task)) == 0)
        return json_node_get_object (node);
    }
  return NULL;
}

MienForecastShown *
mien_forecast_parse (const char *json)
{
  g_autoptr (JsonNode) root = mien_stored_json_read (json);
  JsonArray *tasks = root != NULL && JSON_NODE_HOLDS_OBJECT (root)
                         ? mien_stored_array (json_node_get_object (root), "tasks", -1)
                         : NULL;
  MienForecastShown *forecast;

  if (tasks == NULL)
    return NULL;
  forecast = g_new0 (MienForecastShown, 1);
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    read_task (find_task (tasks, (MienTask) task), &forecast->tasks[task]);
  return forecast;
}

void
mien_forecast_free (MienForecastShown *forecast)
{
  if (forecast == NULL)
    return;
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    {
      g_array_unref (forecast->tasks[task].points);
      g_array_unref (forecast->tasks[task].line);
    }
  g_free (forecast);
}

/* ---- the process ---- */

/* The last line, without the program's name. */
static void
return_failure (GTask *task, char *said)
{
  const char *line;

  g_strchomp (said);
  line = strrchr (said, '\n') != NULL ? strrchr (said, '\n') + 1 : said;
  if (g_str_has_prefix (line, "mienctl: "))
    line += strlen ("mienctl: ");
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", line);
}

static void
on_said (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autofree char *out = NULL;
  g_autofree char *said = NULL;
  GError *error = NULL;
  MienForecastShown *forecast;

  if (!g_subprocess_communicate_utf8_finish (G_SUBPROCESS (source), result, &out, &said,
                                             &error))
    {
      g_task_return_error (task, error);
      return;
    }
  forecast = mien_forecast_parse (out);
  if (forecast != NULL)
    g_task_return_pointer (task, forecast, (GDestroyNotify) mien_forecast_free);
  else
    return_failure (task, said);
}

void
mien_forecast_read_async (const char *project,
                          const char *targets,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  g_autofree char *program = mien_child_program ();
  g_autofree char *option =
      targets != NULL ? g_strconcat ("--target=", targets, NULL) : NULL;
  const char *argv[] = { program, "forecast", "--json", "--", project, NULL, NULL };
  GError *error = NULL;
  g_autoptr (GSubprocess) process = NULL;

  g_task_set_source_tag (task, mien_forecast_read_async);
  if (option != NULL)
    {
      argv[3] = option;
      argv[4] = "--";
      argv[5] = project;
    }
  process = g_subprocess_newv (
      argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
  if (process == NULL)
    g_task_return_error (task, error);
  else
    g_subprocess_communicate_utf8_async (process, NULL, cancellable, on_said,
                                         g_steal_pointer (&task));
}

MienForecastShown *
mien_forecast_read_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
